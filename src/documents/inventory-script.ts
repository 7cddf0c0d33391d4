import type { Checked, DocNode, MapEntry, MapNode, Position } from '../model/document.ts'
import { type Finding, type InventoryDocument, mistake, toDocument, type Variable } from './inventory-document.ts'

/** What a script prints for `--list`. */
export interface ScriptDocument extends InventoryDocument {
  /** Hosts whose variables it gives for `--host` only, with a group of each; none where it prints `_meta`. */
  readonly hostsToAsk: ReadonlyMap<string, string>
}

/**
 * Reads what an inventory script prints for `--list`: Ansible's JSON of groups, each a map of `hosts`, `vars` and
 * `children`, or in the old way a list of hosts, or the variables of one host. Names are taken as they are, without
 * ranges and ports. Everything stands at the script's own beginning.
 */
export const parseScriptList = (text: string, file: string): Checked<ScriptDocument> => {
  const at = { file, line: 1, column: 1 }
  const output = readOutput(text, at, '--list')
  if (!output.ok) return { value: { file, statements: [], hostsToAsk: new Map() }, problems: output.problems }
  const groups = output.map.entries.filter(({ key }) => key.source !== '_meta')
  const findings = groups.flatMap((entry) => readGroup(entry, at))
  const hosts = new Map(findings.flatMap((one) => ('names' in one ? one.names.map((name) => [name, one.group]) : [])))
  const meta = entryOf(output.map, '_meta')
  const hostvars = meta?.kind === 'map' ? entryOf(meta, 'hostvars') : meta && emptyMap(at)
  const described = hostvars === undefined ? [] : describe(hosts, hostvars, at)
  const { value, problems } = toDocument(file, [...findings, ...described])
  return { value: { ...value, hostsToAsk: meta === undefined ? hosts : new Map() }, problems }
}

/** Reads what a script prints for `--host`: a map of variables, or nothing. */
export const parseScriptHost = (text: string, file: string, host: string): Checked<readonly Variable[]> => {
  if (text.trim() === '') return { value: [], problems: [] }
  const output = readOutput(text, { file, line: 1, column: 1 }, `--host ${host}`)
  return output.ok ? { value: variablesOf(output.map), problems: [] } : { value: [], problems: output.problems }
}

type Output =
  | { readonly ok: true; readonly map: MapNode }
  | { readonly ok: false; readonly problems: Checked<unknown>['problems'] }

const readOutput = (text: string, at: Position, option: string): Output => {
  const wrong = (summary: string): Output => {
    const hint = `see what it prints: ${at.file} ${option}`
    return { ok: false, problems: [{ severity: 'error', summary, at, hint }] }
  }
  let printed: unknown
  try {
    printed = JSON.parse(text)
  } catch {
    return wrong(
      text.trim() === '' ? `the script printed nothing for ${option}` : `the script printed no JSON for ${option}`,
    )
  }
  const node = nodeOf(printed, at)
  return node.kind === 'map' ? { ok: true, map: node } : wrong(`the script printed no JSON object for ${option}`)
}

const nodeOf = (value: unknown, at: Position): DocNode => {
  if (Array.isArray(value)) return { kind: 'list', at, items: value.map((item) => nodeOf(item, at)) }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, inner]) => ({
      key: textNode(name, at),
      value: nodeOf(inner, at),
    }))
    return { kind: 'map', at, entries }
  }
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return { kind: 'scalar', at, value, source: String(value), quoted: false }
  }
  return textNode(String(value), at)
}

const textNode = (text: string, at: Position) =>
  ({ kind: 'scalar', at, value: text, source: text, quoted: true }) as const

const emptyMap = (at: Position): MapNode => ({ kind: 'map', at, entries: [] })

const entryOf = (map: MapNode, name: string): DocNode | undefined =>
  map.entries.find(({ key }) => key.source === name)?.value

const variablesOf = (map: MapNode): readonly Variable[] =>
  map.entries.map(({ key, value }) => ({ name: key.source, node: value }))

const readGroup = ({ key, value }: MapEntry, at: Position): readonly Finding[] => {
  const group = key.source
  if (group === '') return mistake(at, 'the script printed a group without a name')
  const declared: Finding = { kind: 'group', name: group, at, declares: true }
  const parts = value.kind === 'map' ? ['hosts', 'vars', 'children'].map((name) => entryOf(value, name)) : [value]
  if (value.kind === 'map' && parts.every((part) => part === undefined)) {
    return [declared, { kind: 'hosts', group, names: [group], at, vars: [] }, ...groupVariables(group, value)]
  }
  const [hosts, vars, children] = parts
  const findings: Finding[] = [declared]
  const wrong = (what: string, wanted: string) =>
    findings.push(...mistake(at, `the script printed '${what}' of group '${group}' that is no ${wanted}`))
  const names = namesIn(hosts)
  if (names === undefined) wrong('hosts', 'list of names')
  else for (const name of names) findings.push({ kind: 'hosts', group, names: [name], at, vars: [] })
  if (vars?.kind === 'map') findings.push(...groupVariables(group, vars))
  else if (vars !== undefined) wrong('vars', 'map')
  const below = namesIn(children)
  if (below === undefined) wrong('children', 'list of names')
  for (const child of below ?? []) {
    findings.push({ kind: 'group', name: child, at, declares: true }, { kind: 'child', group, child, at })
  }
  return findings
}

const groupVariables = (group: string, vars: MapNode): readonly Finding[] =>
  variablesOf(vars).map((variable) => ({ kind: 'var', group, variable }))

const namesIn = (node: DocNode | undefined): readonly string[] | undefined => {
  if (node === undefined) return []
  if (node.kind !== 'list') return undefined
  const names = node.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string' ? [item.value] : [],
  )
  return names.length === node.items.length && !names.includes('') ? names : undefined
}

/** Variables of the hosts that some group names; others are passed over, as in Ansible. */
const describe = (groups: ReadonlyMap<string, string>, hostvars: DocNode, at: Position): readonly Finding[] => {
  if (hostvars.kind !== 'map') return mistake(at, "the script printed '_meta.hostvars' that is no map")
  return hostvars.entries.flatMap(({ key, value }): readonly Finding[] => {
    const group = groups.get(key.source)
    if (group === undefined) return []
    if (value.kind !== 'map') return mistake(at, `the script printed variables of '${key.source}' that are no map`)
    return [{ kind: 'hosts', group, names: [key.source], at, vars: variablesOf(value) }]
  })
}
