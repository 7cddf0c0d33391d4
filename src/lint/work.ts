/** What the tasks of a playbook come to on their hosts, as far as it is known without them. */
import type { Binding } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import type { HostClass } from '../schedule/host-classes.ts'
import { inspect, itemScopes } from '../schedule/resolve.ts'
import { tasksOf } from '../schedule/rounds.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { PlayScope } from '../schedule/scope.ts'
import { runsText } from './command-lines.ts'
import { unknownNic, type Work } from './rule.ts'

/** A host tells its interface before anything else; whatever it is, it is one. */
const facts: ReadonlyMap<string, Binding> = new Map([['nic', { kind: 'value', value: unknownNic }]])

export interface PlaybookWork {
  /** The work of a task, for each class of hosts that gets the same; where a result is waited for, that of commands only. */
  of(task: Task): readonly HostClass<readonly Work[]>[]
  /** The tasks of a play, those that are known to be included among them. */
  tasksOf(play: Play): readonly Task[]
  /** Of every task and handler. */
  all(): readonly Work[]
}

/** Only these are looked at by a rule: what changes a kernel variable or a VIP, keeps them, or runs a command. */
const matters = ({ type }: Task): boolean =>
  type.lasting !== undefined || type.keeps === true || type.mayBeOpaque === true

const workOn = (task: Task, play: Play, scope: PlayScope): readonly Work[] => {
  const found = inspect(task, play, scope)
  const scopes = itemScopes(task, scope.forTask(task))
  // What it runs stands there, whenever it will.
  if (found.kind === 'waits' && runsText(task.type.name))
    return scopes.map((seen) => ({ play, task, args: undefined, scope: seen }))
  if (found.kind !== 'items') return []
  return found.items.flatMap((item, index) => {
    const seen = scopes[index]
    return item.kind === 'work' && seen !== undefined ? [{ play, task, args: item.args, scope: seen }] : []
  })
}

export const workOf = (plays: readonly Play[], schedule: Schedule): PlaybookWork => {
  const byTask = new Map<Task, readonly HostClass<readonly Work[]>[]>()
  for (const play of plays) {
    const classes = schedule.classes(play, { facts, results: new Map() })
    for (const task of [...tasksOf(play, schedule), ...play.handlers].filter(matters))
      byTask.set(
        task,
        classes.of(task, (scope) => workOn(task, play, scope)),
      )
  }
  const all = [...byTask.values()].flatMap((found) => found.flatMap(({ result }) => result))
  return { of: (task) => byTask.get(task) ?? [], tasksOf: (play) => tasksOf(play, schedule), all: () => all }
}
