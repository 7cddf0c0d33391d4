import type { Binding, Value } from '../model/document.ts'
import type { Play } from '../model/schedule.ts'
import { resolve } from './resolve.ts'
import type { Schedule } from './schedule.ts'

/** Facts are there after the first command of all: only results make a task wait. */
const factsKnown: ReadonlyMap<string, Binding> = new Map([
  ['nic', { kind: 'value', value: 'nic' }],
  ['facts', { kind: 'value', value: {} as Value }],
])

/**
 * The ids of the tasks at which a round begins, as far as it can be told without a host: a task whose effect may not be
 * known beforehand, the one behind it, and one that waits for a result. Told for the play's first host.
 */
export const roundStarts = (play: Play, schedule: Schedule): ReadonlySet<string> => {
  const starts = new Set<string>()
  const [host] = play.hosts
  let behindOpaque = false
  for (const task of play.tasks) {
    const opaque = task.type.mayBeOpaque === true
    const waits =
      host !== undefined &&
      resolve(task, play, schedule.scope(play, host, { facts: factsKnown, results: new Map() })).kind === 'waits'
    if (opaque || behindOpaque || waits) starts.add(task.id)
    behindOpaque = opaque
  }
  return starts
}
