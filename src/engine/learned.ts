import type { Binding, Scope } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import { withItem } from '../schedule/loop.ts'
import type { Learned } from '../schedule/scope.ts'
import { type Settled, settle } from '../schedule/settle.ts'
import type { Engine } from './engine.ts'
import { type Entry, isAt } from './queue.ts'
import type { PlannedTask } from './round.ts'
import type { Hosts, WalkState } from './walk-state.ts'

const others = new WeakMap<Hosts, NonNullable<Learned['others']>>()

/** What templates of this host's next task see of the run: nothing waits for what is behind it. */
export const learnedBy = (
  walk: WalkState,
  { hosts }: Engine,
  results: ReadonlyMap<string, Binding> = walk.host.results,
  at: Entry | undefined = walk.queue[walk.cursor],
): Learned => {
  const known = others.get(hosts) ?? ((name: string) => hosts(name).results)
  others.set(hosts, known)
  return { facts: walk.facts, results, complete: true, others: known, left: leftAt(at, walk, hosts) }
}

/** Elsewhere in the play it would depend on who is quicker. */
const leftAt = (
  entry: Entry | undefined,
  { met, meeting, play }: WalkState,
  hosts: Hosts,
): NonNullable<Learned['left']> => {
  if (entry === undefined || meeting === undefined || !isAt(met, entry.position)) return 'later'
  const well = (names: readonly string[]) => names.filter((name) => hosts(name).condition === 'well')
  return { batch: well(meeting.hosts), play: well(play.hosts) }
}

/** The host's next task with its keywords as they are here; `results` as in `learnedBy`. */
export const settledTask = (
  task: Task,
  walk: WalkState,
  engine: Engine,
  results?: ReadonlyMap<string, Binding>,
  at?: Entry,
): Settled<Task> =>
  task.templates === undefined
    ? { kind: 'settled', value: task }
    : settle(task, engine.schedule.scope(walk.play, walk.host.name, learnedBy(walk, engine, results, at)).forTask(task))

/** What the conditions on an item's result see, beside the result. */
export const itemScope = ({ task, items }: PlannedTask, index: number, walk: WalkState, engine: Engine): Scope => {
  const scope = engine.schedule.scope(walk.play, walk.host.name, learnedBy(walk, engine)).forTask(task)
  if (task.loop === undefined) return scope
  return withItem(scope, task.loop, { item: items[index]?.item ?? null, index })
}
