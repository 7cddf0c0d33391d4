import type { Value } from '../model/document.ts'
import { fault } from './fault.ts'
import { flagFrom } from './filter.ts'

const maxPattern = 1000
const maxSubject = 1_000_000

export interface RegexFlags {
  readonly ignoreCase?: Value | undefined
  readonly multiline?: Value | undefined
  /** More flags, as letters of JavaScript. */
  readonly extra?: string
}

/** Only the last few are kept: patterns repeat from host to host. */
const compiled = new Map<string, RegExp>()
const maxCompiled = 200

/** A Python pattern as a RegExp. Named groups, \A, \Z and leading (?ims) are translated; what JavaScript lacks is a fault. */
export const regexOf = (pattern: string, { ignoreCase, multiline, extra = '' }: RegexFlags = {}): RegExp => {
  const wanted = `${flagFrom(ignoreCase) ? 'i' : ''}${flagFrom(multiline) ? 'm' : ''}${extra}`
  const key = `${wanted}/${pattern}`
  const known = compiled.get(key)
  if (known) {
    known.lastIndex = 0
    return known
  }
  if (pattern.length > maxPattern) throw fault(`a pattern of more than ${maxPattern} characters is refused`)
  const made = compile(pattern, wanted)
  if (compiled.size >= maxCompiled) compiled.clear()
  compiled.set(key, made)
  return made
}

const compile = (pattern: string, wanted: string): RegExp => {
  const inline = /^\(\?([aiLmsux]+)\)/.exec(pattern)
  const letters = [...(inline?.[1] ?? '')].filter((letter) => 'ims'.includes(letter))
  if (inline?.[1]?.includes('x')) throw fault('verbose patterns, (?x), are not supported')
  const body = pattern.slice(inline?.[0].length ?? 0).replace(/\\[\s\S]|\(\?P<|\(\?P=(\w+)\)/g, (part, name) => {
    if (part === '(?P<') return '(?<'
    if (name !== undefined) return `\\k<${name}>`
    return part === '\\A' ? '(?<![\\s\\S])' : part === '\\Z' ? '(?![\\s\\S])' : part
  })
  try {
    return new RegExp(body, [...new Set([...wanted, ...letters])].join(''))
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: (?:.*: )?/, '') : 'unknown'
    throw fault(`the pattern ${JSON.stringify(pattern)} is not valid: ${why.toLowerCase()}`)
  }
}

/** Text that a pattern may run over. */
export const subject = (text: string): string => {
  if (text.length > maxSubject) throw fault(`text of more than ${maxSubject} characters is not searched`)
  return text
}

/** Python's replacement text: \1, \g<1> and \g<name> stand for groups. */
export const replacement =
  (text: string) =>
  (...match: readonly unknown[]): string => {
    const last = match.at(-1)
    const groups =
      typeof last === 'object' && last !== null ? (last as { readonly [name: string]: unknown }) : undefined
    return text.replace(/\\(?:g<(\w+)>|([0-9]{1,2})|([\s\S]))/g, (whole, name, digits, letter) => {
      if (letter !== undefined) return letter === '\\' ? '\\' : letter === 'n' ? '\n' : letter === 't' ? '\t' : whole
      const key = name ?? digits
      const found = /^[0-9]+$/.test(key) ? match[Number(key)] : groups?.[key]
      return typeof found === 'string' ? found : ''
    })
  }
