/** Values of variables, keys and environment variables whose names say that they are secrets. */
import type { Binding, DocNode, MapNode, Scope } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Task } from '../model/schedule.ts'
import { isSecretName, textsIn } from '../secret.ts'
import { renderNode } from '../template/render.ts'
import type { Schedule } from './schedule.ts'
import type { PlayScope } from './scope.ts'

type Hide = (texts: readonly string[]) => void

/** The nodes in a node that stand under such names. */
const secretNodes = (node: DocNode): readonly DocNode[] => {
  if (node.kind === 'list') return node.items.flatMap(secretNodes)
  if (node.kind !== 'map') return []
  return node.entries.flatMap(({ key, value }) => (isSecretName(String(key.value)) ? [value] : secretNodes(value)))
}

/** As far as it is known without a host. */
const hideNode = (node: DocNode, scope: Scope, hide: Hide): void => {
  const result = renderNode(node, scope)
  if (result.kind === 'value') hide(textsIn(result.value))
}

const hideBinding = (name: string, binding: Binding | undefined, scope: Scope, hide: Hide): void => {
  const named = isSecretName(name)
  if (binding?.kind === 'value' && named) hide(textsIn(binding.value))
  if (binding?.kind !== 'written') return
  for (const node of named ? [binding.node] : secretNodes(binding.node)) hideNode(node, scope, hide)
}

/** Names of variables that are secrets or hold some, of all hosts. What hosts share is looked into once. */
const namesOf = (inventory: Inventory): ReadonlySet<string> => {
  const names = new Set<string>()
  const seen = new WeakSet<DocNode>()
  for (const { vars } of inventory.hosts.values()) {
    for (const [name, binding] of vars) {
      if (names.has(name)) continue
      if (isSecretName(name)) names.add(name)
      if (binding.kind !== 'written' || binding.node.kind === 'scalar' || seen.has(binding.node)) continue
      seen.add(binding.node)
      if (secretNodes(binding.node).length > 0) names.add(name)
    }
  }
  return names
}

const namesIn = (maps: readonly MapNode[]): readonly string[] =>
  maps.flatMap(({ entries }) =>
    entries.flatMap(({ key, value }) =>
      isSecretName(String(key.value)) || secretNodes(value).length > 0 ? [String(key.value)] : [],
    ),
  )

/** Computes once for a key, and forgets with it. */
const cached = <K extends object, V>(make: (key: K) => V): ((key: K) => V) => {
  const known = new WeakMap<K, V>()
  return (key) => {
    const found = known.get(key) ?? make(key)
    known.set(key, found)
    return found
  }
}

const nodesOfTask = cached(({ vars, environment, args }: Task) => [...vars, ...environment, args].flatMap(secretNodes))
const namesOfPlay = cached(({ vars }: Play) => namesIn(vars))

/** What a task brings along: of one that was included, or that waited for a result, it is known only now. */
export const hideTaskSecrets = (task: Task, play: Play, scope: PlayScope, hide: Hide): void => {
  for (const name of namesOfPlay(play)) hideBinding(name, scope.get(name), scope, hide)
  for (const node of nodesOfTask(task)) hideNode(node, scope.forTask(task), hide)
}

/** Tells every secret that a name gives away, for each host of the plays. */
export const hideSecretValues = (
  { playbooks, scope }: Schedule,
  { inventory, extraVars }: { readonly inventory: Inventory; readonly extraVars: readonly MapNode[] },
  hide: Hide,
): void => {
  const shared = new Set([...namesOf(inventory), ...namesIn(extraVars)])
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    const tasks = [...play.tasks, ...play.handlers].filter((task) => nodesOfTask(task).length > 0)
    const around = play.environment === undefined ? [] : secretNodes(play.environment)
    if (shared.size + namesOfPlay(play).length + tasks.length + around.length === 0) continue
    for (const host of play.hosts) {
      const view = scope(play, host, { facts: new Map(), results: new Map() })
      for (const name of new Set([...shared, ...namesOfPlay(play)])) hideBinding(name, view.get(name), view, hide)
      for (const node of around) hideNode(node, view, hide)
      for (const task of tasks) for (const node of nodesOfTask(task)) hideNode(node, view.forTask(task), hide)
    }
  }
}

/** Where nothing could be scheduled: secrets as they are written. */
export const hideWrittenSecrets = (inventory: Inventory, hide: Hide): void => {
  const nothing: Scope = { get: () => undefined, names: () => [] }
  for (const name of namesOf(inventory))
    for (const { vars } of inventory.hosts.values()) hideBinding(name, vars.get(name), nothing, hide)
}
