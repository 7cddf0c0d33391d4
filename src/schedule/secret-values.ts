/** Values of variables, keys and environment variables whose names say that they are secrets. */
import type { Binding, DocNode, MapNode, Scope } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Task } from '../model/schedule.ts'
import { isSecretName, textsIn } from '../secret.ts'
import { renderNode } from '../template/render.ts'
import type { Schedule } from './schedule.ts'

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

interface SecretTask {
  readonly task: Task
  readonly nodes: readonly DocNode[]
}

const secretTasks = ({ tasks, handlers }: Play): readonly SecretTask[] =>
  [...tasks, ...handlers].flatMap((task) => {
    const nodes = [...task.vars, ...task.environment, task.args].flatMap(secretNodes)
    return nodes.length === 0 ? [] : [{ task, nodes }]
  })

/** Tells every secret that a name gives away, for each host of the plays. */
export const hideSecretValues = (
  { playbooks, scope }: Schedule,
  { inventory, extraVars }: { readonly inventory: Inventory; readonly extraVars: readonly MapNode[] },
  hide: Hide,
): void => {
  const shared = new Set([...namesOf(inventory), ...namesIn(extraVars)])
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    const names = new Set([...shared, ...namesIn(play.vars)])
    const tasks = secretTasks(play)
    const around = play.environment === undefined ? [] : secretNodes(play.environment)
    if (names.size + tasks.length + around.length === 0) continue
    for (const host of play.hosts) {
      const view = scope(play, host, { facts: new Map(), results: new Map() })
      for (const name of names) hideBinding(name, view.get(name), view, hide)
      for (const node of around) hideNode(node, view, hide)
      for (const { task, nodes } of tasks) for (const node of nodes) hideNode(node, view.forTask(task), hide)
    }
  }
}

/** Where nothing could be scheduled: secrets as they are written. */
export const hideWrittenSecrets = (inventory: Inventory, hide: Hide): void => {
  const nothing: Scope = { get: () => undefined, names: () => [] }
  for (const name of namesOf(inventory))
    for (const { vars } of inventory.hosts.values()) hideBinding(name, vars.get(name), nothing, hide)
}
