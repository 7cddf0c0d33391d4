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
 * known beforehand, the one behind it, and one that waits for a result of its own round. Told for the play's first host.
 */
export const roundStarts = (play: Play, schedule: Schedule): ReadonlySet<string> => {
  const [host] = play.hosts
  if (host === undefined) return new Set()
  const scope = schedule.scope(play, host, { facts: factsKnown, results: new Map() })
  const starts = new Set<string>()
  let round: string[] = []
  let behindOpaque = false
  for (const task of play.tasks) {
    const opaque = task.type.mayBeOpaque === true
    const resolved = resolve(task, play, scope)
    const waits = resolved.kind === 'waits' && round.some((name) => resolved.on.includes(`"${name}"`))
    if (opaque || behindOpaque || waits) {
      starts.add(task.id)
      round = []
    }
    round.push(task.name)
    behindOpaque = opaque
  }
  return starts
}
