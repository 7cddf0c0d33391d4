import type { Variables } from '../../readings/guards.ts'
import type { SysctlValue } from '../../readings/sysctl.ts'
import { foretellWrite, type Surroundings, type Write } from './effects.ts'
import { meaning } from './value.ts'

/**
 * The order of writes in which each one disturbs only later ones: ip_forward, then IPv6 `all` (copied to `default`), then
 * `default`, `all`, interfaces. `all-last` writes interfaces before IPv4 `all`, where only that keeps a host silent all the way.
 */
export type Order = 'canonical' | 'all-last'

const rank = (path: string, order: Order): number => {
  if (path === 'net/ipv4/ip_forward') return 0
  const section = /^net\/ipv([46])\/conf\/([^/]+)\//.exec(path)
  if (!section) return 6
  if (section[2] === 'default') return 2
  if (section[2] !== 'all') return 4
  if (section[1] === '6') return 1
  return order === 'canonical' ? 3 : 5
}

/** Sorted by rank, within it by path: the same plan whatever the order in the playbook. */
export const inOrder = (paths: Iterable<string>, order: Order): string[] =>
  [...paths].sort((a, b) => rank(a, order) - rank(b, order) || (a < b ? -1 : 1))

/** Does a variable surely have this value? */
export const holds = (value: SysctlValue, text: string): boolean =>
  value.kind === 'value' && (value.text === text || meaning(value.text) === meaning(text))

/** The variables with writes laid over them. */
export const after = (read: Variables, writes: readonly Write[]): Variables => {
  if (writes.length === 0) return read
  const laid = new Map(writes.flatMap(({ sets }) => [...sets]))
  return (path) => laid.get(path) ?? read(path)
}

/** The writes that make every goal hold, those included that put back what an earlier write disturbed. */
export const writesTowards = (
  goals: ReadonlyMap<string, string>,
  read: Variables,
  around: Surroundings,
  order: Order = 'canonical',
): Write[] => {
  const writes: Write[] = []
  for (const path of inOrder(goals.keys(), order)) {
    const text = goals.get(path) ?? ''
    const now = after(read, writes)
    if (!holds(now(path), text)) writes.push(foretellWrite(path, text, now, around))
  }
  return writes
}
