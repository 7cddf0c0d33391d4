import { toValue } from '../documents/to-value.ts'
import { toYaml } from '../documents/to-yaml.ts'
import type { Binding, Value } from '../model/document.ts'
import type { ResolvedInventory } from './resolve.ts'

/** How an inventory is printed. */
export interface Shown {
  readonly as: 'json' | 'yaml'
  /** Only these hosts; all if not given. */
  readonly within?: readonly string[]
}

/** Variables that are ours to give, not the inventory's to list; ansible-inventory leaves them out as well. */
const internal: ReadonlySet<string> = new Set(['inventory_file', 'inventory_dir'])

interface JsonMap {
  [key: string]: Value
}

const emptyMap = (): JsonMap => Object.create(null)

/** The inventory as `ansible-inventory --list` prints it: keys sorted, values as written, not rendered. */
export const list = (inventory: ResolvedInventory, { as, within }: Shown): string => {
  const shown = within === undefined ? undefined : new Set(within)
  const view: View = { inventory, shows: (host) => shown?.has(host) ?? true }
  if (as === 'json') return print(dynamicJson(view), as)
  const all = yamlGroup(view, 'all', new Set())
  return print(all === undefined ? {} : { all }, as)
}

/** One host's variables as `ansible-inventory --host` prints them; `undefined` if there is no such host. */
export const host = (inventory: ResolvedInventory, name: string, { as }: Shown): string | undefined =>
  inventory.hosts.get(name) && print(varsOf(inventory, name), as)

interface View {
  readonly inventory: ResolvedInventory
  shows(host: string): boolean
}

const membersOf = ({ inventory, shows }: View, group: string): readonly string[] =>
  group === 'all' ? [] : (inventory.members.get(group) ?? []).filter(shows)

/** Ansible's dynamic inventory: groups, and the variables of all hosts together. */
const dynamicJson = (view: View): JsonMap => {
  const { inventory } = view
  const listed = emptyMap()
  const hostvars = emptyMap()
  for (const name of (inventory.groups.get('all') ?? []).filter(view.shows)) {
    const vars = varsOf(inventory, name)
    if (Object.keys(vars).length > 0) hostvars[name] = vars
  }
  listed._meta = { hostvars }
  for (const [name, children] of inventory.children) {
    const hosts = membersOf(view, name)
    const group: JsonMap = {}
    if (hosts.length > 0) group.hosts = hosts
    if (children.length > 0) group.children = children
    if (Object.keys(group).length > 0) listed[name] = group
  }
  return listed
}

/** Groups within groups; a host's variables and a group's members stand where it is met first. `seen` holds both. */
const yamlGroup = (view: View, name: string, seen: Set<string>): JsonMap | undefined => {
  const children = emptyMap()
  for (const child of view.inventory.children.get(name) ?? []) {
    const inner = seen.has(`group ${child}`) ? emptyMap() : yamlGroup(view, child, seen)
    seen.add(`group ${child}`)
    if (inner !== undefined) children[child] = inner
  }
  const hosts = emptyMap()
  for (const host of membersOf(view, name)) {
    hosts[host] = seen.has(`host ${host}`) ? emptyMap() : varsOf(view.inventory, host)
    seen.add(`host ${host}`)
  }
  const group = emptyMap()
  if (Object.keys(children).length > 0) group.children = children
  if (Object.keys(hosts).length > 0) group.hosts = hosts
  return Object.keys(group).length > 0 ? group : undefined
}

/**
 * Groups and hosts below a group as a tree of text, as `ansible-inventory --graph`; `undefined` without such a group.
 * @param textOf  writes values; without it, variables are not shown
 */
export const graph = (
  inventory: ResolvedInventory,
  group = 'all',
  textOf?: (value: Value) => string,
): string | undefined => {
  const linesOfVars = (vars: JsonMap, depth: number): readonly string[] =>
    textOf === undefined ? [] : byName(vars).map(([name, value]) => indented(`{${name} = ${textOf(value)}}`, depth))
  const linesOf = (name: string, depth: number): readonly string[] => [
    indented(`@${name}:`, depth),
    ...(inventory.children.get(name) ?? []).flatMap((child) => linesOf(child, depth + 1)),
    ...(name === 'all' ? [] : (inventory.members.get(name) ?? [])).flatMap((host) => [
      indented(host, depth + 1),
      ...linesOfVars(varsOf(inventory, host), depth + 2),
    ]),
    ...linesOfVars(plain(inventory.groupVars.get(name) ?? new Map()), depth + 1),
  ]
  return inventory.children.has(group) ? linesOf(group, 0).join('\n') : undefined
}

const indented = (text: string, depth: number): string => (depth === 0 ? text : `${'  |'.repeat(depth)}--${text}`)

const varsOf = (inventory: ResolvedInventory, host: string): JsonMap => plain(inventory.hosts.get(host)?.vars ?? [])

const plain = (bindings: Iterable<readonly [string, Binding]>): JsonMap => {
  const vars = emptyMap()
  for (const [name, binding] of bindings) {
    const value = plainOf(binding)
    if (value !== undefined && !internal.has(name)) vars[name] = value
  }
  return vars
}

const plainOf = (binding: Binding): Value | undefined => {
  if (binding.kind === 'written') return toValue(binding.node)
  return binding.kind === 'value' ? binding.value : undefined
}

const print = (value: Value, as: Shown['as']): string =>
  as === 'json' ? JSON.stringify(sorted(value), undefined, 4) : toYaml(sorted(value))

const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

const byName = (map: { readonly [name: string]: Value }): readonly (readonly [string, Value])[] =>
  Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))

const sorted = (value: Value): Value => {
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(sorted)
  const map = emptyMap()
  for (const [key, inner] of byName(value)) map[key] = sorted(inner)
  return map
}
