import { isAlias, isMap, isPair, isScalar, isSeq, type Node, type Scalar, type YAMLMap } from 'yaml'
import type { Diagnostic, DocNode, MapEntry, ScalarNode } from '../model/document.ts'
import { type Dialect, meaningOf } from './dialect.ts'
import { positionAt, type SourceText } from './position.ts'
import { traceText } from './trace.ts'
import { readArmor } from './vault.ts'

/** Scalars of a playbook are mostly tasks, of which each costs more than the variables of a host. */
export const limits = {
  aliases: 100,
  depth: 100,
  values: 200_000,
  scalars: { playbook: 100_000, data: 200_000, json: 200_000 },
} as const

/** A converted node and what it amounts to when every alias in it is written out. */
interface Converted {
  readonly node: DocNode
  readonly values: number
  readonly depth: number
}

/** What conversion carries along. Anchors hold `undefined` while their own node is being converted. */
export interface Conversion {
  /** As the file has it, unquoted templates included. */
  readonly source: SourceText
  /** As it was parsed: of equal length. */
  readonly parsed: string
  readonly dialect: Dialect
  readonly problems: Diagnostic[]
  readonly anchors: Map<string, Converted | undefined>
  aliases: number
  full: boolean
}

/** Where a scalar stands decides what it means: keys are text, and so is a file mode with a leading zero. */
type Role = 'value' | 'key' | 'mode'

/** Turns a composed YAML tree into typed nodes. Mistakes go to `problems`; what is wrong becomes null. */
export const convert = (node: Node | null, at: number, conversion: Conversion): DocNode =>
  converted(node, at, 'value', conversion).node

const problem = (
  { problems, source }: Conversion,
  severity: Diagnostic['severity'],
  offset: number,
  [summary, hint]: readonly [string, (string | undefined)?],
): void => {
  problems.push({ severity, summary, at: positionAt(source, offset), ...(hint === undefined ? {} : { hint }) })
}

const nothing = (offset: number, conversion: Conversion): Converted => ({
  node: { kind: 'scalar', at: positionAt(conversion.source, offset), value: null, source: '', quoted: false },
  values: 1,
  depth: 0,
})

const converted = (node: Node | null, offset: number, role: Role, conversion: Conversion): Converted => {
  if (node === null || node === undefined) return nothing(offset, conversion)
  const start = node.range?.[0] ?? offset
  if (isAlias(node)) return aliased(node.source, start, conversion)
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor !== undefined) conversion.anchors.set(anchor, undefined)
  const result = checked(unaliased(node, start, role, conversion), start, conversion)
  if (anchor !== undefined) conversion.anchors.set(anchor, result)
  return result
}

const unaliased = (node: Node, start: number, role: Role, conversion: Conversion): Converted => {
  if (isScalar(node)) return { node: scalar(node, start, role, conversion), values: 1, depth: 0 }
  if (isMap(node)) {
    checkTag(node.tag, 'map', start, conversion)
    return map(node, start, conversion)
  }
  if (!isSeq(node)) return nothing(start, conversion)
  checkTag(node.tag, 'seq', start, conversion)
  const items = node.items.map((item) => converted(isPair(item) ? null : (item as Node), start, 'value', conversion))
  const at = positionAt(conversion.source, start)
  return { node: { kind: 'list', at, items: items.map((item) => item.node) }, ...extent(items) }
}

const extent = (parts: readonly Converted[]): { readonly values: number; readonly depth: number } => ({
  values: parts.reduce((sum, part) => sum + part.values, 1),
  depth: 1 + parts.reduce((most, part) => Math.max(most, part.depth), 0),
})

/** Aliases share their node, so that size and depth written out must be watched: a few lines can stand for billions of values. */
const checked = (result: Converted, start: number, conversion: Conversion): Converted => {
  const tooMany = conversion.aliases > 0 && result.values > limits.values
  if (!tooMany && result.depth <= limits.depth) return result
  if (!conversion.full)
    problem(conversion, 'error', start, [
      tooMany
        ? `the aliases here stand for more than ${limits.values} values`
        : `lists and maps are nested more than ${limits.depth} deep`,
      'write it out, or part it',
    ])
  conversion.full = true
  return nothing(start, conversion)
}

