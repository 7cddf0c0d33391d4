import type { Checked, DocNode, MapEntry, ScalarNode } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { meaningOf } from './dialect.ts'
import { firstProblems } from './first-problems.ts'
import { type Finding, type InventoryDocument, mistake, toDocument, type Variable } from './inventory-document.ts'
import { portOf, readHostPattern } from './inventory-hosts.ts'
import { parseYaml } from './yaml.ts'

const sections = ['hosts', 'vars', 'children'] as const
type Section = (typeof sections)[number]

/**
 * Reads an inventory in Ansible's YAML format: a map of groups, each with `hosts`, `vars` and `children`. What Ansible
 * skips with a warning (an unknown key, a group that is no map) is an error here. All mistakes at once, each with its
 * place; never throws.
 */
export const parseInventoryYaml = (text: string, file: string): Checked<InventoryDocument> => {
  const { value, problems } = parseYaml(text, file, 'data')
  // What stands in for a broken document is no mistake of its own.
  const broken = value?.kind !== 'map' && problems.some(({ severity }) => severity === 'error')
  const { value: document, problems: found } = toDocument(file, value === undefined || broken ? [] : readTop(value))
  return { value: document, problems: firstProblems([...problems, ...found], file) }
}

const isNull = (node: DocNode): boolean => node.kind === 'scalar' && node.value === null

const nameOf = ({ key }: MapEntry): string => String(key.value)

const sectionNamed = (name: string): Section | undefined => sections.find((known) => known === name)

function* readTop(node: DocNode): Iterable<Finding> {
  if (isNull(node)) return
  if (node.kind !== 'map') {
    return yield* mistake(node.at, 'an inventory is a map of groups', 'begin with "all:" and put "hosts:" below it')
  }
  const plugin = node.entries.find((entry) => nameOf(entry) === 'plugin')
  if (plugin) {
    const hint = 'write its result down: ansible-inventory -i THIS --list --yaml > hosts.yml'
    return yield* mistake(plugin.key.at, 'inventory plugins are not supported', hint)
  }
  for (const entry of node.entries) {
    const name = nameOf(entry)
    if (sectionNamed(name) === undefined) yield* readGroup(entry)
    else yield* mistake(entry.key.at, `'${name}' stands where a group should`, 'put it below a group, such as "all:"')
  }
}

/** `5:` and `on:` are no text to Ansible, which refuses them as names. */
const noName = ({ at, source, quoted }: ScalarNode, what: string): readonly Finding[] | undefined => {
  const meant = quoted ? source : meaningOf(source, 'data').value
  if (typeof meant === 'string') return undefined
  const kind = meant === null ? 'nothing' : `a ${typeof meant}`
  return mistake(at, `the name of a ${what} is text, but ${source} is ${kind} in YAML`, `write "${source}" in quotes`)
}

function* readGroup({ key, value }: MapEntry): Iterable<Finding> {
  const group = String(key.value)
  if (group === '') return yield* mistake(key.at, 'a group needs a name')
  const unnamed = noName(key, 'group')
  if (unnamed !== undefined) return yield* unnamed
  yield { kind: 'group', name: group, at: key.at, declares: true }
  if (isNull(value)) return
  if (value.kind === 'map') for (const entry of value.entries) yield* readSection(group, entry)
  else yield* mistake(value.at, `group '${group}' is not a map`, 'a group holds the keys hosts, vars and children')
}

function* readSection(group: string, entry: MapEntry): Iterable<Finding> {
  const { key, value } = entry
  const name = nameOf(entry)
  const section = sectionNamed(name)
  if (section === undefined) {
    return yield* mistake(key.at, `unknown key '${name}' in group '${group}'`, hintFor(name, value))
  }
  if (isNull(value)) return
  const entries = entriesOf(value, section)
  if (entries === undefined) {
    return yield* mistake(value.at, `'${section}' of group '${group}' is not a map`, mapHints[section])
  }
  if (section === 'hosts') for (const host of entries) yield* readHosts(group, host)
  else if (section === 'children') for (const child of entries) yield* readChild(group, child)
  else for (const variable of readVariables(entries)) yield { kind: 'var', group, variable }
}

const hintFor = (name: string, value: DocNode): string => {
  const guess = nearest(name, sections)
  if (guess !== undefined) return `did you mean '${guess}'?`
  const isGroup = value.kind === 'map' && value.entries.some((entry) => sectionNamed(nameOf(entry)) !== undefined)
  return isGroup
    ? 'a group inside a group stands below "children:"'
    : 'a group holds hosts, vars and children; its variables stand below "vars:"'
}

const mapHints = {
  hosts: 'write each host as a key: its name and a colon, no dash',
  children: 'write each group as a key: its name and a colon, no dash',
  vars: 'write one "name: value" a line, no dash',
} as const

/** A single name without its colon is a map of one, as in Ansible. */
const entriesOf = (value: DocNode, section: Section): readonly MapEntry[] | undefined => {
  if (value.kind === 'map') return value.entries
  if (value.kind === 'list' || section === 'vars' || typeof value.value !== 'string') return undefined
  return [{ key: value, value: { kind: 'scalar', at: value.at, value: null, source: '', quoted: false } }]
}

function* readChild(group: string, entry: MapEntry): Iterable<Finding> {
  const child = nameOf(entry)
  yield* readGroup(entry)
  if (child !== '') yield { kind: 'child', group, child, at: entry.key.at }
}

const readHosts = (group: string, entry: MapEntry): readonly Finding[] => {
  const { key, value } = entry
  const name = nameOf(entry)
  const unnamed = noName(key, 'host')
  if (unnamed !== undefined) return unnamed
  const hosts = readHostPattern(name)
  if (!hosts.ok) return mistake(key.at, hosts.summary, hosts.hint)
  if (value.kind !== 'map' && !isNull(value)) {
    return mistake(value.at, `the variables of host '${name}' are not a map`, `write them one a line below "${name}:"`)
  }
  const vars = value.kind === 'map' ? readVariables(value.entries) : []
  return [{ kind: 'hosts', group, names: hosts.names, at: key.at, ...portOf(hosts), vars }]
}

const readVariables = (entries: readonly MapEntry[]): readonly Variable[] =>
  entries.map((entry) => ({ name: nameOf(entry), node: entry.value }))
