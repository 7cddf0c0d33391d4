import { toValue } from '../documents/to-value.ts'
import type { Binding, Value } from '../model/document.ts'
import type { ResolvedInventory } from './resolve.ts'

/** Variables that are ours to give, not the inventory's to list; ansible-inventory leaves them out as well. */
const internal: ReadonlySet<string> = new Set(['inventory_file', 'inventory_dir'])

interface JsonMap {
  [key: string]: Value
}

const emptyMap = (): JsonMap => Object.create(null)

/** The inventory as `ansible-inventory --list` prints it: JSON text, keys sorted, values as written, not rendered. */
export const listJson = (inventory: ResolvedInventory): string => {
  const listed = emptyMap()
  const hostvars = emptyMap()
  for (const name of inventory.groups.get('all') ?? []) {
    const vars = varsOf(inventory, name)
    if (Object.keys(vars).length > 0) hostvars[name] = vars
  }
  listed._meta = { hostvars }
  for (const [name, children] of inventory.children) {
    const hosts = name === 'all' ? [] : (inventory.members.get(name) ?? [])
    const group: JsonMap = {}
    if (hosts.length > 0) group.hosts = hosts
    if (children.length > 0) group.children = children
    if (Object.keys(group).length > 0) listed[name] = group
  }
  return print(listed)
}

/** One host's variables as `ansible-inventory --host` prints them; `undefined` if there is no such host. */
export const hostJson = (inventory: ResolvedInventory, host: string): string | undefined =>
  inventory.hosts.has(host) ? print(varsOf(inventory, host)) : undefined

/** Groups and hosts below a group as a tree of text, as `ansible-inventory --graph`; `undefined` without such a group. */
export const graph = (inventory: ResolvedInventory, group = 'all'): string | undefined =>
  inventory.children.has(group) ? graphLines(inventory, group, 0).join('\n') : undefined

const graphLines = (inventory: ResolvedInventory, group: string, depth: number): readonly string[] => [
  indented(`@${group}:`, depth),
  ...(inventory.children.get(group) ?? []).flatMap((child) => graphLines(inventory, child, depth + 1)),
  ...(group === 'all' ? [] : (inventory.members.get(group) ?? [])).map((host) => indented(host, depth + 1)),
]

const indented = (text: string, depth: number): string => (depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`)

const varsOf = (inventory: ResolvedInventory, host: string): JsonMap => {
  const vars = emptyMap()
  for (const [name, binding] of inventory.hosts.get(host)?.vars ?? []) {
    const value = plainOf(binding)
    if (value !== undefined && !internal.has(name)) vars[name] = value
  }
  return vars
}

const plainOf = (binding: Binding): Value | undefined => {
  if (binding.kind === 'written') return toValue(binding.node)
  return binding.kind === 'value' ? binding.value : undefined
}

const print = (value: Value): string => JSON.stringify(sorted(value), undefined, 4)

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

const sorted = (value: Value): Value => {
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(sorted)
  const map = emptyMap()
  for (const [key, inner] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) map[key] = sorted(inner)
  return map
}
