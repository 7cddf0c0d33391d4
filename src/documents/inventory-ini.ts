import type { Checked, Diagnostic, Position } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { type Finding, type InventoryDocument, mistake, toDocument, type Variable } from './inventory-document.ts'
import { portOf, readHostPattern } from './inventory-hosts.ts'
import { readIniValue } from './inventory-literal.ts'
import { splitWords, type Word } from './inventory-words.ts'

const kinds = ['hosts', 'vars', 'children'] as const

/** Where Python's `splitlines` ends a line. */
const lineEnd = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/

/** The section that a line stands in. `unknown`: its header is wrong, so its lines are not complained about. */
interface Section {
  readonly group: string
  readonly kind: (typeof kinds)[number] | 'unknown'
}

/** A line without its indentation, and where it begins. */
interface Line {
  readonly text: string
  readonly at: Position
}

/**
 * Reads an inventory in Ansible's INI dialect, which is not INI: host lines are shell words followed by `k=v` with
 * Python literals, `[g:vars]` lines are one `k=v` each, `[g:children]` lines are group names. Lines before the first
 * header belong to `ungrouped`. All mistakes at once, each with its place; never throws.
 */
export const parseInventoryIni = (text: string, file: string): Checked<InventoryDocument> =>
  toDocument(file, readLines(text.replace(/^\uFEFF/, ''), file))

function* readLines(text: string, file: string): Iterable<Finding> {
  let section: Section = { group: 'ungrouped', kind: 'hosts' }
  for (const [index, raw] of text.split(lineEnd).entries()) {
    const trimmed = raw.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    const at = { file, line: index + 1, column: raw.length - raw.trimStart().length + 1 }
    const line = { text: trimmed, at }
    const header = readHeader(line)
    if (header) section = header.section
    yield* header?.findings ?? readLine(section, line)
  }
}

const further = (at: Position, characters: number): Position => ({
  file: at.file,
  line: at.line,
  column: at.column + characters,
})

const sectionHint = 'a section is [GROUP], [GROUP:vars] or [GROUP:children], without blanks'

interface Header {
  readonly section: Section
  readonly findings: readonly Finding[]
}

const readHeader = ({ text, at }: Line): Header | undefined => {
  if (!text.startsWith('[')) return undefined
  const [, group, kindText = 'hosts'] = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:#.*)?$/.exec(text) ?? []
  if (group === undefined) {
    // [2001:db8::1]:2222 is a host.
    if (!/\]\s*(?:#.*)?$/.test(text)) return undefined
    return { section: { group: '', kind: 'unknown' }, findings: mistake(at, `${text} is no section`, sectionHint) }
  }
  const kind = kinds.find((known) => known === kindText)
  if (kind === undefined) {
    const guess = nearest(kindText, kinds)
    const hint = guess === undefined ? sectionHint : `did you mean [${group}:${guess}]?`
    const findings = mistake(further(at, group.length + 2), `unknown kind of section '${kindText}'`, hint)
    return { section: { group, kind: 'unknown' }, findings }
  }
  return {
    section: { group, kind },
    findings: [{ kind: 'group', name: group, at: further(at, 1), declares: kind !== 'vars' }],
  }
}

const readLine = ({ group, kind }: Section, line: Line): readonly Finding[] => {
  if (kind === 'hosts') return readHosts(group, line)
  if (kind === 'vars') return readVariable(group, line)
  return kind === 'children' ? readChild(group, line) : []
}

const readHosts = (group: string, { text, at: lineAt }: Line): readonly Finding[] => {
  const split = splitWords(text)
  if (!split.ok) {
    const hint = 'close the quote, or put a backslash before a quote that is meant literally'
    return mistake(further(lineAt, split.column - 1), split.summary, hint)
  }
  const [first, ...rest] = split.words
  if (first === undefined) return []
  const at = further(lineAt, first.column - 1)
  if (first.text.includes('=')) {
    const hint = `variables of a group stand below [${group}:vars], those of a host behind its name`
    return mistake(at, `'${first.text}' stands where a host name should`, hint)
  }
  const hosts = readHostPattern(first.text)
  if (!hosts.ok) return mistake(at, hosts.summary, hosts.hint)
  const vars: Variable[] = []
  const wrong: Finding[] = []
  for (const word of rest) {
    const assignment = readAssignment(lineAt, word)
    if ('node' in assignment) vars.push(assignment)
    else wrong.push(assignment)
  }
  return [{ kind: 'hosts', group, names: hosts.names, at, ...portOf(hosts), vars }, ...wrong]
}

const readAssignment = (lineAt: Position, { text, column }: Word): Variable | Diagnostic => {
  const equals = text.indexOf('=')
  const at = further(lineAt, column - 1)
  if (equals < 1) {
    const hint = 'one host a line; a value with blanks needs quotes'
    return { severity: 'error', summary: `expected name=value, got '${text}'`, at, hint }
  }
  return { name: text.slice(0, equals), node: readIniValue(text.slice(equals + 1), further(at, equals + 1)) }
}

const readVariable = (group: string, { text, at }: Line): readonly Finding[] => {
  const match = /^([^=]*?)\s*=\s*/.exec(text)
  const name = match?.[1] ?? ''
  if (match === null || name === '') {
    return mistake(at, `expected name=value, got '${text}'`, 'one variable a line, as in vip=192.0.2.100')
  }
  const node = readIniValue(text.slice(match[0].length), further(at, match[0].length))
  return [{ kind: 'var', group, variable: { name, node } }]
}

const readChild = (group: string, { text, at }: Line): readonly Finding[] => {
  const child = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(text)?.[1]
  if (child === undefined) {
    return mistake(at, `expected the name of a group, got '${text}'`, 'one group a line, nothing behind it')
  }
  return [{ kind: 'child', group, child, at }]
}
