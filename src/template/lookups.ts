import type { Value } from '../model/document.ts'
import { fault } from './fault.ts'
import { flagFrom, type Given, type Operation, type Tools, textFrom } from './filter.ts'
import { isList, isMap } from './values.ts'

/**
 * The name under which a scope binds what a lookup finds: the content of a file, or the value of a variable of the
 * environment; null when there is none. For `vault` and a vault's text: what it holds, or a map with what is wrong as
 * `summary` and `hint`. It holds blanks, so that no variable can have it.
 */
export const lookupName = (plugin: string, term: string): string => `lookup ${plugin} ${term}`

/** The plugin and the term of such a name. */
export const lookupOf = (name: string): { readonly plugin: string; readonly term: string } | undefined => {
  const [, plugin, term] = /^lookup (\w+) (.*)$/s.exec(name) ?? []
  return plugin === undefined || term === undefined ? undefined : { plugin, term }
}

type Find = (term: string, options: Options, tools: Tools) => Value

interface Options {
  readonly otherwise: Value | undefined
  readonly lstrip: boolean
  readonly rstrip: boolean
}

const environmentTerm: Find = (term, { otherwise = '' }, tools) => tools.lookup('env', term) ?? otherwise

const fileTerm: Find = (term, { lstrip, rstrip }, tools) => {
  const text = tools.lookup('file', term)
  if (isMap(text)) throw fault(`${String(text.summary)}: ${term}`, String(text.hint))
  if (text === null)
    throw fault(
      `lookup('file'): there is no file "${term}"`,
      'it is looked for beside the playbook, under files/ first',
    )
  const left = lstrip ? textFrom(text).trimStart() : textFrom(text)
  return rstrip ? left.trimEnd() : left
}

const plugins: { readonly [name: string]: Find | undefined } = Object.assign(Object.create(null), {
  env: environmentTerm,
  file: fileTerm,
})

export const lookupPlugins: readonly string[] = Object.keys(plugins)

/** Throws for a plugin that is not there. */
export const knownPlugin = (written: string): Find => {
  const find = plugins[written.replace(/^ansible\.builtin\./, '')]
  if (find) return find
  throw fault(
    `lookup('${written}') is not supported`,
    `${lookupPlugins.join(' and ')} are; put other values into variables`,
  )
}

const params = ['plugin', 'default', 'errors', 'lstrip', 'rstrip', 'wantlist']

const found = (
  [plugin, otherwise, errors, lstrip, rstrip, , ...terms]: Given,
  tools: Tools,
): readonly Value[] | undefined => {
  if (plugin === undefined) throw fault('the name of the lookup is missing', `${lookupPlugins.join(' and ')} are known`)
  const find = knownPlugin(textFrom(plugin))
  const names = terms.flatMap((term = null) => (isList(term) ? term : [term]))
  if (names.length === 0) throw fault(`lookup('${textFrom(plugin)}') needs a name to look for`)
  const options = { otherwise, lstrip: flagFrom(lstrip), rstrip: flagFrom(rstrip, true) }
  tools.spend(names.length)
  try {
    return names.map((name) => find(textFrom(name), options, tools))
  } catch (thrown) {
    if (errors === 'ignore' || errors === 'warn') return undefined
    throw thrown
  }
}

/** `lookup('env', 'HOME')`: one value, or several joined by commas. */
export const lookup: Operation = {
  params,
  positional: 1,
  rest: true,
  run: (_, given, tools) => {
    const values = found(given, tools)
    if (values === undefined) return flagFrom(given[5]) ? [] : null
    if (flagFrom(given[5])) return values
    return values.length === 1 ? (values[0] ?? null) : values.map(textFrom).join(',')
  },
}

/** `query('env', 'HOME')`: always a list. */
export const query: Operation = {
  params,
  positional: 1,
  rest: true,
  run: (_, given, tools) => found(given, tools) ?? [],
}
