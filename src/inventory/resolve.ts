import { dirname, resolve } from 'node:path'
import type { InventoryDocument } from '../documents/inventory-document.ts'
import type { Binding, Checked, MapNode } from '../model/document.ts'
import type { Host, Inventory } from '../model/inventory.ts'
import { depthsOf } from './group-paths.ts'
import { buildGroupTree, type GroupTree } from './group-tree.ts'
import { layerOver } from './layered-map.ts'
import { withThisMachine } from './localhost.ts'
import type { VarsDirectory } from './vars-directory.ts'

/** An inventory that also remembers what each group names itself, for showing it. */
export interface ResolvedInventory extends Inventory {
  /** Group → names of the hosts that it names itself, children's left out. */
  readonly members: ReadonlyMap<string, readonly string[]>
  /** Group → the variables that are set for it itself. */
  readonly groupVars: ReadonlyMap<string, ReadonlyMap<string, Binding>>
}

/** Variables from files, by where they lie: beside the inventories, and beside the playbooks, which win. */
interface VarsFiles {
  readonly inventory: readonly VarsDirectory[]
  readonly playbook: readonly VarsDirectory[]
}

/** Documents and variable files → hosts with all their groups and variables. */
export const resolveInventory = (
  documents: readonly InventoryDocument[],
  readVars: (tree: GroupTree) => VarsFiles,
): Checked<ResolvedInventory> => {
  const { value: tree, problems } = buildGroupTree(documents)
  const files = readVars(tree)
  const groups = new Map<string, readonly string[]>()
  for (const name of tree.groups.keys()) groups.set(name, hostsOf(tree, name))
  const view = {
    hosts: resolveHosts(tree, files),
    groups,
    children: mapValues(tree.groups, ({ children }) => [...children]),
    members: mapValues(tree.groups, ({ members }) => [...members]),
    groupVars: groupVarsOf(tree, files),
  }
  return { value: view, problems }
}

const groupVarsOf = (tree: GroupTree, files: VarsFiles): ResolvedInventory['groupVars'] => {
  const layers = [...files.inventory, ...files.playbook]
  const groupVars = new Map<string, ReadonlyMap<string, Binding>>()
  for (const [name, { vars: own, priority }] of tree.groups) {
    const vars = new Map(own)
    for (const layer of layers) for (const map of layer.groups.get(name) ?? []) layOver(vars, map)
    if (priority !== 1) vars.set('ansible_group_priority', { kind: 'value', value: priority })
    groupVars.set(name, vars)
  }
  return groupVars
}

const mapValues = <From, To>(map: ReadonlyMap<string, From>, change: (value: From) => To): ReadonlyMap<string, To> => {
  const changed = new Map<string, To>()
  for (const [key, value] of map) changed.set(key, change(value))
  return changed
}

/** Level by level: the group's own hosts, then those of its children, then theirs. */
const hostsOf = (tree: GroupTree, name: string): readonly string[] => {
  const groups = new Set([name])
  const hosts = new Set<string>()
  for (const group of groups) {
    for (const host of tree.groups.get(group)?.members ?? []) hosts.add(host)
    for (const child of tree.groups.get(group)?.children ?? []) groups.add(child)
  }
  return [...hosts]
}

/** What hosts in the same groups have in common, computed once for all of them. */
interface Standing {
  readonly groups: readonly string[]
  readonly vars: ReadonlyMap<string, Binding>
}

const resolveHosts = (tree: GroupTree, files: VarsFiles): ReadonlyMap<string, Host> => {
  const depths = depthsOf(tree.groups)
  const direct = directGroups(tree)
  const standings = new Map<string, Standing>()
  const layers = [...files.inventory, ...files.playbook]
  const hasHostFiles = layers.some((layer) => layer.hosts.size > 0)
  const hosts = new Map<string, Host>()
  for (const [name, { vars: own, at }] of tree.hosts) {
    const inGroups = direct.get(name) ?? []
    const key = [at.file, ...inGroups].join('\n')
    const standing = standings.get(key) ?? withPlace(standingOf(tree, inGroups, depths, files), at.file)
    standings.set(key, standing)
    const maps = hasHostFiles ? layers.flatMap((layer) => layer.hosts.get(name) ?? []) : []
    hosts.set(name, { name, groups: standing.groups, vars: layerOver(standing.vars, ownVars(own, maps)) })
  }
  return withThisMachine(hosts, (name) => {
    const { groups, vars } = standingOf(tree, [], depths, files)
    const maps = layers.flatMap((layer) => layer.hosts.get(name) ?? [])
    return { name, groups, vars: layerOver(vars, ownVars(reachedLocally, maps)) }
  })
}

const reachedLocally: ReadonlyMap<string, Binding> = new Map([
  ['ansible_connection', { kind: 'value', value: 'local' }],
])

/** Ansible's `inventory_file` and `inventory_dir`: of the file that first names the host. */
const withPlace = ({ groups, vars }: Standing, file: string): Standing => {
  const path = resolve(file)
  const placed = new Map(vars)
  placed.set('inventory_file', { kind: 'value', value: path })
  placed.set('inventory_dir', { kind: 'value', value: dirname(path) })
  return { groups, vars: placed }
}

const ownVars = (written: ReadonlyMap<string, Binding>, maps: readonly MapNode[]): ReadonlyMap<string, Binding> => {
  if (maps.length === 0) return written
  const vars = new Map(written)
  for (const map of maps) layOver(vars, map)
  return vars
}

const layOver = (vars: Map<string, Binding>, map: MapNode): void => {
  for (const { key, value } of map.entries) vars.set(String(key.value), { kind: 'written', node: value })
}

const directGroups = (tree: GroupTree): ReadonlyMap<string, readonly string[]> => {
  const direct = new Map<string, string[]>()
  for (const [name, { members }] of tree.groups) {
    for (const host of members) {
      const known = direct.get(host)
      if (known) known.push(name)
      else direct.set(host, [name])
    }
  }
  return direct
}

/**
 * Ansible's precedence for groups, rising: `all` in inventory files, groups in inventory files, `group_vars/all` beside
 * the inventory, then beside the playbook, other `group_vars/` beside the inventory, then beside the playbook. Among
 * groups the deeper wins, then the higher ansible_group_priority, then the later name.
 */
const standingOf = (
  tree: GroupTree,
  direct: readonly string[],
  depths: ReadonlyMap<string, number>,
  files: VarsFiles,
): Standing => {
  const names = new Set(direct)
  for (const name of names) for (const parent of tree.groups.get(name)?.parents ?? []) names.add(parent)
  names.delete('all')
  const rank = (name: string): readonly [number, number] => [
    depths.get(name) ?? 0,
    tree.groups.get(name)?.priority ?? 1,
  ]
  const sorted = [...names].sort((a, b) => {
    const [left, right] = [rank(a), rank(b)]
    return left[0] - right[0] || left[1] - right[1] || (a < b ? -1 : 1)
  })
  const vars = new Map<string, Binding>()
  for (const name of ['all', ...sorted]) {
    for (const [variable, binding] of tree.groups.get(name)?.vars ?? []) vars.set(variable, binding)
  }
  const layers = [...files.inventory, ...files.playbook]
  for (const layer of layers) for (const map of layer.groups.get('all') ?? []) layOver(vars, map)
  for (const layer of layers) {
    for (const name of sorted) for (const map of layer.groups.get(name) ?? []) layOver(vars, map)
  }
  return { groups: [...names].filter((name) => name !== 'ungrouped').sort(), vars }
}
