/** Which tasks give which names a value: a name waits from its task on, on the hosts that run it. */
import type { Play, Playbook, Task } from '../model/schedule.ts'

interface Giver {
  readonly task: Task
  readonly order: number
  readonly play: Play
  readonly hosts: ReadonlySet<string>
}

export interface Registers {
  /**
   * The last task before `before` (in the order of the run) that gives `name` a value on `host`.
   * `before` undefined: any task up to the end of the play.
   */
  find(name: string, host: string, play: Play, before?: Task): Task | undefined
  /** What `find` tells on the hosts of a play: of all the same, of some another than of others, or of none a task. */
  differs(name: string, play: Play, before: Task): 'nowhere' | 'by results' | undefined
  /** Any task of the run that does. */
  anywhere(name: string, host: string): Task | undefined
  names(): Iterable<string>
}

const failureNames = ['ansible_failed_task', 'ansible_failed_result']

/** What a task binds on its host: its registered result, the facts it sets, what its failure leaves to a rescue. */
export const namesGiven = ({ register, type, args, path }: Task): readonly string[] => [
  ...(register === undefined ? [] : [register]),
  ...(type.setsFacts && args.kind === 'map' ? args.entries.map(({ key }) => String(key.value)) : []),
  ...(path.some(({ part, block }) => part === 'block' && block.rescues) ? failureNames : []),
]

const always = ['changed', 'failed', 'skipped', 'msg']
const ofOne =
  'rc stdout stdout_lines stderr stderr_lines attempts assertion evaluated_to include delta echo user_input ansible_facts'

/** The keys that a registered result can have, whatever its task comes to. */
export const fieldsOf = ({ loop }: Pick<Task, 'loop'>): readonly string[] =>
  loop === undefined ? [...always, ...ofOne.split(' ')] : [...always, 'results']

/** The names that are given in a run. A play's handlers come after its tasks. */
export const registersOf = (playbooks: readonly Playbook[]): Registers => {
  const orders = new Map<Task, number>()
  const ends = new Map<Play, number>()
  const byName = new Map<string, Giver[]>()
  for (const play of playbooks.flatMap(({ plays }) => plays)) {
    const hosts = new Set(play.hosts)
    for (const task of [...play.tasks, ...play.handlers]) {
      orders.set(task, orders.size)
      for (const name of namesGiven(task)) {
        const list = byName.get(name) ?? []
        list.push({ task, order: orders.size - 1, play, hosts })
        byName.set(name, list)
      }
    }
    ends.set(play, orders.size)
  }
  const limitOf = (play: Play, before: Task | undefined): number =>
    (before && orders.get(before.written ?? before)) ?? ends.get(play) ?? 0
  return {
    find: (name, host, play, before) => {
      const list = byName.get(name)
      if (list === undefined) return undefined
      const limit = limitOf(play, before)
      return list.findLast(({ order, hosts }) => order < limit && hosts.has(host))?.task
    },
    differs: (name, play, before) => {
      const limit = limitOf(play, before)
      const last = byName.get(name)?.findLast(({ order }) => order < limit)
      if (last === undefined) return undefined
      const onAll = last.play === play || play.hosts.every((host) => last.hosts.has(host))
      return onAll ? 'nowhere' : 'by results'
    },
    anywhere: (name, host) => byName.get(name)?.find(({ hosts }) => hosts.has(host))?.task,
    names: () => byName.keys(),
  }
}

/** What a name of another host waits for. */
export const elsewhere = (task: Task, host: string): string => `the result of "${task.name}" on ${host}`

/** What the hosts of the batch wait for where it is asked who of them is left. */
export const whoIsLeft = 'which hosts are left'

/** Does it depend on what becomes of other hosts? */
export const isElsewhere = (on: string): boolean => on === whoIsLeft || /^the result of ".*" on \S+$/.test(on)