const aliased = (name: string, start: number, conversion: Conversion): Converted => {
  conversion.aliases += 1
  if (conversion.aliases > limits.aliases) {
    if (conversion.aliases === limits.aliases + 1)
      problem(conversion, 'error', start, [`more than ${limits.aliases} aliases in one file`, 'use variables instead'])
    return nothing(start, conversion)
  }
  const known = conversion.anchors.get(name)
  if (known) return known
  const within = conversion.anchors.has(name)
  problem(conversion, 'error', start, [
    within ? `the alias *${name} stands inside the value it names` : `no anchor &${name} before this alias`,
    within ? 'take the alias out' : 'put the text in quotes if it is not an alias',
  ])
  return nothing(start, conversion)
}

const core = 'tag:yaml.org,2002:'

/** Says what is wrong with a tag that is not the plain one of its kind. */
const checkTag = (tag: string | undefined, kind: 'map' | 'seq', start: number, conversion: Conversion): void => {
  if (tag !== undefined && tag !== '!' && tag !== core + kind) badTag(tag, start, conversion)
}

const badTag = (tag: string, start: number, conversion: Conversion): void => {
  const shown = tag.startsWith(core) ? `!!${tag.slice(core.length)}` : tag
  const lacking: { readonly [tag: string]: readonly [string, string] } = {
    '!vault': ['!vault stands before a text alone', 'encrypt one value: ansible-vault encrypt_string'],
    '!unsafe': ['!unsafe is not supported yet', 'wrap the text in {% raw %} and {% endraw %}'],
  }
  problem(conversion, 'error', start, lacking[tag] ?? [`unknown tag ${shown}`, 'remove it, or put the text in quotes'])
}

const scalar = (node: Scalar, start: number, role: Role, conversion: Conversion): ScalarNode => {
  const quoted = node.type !== 'PLAIN' && node.type !== undefined
  const end = node.range?.[1] ?? start
  const source = sourceOf(node, start, end, conversion)
  const base = { kind: 'scalar', at: positionAt(conversion.source, start), source } as const
  const text = (): ScalarNode => {
    // Written over several lines or with escapes: what stands there is longer than what it means.
    const plain = end - start === source.length + (node.type?.startsWith('QUOTE') ? 2 : 0)
    const pieces = plain || source === '' ? {} : { pieces: traceText(conversion.source, source, [start, end]) }
    return { ...base, value: source, quoted, ...pieces }
  }
  const tag = node.tag?.startsWith(core) ? node.tag.slice(core.length) : node.tag
  if (role === 'value' && (tag === '!vault' || tag === '!vault-encrypted')) return sealed(base, start, conversion)
  if (role === 'key' || tag === 'str' || tag === '!' || (quoted && tag === undefined)) return text()
  if (tag !== undefined && !['int', 'float', 'bool', 'null'].includes(tag)) {
    badTag(node.tag ?? '', start, conversion)
    return text()
  }
  if (conversion.dialect === 'playbook' && !quoted) refuseItem([start, end], conversion)
  if (role === 'mode' && conversion.dialect === 'playbook' && /^0[0-7]+$/.test(source)) return text()
  const { value, problem: found } = meaningOf(source, conversion.dialect)
  if (found) problem(conversion, found.severity, start, [found.summary, found.hint])
  return typeof value === 'string' ? text() : { ...base, value, quoted: false }
}

/** An item that is indented too far becomes text of the line above, without a word from YAML. */
const refuseItem = ([start, end]: readonly [number, number], conversion: Conversion): void => {
  const written = conversion.parsed.slice(start, end)
  const next = written.includes('\n') ? /\n[ \t]*-(?=\s|$)/.exec(written) : null
  if (next === null) return
  problem(conversion, 'error', start + next.index + next[0].length - 1, [
    'to YAML this is no item but text of the line above, since it is indented further than that',
    'bring the items in line, or put the text in quotes',
  ])
}

/** A vault's text is kept as it is, line by line, until somebody needs what it holds. */
const sealed = (
  base: Pick<ScalarNode, 'kind' | 'at' | 'source'>,
  start: number,
  conversion: Conversion,
): ScalarNode => {
  const armor = readArmor(base.source)
  if ('wrong' in armor)
    problem(conversion, 'error', start, [
      `this is no readable vault: ${armor.wrong}`,
      'paste what `ansible-vault encrypt_string` prints',
    ])
  const value = `${base.source
    .trim()
    .split(/\s*\n\s*/)
    .join('\n')}\n`
  return { ...base, value, source: '', quoted: true, sealed: true }
}

