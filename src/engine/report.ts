import type { Value } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Engine } from './engine.ts'
import { isHidden, isRescued } from './flow.ts'
import { hideResults } from './hide-results.ts'
import { factsSet, type ItemOutcome, registered, resultOf, together, wholeResult } from './outcome.ts'
import type { PlannedTask } from './round.ts'
import type { WalkState } from './walk-state.ts'

const censored = 'hidden: the task has no_log'

/** Under no_log only the status is told. */
const silenced = (outcome: ItemOutcome): ItemOutcome => ({
  status: outcome.status,
  differences: outcome.differences.map(() => ({ what: '***', from: '***', to: '***' })),
  ...(outcome.reason === undefined ? {} : { reason: censored }),
})

export const taskRef = (walk: WalkState, { task, name }: Pick<PlannedTask, 'task' | 'name'>) => ({
  play: walk.play.name,
  task: name,
  task_id: task.id,
  where: `${task.at.file}:${task.at.line}`,
  host: walk.host.name,
})

/** Reports a task with its items, remembers its result and notifies handlers. `seconds`: as measured at the controller. */
export const reportTask = (
  planned: PlannedTask,
  outcomes: readonly ItemOutcome[],
  seconds: number,
  { walk, engine }: { walk: WalkState; engine: Engine },
): ItemOutcome => {
  const { task } = planned
  hideResults(planned, outcomes, engine)
  const whole = withEarlier(together(outcomes), task.id, walk)
  const ref = taskRef(walk, planned)
  const delegated = [...new Set(planned.items.flatMap(({ on }) => on ?? []))]
  const rescued = isRescued(walk)
  const send = (outcome: ItemOutcome, result: { readonly [key: string]: Value }, item?: Value) => {
    const { status, differences, reason, hint, notes } = task.noLog ? silenced(outcome) : outcome
    engine.emit({
      type: 'task-finished',
      ...ref,
      ...(item === undefined ? {} : { item: task.noLog ? '***' : item }),
      ...(delegated.length === 0 ? {} : { delegated_to: delegated.join(', ') }),
      status,
      differences,
      seconds,
      ...(reason === undefined ? {} : { reason }),
      ...(hint === undefined ? {} : { hint }),
      result: task.noLog ? { censored, changed: status === 'changed' } : result,
      ...(status === 'failed' && task.ignoreErrors ? { ignored: true } : {}),
      ...(status === 'failed' && !task.ignoreErrors && rescued ? { rescued: true } : {}),
      ...(task.diff === undefined ? {} : { diff: task.diff }),
      ...(walk.behindUnknown !== undefined && (status === 'ok' || status === 'would-change')
        ? { behind_unknown: true }
        : {}),
      ...(notes === undefined || notes.length === 0 ? {} : { notes }),
    })
  }
  if (task.loop !== undefined) {
    for (const [index, outcome] of outcomes.entries())
      send(outcome, resultOf(outcome), planned.items[index]?.label ?? planned.items[index]?.item ?? null)
  }
  send(whole, wholeResult(planned, outcomes, whole))
  const { results } = walk.host
  if (task.register !== undefined) results.set(task.register, registered(planned, outcomes))
  for (const [name, binding] of factsSet(planned, outcomes)) results.set(name, binding)
  if (whole.status === 'failed' && !task.ignoreErrors && rescued) {
    results.set('ansible_failed_task', { kind: 'value', value: { name: planned.name, action: task.type.name } })
    results.set('ansible_failed_result', { kind: 'value', value: resultOf(whole) as Value })
  }
  // A task that is only foretold in a run has changed nothing.
  const proven = whole.status === 'changed' || (whole.status === 'would-change' && !engine.interpreter.writes)
  if (proven) for (const name of planned.notify) walk.notified.add(name)
  return whole
}

/** A task that was planned anew also did what it had done before the host moved. */
const withEarlier = (outcome: ItemOutcome, taskId: string, walk: WalkState): ItemOutcome => {
  const earlier = walk.moved?.taskId === taskId ? walk.moved.done : []
  walk.moved = undefined
  if (earlier.length === 0) return outcome
  return {
    ...outcome,
    status: outcome.status === 'ok' ? 'changed' : outcome.status,
    differences: [...earlier, ...outcome.differences],
  }
}

/** Every task of the queue from here on is not run. */
export const reportRest = (
  walk: WalkState,
  engine: Engine,
  because: string,
  notesOf: (task: Task) => readonly string[] = () => [],
): void => {
  for (const entry of walk.queue.slice(walk.cursor)) {
    if (entry.kind === 'flush' || isHidden(entry, walk)) continue
    const { task } = entry
    const notes = notesOf(task)
    engine.emit({
      type: 'task-finished',
      ...taskRef(walk, { task, name: task.name }),
      status: 'not-run',
      differences: [],
      seconds: 0,
      reason: because,
      ...(notes.length === 0 ? {} : { notes }),
    })
  }
  walk.cursor = walk.queue.length
}

/** The run was halted: what this host has left is not run, and it is one to go on with. */
export const stopWalk = (walk: WalkState, engine: Engine): void => {
  const left = walk.queue.slice(walk.cursor).some(({ kind }) => kind === 'task')
  if (left && walk.host.condition === 'well') walk.host.condition = 'stopped'
  reportRest(walk, engine, engine.run.halt.because ?? 'the run was halted')
}
