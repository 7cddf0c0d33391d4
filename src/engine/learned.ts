import type { Binding, Scope } from '../model/document.ts'
import { withItem } from '../schedule/loop.ts'
import type { Learned } from '../schedule/scope.ts'
import type { Engine } from './engine.ts'
import type { PlannedTask } from './round.ts'
import type { Hosts, WalkState } from './walk-state.ts'

const others = new WeakMap<Hosts, NonNullable<Learned['others']>>()

/** What templates of this host's next task see of the run: nothing waits for what is behind it. */
export const learnedBy = (
  walk: WalkState,
  { hosts }: Engine,
  results: ReadonlyMap<string, Binding> = walk.host.results,
): Learned => {
  const known = others.get(hosts) ?? ((name: string) => hosts(name).results)
  others.set(hosts, known)
  return { facts: walk.facts, results, complete: true, others: known }
}

/** What the conditions on an item's result see, beside the result. */
export const itemScope = ({ task, items }: PlannedTask, index: number, walk: WalkState, engine: Engine): Scope => {
  const scope = engine.schedule.scope(walk.play, walk.host.name, learnedBy(walk, engine)).forTask(task)
  if (task.loop === undefined) return scope
  return withItem(scope, task.loop, { item: items[index]?.item ?? null, index })
}
