import type { DocNode } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play } from '../model/schedule.ts'

/**
 * Hosts that a run may have to ask though no play is theirs: real servers before a director sends to them, and those that
 * tasks name in their arguments. Where a name is a template, or in a file that is included later, it may be any host.
 */
export const namedHosts = (plays: readonly Play[], { hosts, groups }: Inventory): readonly string[] => {
  const tasks = plays.flatMap((play) => [...play.tasks, ...play.handlers])
  const words = tasks.flatMap(({ type, args }) => (type.names === undefined ? [] : scalarsOf(args)))
  if (words.some((word) => word.includes('{{') && !/^\w+\//.test(word))) return [...hosts.keys()]
  const named = words.flatMap((word) => groups.get(word) ?? (hosts.has(word) ? [word] : []))
  const asked = tasks.some(({ type }) => type.asksFleet || type.includes)
  return [...new Set([...named, ...(asked ? (groups.get('realserver') ?? []) : [])])]
}

const scalarsOf = (node: DocNode): readonly string[] => {
  if (node.kind === 'scalar') return [String(node.value)]
  if (node.kind === 'list') return node.items.flatMap(scalarsOf)
  return node.entries.flatMap(({ value }) => scalarsOf(value))
}