/** The text as written; a template that was replaced for parsing is put back. */
const sourceOf = (node: Scalar, start: number, end: number, { parsed, source }: Conversion): string => {
  const read = String(node.source ?? node.value ?? '')
  const same = parsed === source.text || parsed.slice(start, end) !== read
  return same ? read : source.text.slice(start, end)
}

const keyOf = (written: Node | null, start: number, conversion: Conversion): ScalarNode | undefined => {
  const { node: key } = converted(written, start, 'key', conversion)
  if (key.kind === 'scalar' && (key.source !== '' || key.quoted)) {
    if (conversion.dialect === 'data' && !key.quoted) warnOfKey(key, start, conversion)
    return { ...key, value: key.source }
  }
  problem(conversion, 'error', start, [
    key.kind === 'scalar' ? 'a key is empty' : `a key must be text, not a ${key.kind}`,
    key.kind === 'scalar' ? undefined : 'put it in quotes if it is a template',
  ])
  return undefined
}

const warnOfKey = (key: ScalarNode, start: number, conversion: Conversion): void => {
  const { value } = meaningOf(key.source, 'data')
  if (typeof value === 'string' || String(value) === key.source) return
  problem(conversion, 'warning', start, [
    `the key ${key.source} stays text here, where Ansible reads ${pythonOf(value)}`,
    `write "${key.source}" in quotes`,
  ])
}

const pythonOf = (value: number | boolean | null): string =>
  value === null ? 'None' : value === true ? 'True' : value === false ? 'False' : String(value)

const map = (node: YAMLMap, start: number, conversion: Conversion): Converted => {
  const own = new Map<string, MapEntry>()
  const merged = new Map<string, MapEntry>()
  const parts: Converted[] = []
  for (const pair of node.items) {
    const from = (pair.key as Node | null)?.range?.[0] ?? start
    if (isMergeKey(pair.key)) {
      const result = converted(pair.value as Node | null, from, 'value', conversion)
      parts.push(result)
      for (const entry of mergedEntries(result.node, conversion))
        if (!merged.has(String(entry.key.value))) merged.set(String(entry.key.value), entry)
      continue
    }
    const key = keyOf(pair.key as Node | null, from, conversion)
    const after = (pair.key as Node | null)?.range?.[1] ?? from
    const result = converted(pair.value as Node | null, after, key?.source === 'mode' ? 'mode' : 'value', conversion)
    parts.push(result)
    if (!key) continue
    const name = key.source
    const first = own.get(name)
    if (first) duplicate(key, first, conversion)
    if (!first || conversion.dialect !== 'playbook') own.set(name, { key, value: result.node })
  }
  const entries = [...new Map([...merged, ...own]).values()]
  return { node: { kind: 'map', at: positionAt(conversion.source, start), entries }, ...extent(parts) }
}

const isMergeKey = (key: unknown): boolean => isScalar(key) && key.source === '<<' && key.type === 'PLAIN'

/** The earlier of several merged maps wins, as the merge type says. */
const mergedEntries = (node: DocNode, conversion: Conversion): readonly MapEntry[] => {
  if (node.kind === 'map') return node.entries
  if (node.kind === 'list' && node.items.every((item) => item.kind === 'map'))
    return node.items.flatMap((item) => (item.kind === 'map' ? item.entries : []))
  conversion.problems.push({
    severity: 'error',
    summary: '<< needs a map or a list of maps',
    at: node.at,
    hint: 'name a map with &anchor and merge it with <<: *anchor',
  })
  return []
}

const duplicate = (key: ScalarNode, first: MapEntry, { dialect, problems }: Conversion): void => {
  const { line, column } = first.key.at
  const hint = `it is first given in line ${line}, column ${column}`
  problems.push(
    dialect === 'playbook'
      ? {
          severity: 'error',
          summary: `the key "${key.source}" is given twice`,
          at: key.at,
          hint: `${hint}; remove one`,
        }
      : { severity: 'warning', summary: `the key "${key.source}" is given twice: this one counts`, at: key.at, hint },
  )
}
