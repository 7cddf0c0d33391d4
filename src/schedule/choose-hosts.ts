/** The hosts of a play: its patterns rendered and matched, the limit, the order. */
import type { Order, PlayDocument } from '../documents/playbook.ts'
import { limitHosts, selectHosts } from '../inventory/patterns.ts'
import type { Checked, Diagnostic, Position, Scope } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import { renderNode } from '../template/render.ts'

interface Setting {
  readonly inventory: Inventory
  readonly limit?: string
  /** A name that matches nobody is a warning. */
  readonly allowEmpty: boolean
}

export type ChooseHosts = (document: PlayDocument, scope: Scope) => Checked<readonly string[]>

/** Plays that name their hosts alike get the same list. */
export const createHostChoice = ({ inventory, limit, allowEmpty }: Setting): ChooseHosts => {
  const known = new Map<string, Checked<readonly string[]>>()
  const select = (pattern: string, at: Position): Checked<readonly string[]> => {
    const selected = selectHosts(pattern, inventory, at)
    const limited = limitHosts(selected.value, limit, inventory)
    const problems = [...selected.problems, ...limited.problems]
    // A mistake has the place of its play.
    if (problems.length === 0) known.set(pattern, { value: limited.value, problems })
    return { value: limited.value, problems }
  }
  return (document, scope) => {
    const problems: Diagnostic[] = []
    const patterns: string[] = []
    for (const node of document.hosts) {
      const rendered = renderNode(node, scope)
      if (rendered.kind === 'problem') problems.push(rendered.problem)
      else if (rendered.kind === 'value')
        patterns.push(Array.isArray(rendered.value) ? rendered.value.join(',') : String(rendered.value))
    }
    const at = document.hosts[0]?.at
    if (at === undefined || problems.length > 0) return { value: [], problems }
    const pattern = patterns.join(',')
    const found = known.get(pattern) ?? select(pattern, at)
    return {
      value: inOrder(found.value, document.order),
      problems: found.problems.map((each) => (allowEmpty ? { ...each, severity: 'warning' } : each)),
    }
  }
}

const inOrder = (hosts: readonly string[], order: Order = 'inventory'): readonly string[] => {
  const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  switch (order) {
    case 'inventory':
      return hosts
    case 'reverse_inventory':
      return hosts.toReversed()
    case 'sorted':
      return hosts.toSorted(byName)
    case 'reverse_sorted':
      return hosts.toSorted(byName).toReversed()
    case 'shuffle': {
      const shuffled = [...hosts]
      for (let last = shuffled.length - 1; last > 0; last--) {
        const other = Math.floor(Math.random() * (last + 1))
        const [a, b] = [shuffled[last] as string, shuffled[other] as string]
        shuffled[last] = b
        shuffled[other] = a
      }
      return shuffled
    }
  }
}
