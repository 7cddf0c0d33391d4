import type { Binding, Value } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { resolve } from './resolve.ts'
import { meetsAfter, standsAlone } from './round-rules.ts'
import type { Schedule } from './schedule.ts'
import { settle } from './settle.ts'

/** Facts are there after the first command of all: only results make a task wait. */
const factsKnown: ReadonlyMap<string, Binding> = new Map([
  ['nic', { kind: 'value', value: 'nic' }],
  ['facts', { kind: 'value', value: {} as Value }],
])

/** The play's tasks with those that its includes are known to bring. */
export const tasksOf = (play: Play, schedule: Schedule): readonly Task[] =>
  play.tasks.flatMap((task) => [task, ...schedule.includedBy(task)])

/** Behind such a task the next round begins. */
const endsRound = (task: Task, play: Play): boolean =>
  task.type.mayBeOpaque === true || standsAlone(task, play) || meetsAfter(task) || task.failedWhen !== undefined

const notifies = ({ notify, notifyTemplates }: Task): boolean => notify.length > 0 || notifyTemplates !== undefined

/** Ids of tasks behind which handlers that were notified have their turn. */
const calling = (play: Play): ReadonlySet<string> => {
  const called = new Set<string>()
  let from = 0
  for (const end of play.flushes) {
    const last = play.tasks[end - 1]
    if (last !== undefined && play.tasks.slice(from, end).some(notifies)) called.add(last.id)
    from = end
  }
  return called
}

/**
 * The ids of the tasks at which a round begins, as far as it can be told without a host: a task whose effect may not be
 * known beforehand or at which hosts wait for each other, the one behind it, one behind handlers, the first of a rescue,
 * and one that waits for a result of its own round. Told for the play's first host.
 */
export const roundStarts = (play: Play, schedule: Schedule): ReadonlySet<string> => {
  const [host] = play.hosts
  if (host === undefined) return new Set()
  const scope = schedule.scope(play, host, { facts: factsKnown, results: new Map() })
  const starts = new Set<string>()
  const called = calling(play)
  let round: string[] = []
  let before: Task | undefined
  for (const written of tasksOf(play, schedule)) {
    const settled = settle(written, scope.forTask(written))
    const task = settled.kind === 'settled' ? settled.value : written
    const resolved = resolve(task, play, scope)
    const waits = resolved.kind === 'waits' && round.some((name) => resolved.on.includes(`"${name}"`))
    const alone = task.type.mayBeOpaque === true || standsAlone(task, play)
    const behind = before !== undefined && (endsRound(before, play) || called.has(before.id))
    const otherMode = before !== undefined && before.checkMode !== task.checkMode
    const rescue = isRescue(task) !== (before !== undefined && isRescue(before))
    if (alone || behind || waits || otherMode || rescue) {
      starts.add(task.id)
      round = []
    }
    round.push(task.name)
    before = task
  }
  return starts
}

const isRescue = ({ path }: Task): boolean => path.some(({ part }) => part === 'rescue')
