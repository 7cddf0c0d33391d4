/** Which tasks register which names: a name waits from its task on, on the hosts that run it. */
import type { Play, Playbook, Task } from '../model/schedule.ts'

interface Register {
  readonly task: Task
  readonly order: number
  readonly hosts: ReadonlySet<string>
}

export interface Registers {
  /**
   * The last task before `before` (in the order of the run) that registers `name` on `host`.
   * `before` undefined: any task up to the end of the play.
   */
  find(name: string, host: string, play: Play, before?: Task): Task | undefined
  names(): Iterable<string>
}

/** The registered names of a run. A play's handlers come after its tasks. */
export const registersOf = (playbooks: readonly Playbook[]): Registers => {
  const orders = new Map<Task, number>()
  const ends = new Map<Play, number>()
  const byName = new Map<string, Register[]>()
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    const hosts = new Set(play.hosts)
    for (const task of [...play.tasks, ...play.handlers]) {
      orders.set(task, orders.size)
      if (task.register === undefined) continue
      const list = byName.get(task.register) ?? []
      byName.set(task.register, [...list, { task, order: orders.size - 1, hosts }])
    }
    ends.set(play, orders.size)
  }
  return {
    find: (name, host, play, before) => {
      const list = byName.get(name)
      if (list === undefined) return undefined
      const limit = (before && orders.get(before)) ?? ends.get(play) ?? 0
      return list.findLast(({ order, hosts }) => order < limit && hosts.has(host))?.task
    },
    names: () => byName.keys(),
  }
}
