import type { Engine } from './engine.ts'
import type { Carried, Interpreter } from './interpreter.ts'
import { type ItemOutcome, planOutcome } from './outcome.ts'
import { reportRest, reportTask, stopWalk } from './report.ts'
import { identityKey, type PlannedTask, type Round, unsettles } from './round.ts'
import { waitOut } from './wait-out.ts'
import { forget, type WalkState } from './walk-state.ts'
import { endOutcome, type WorkEnd } from './work-end.ts'
import { createWriting } from './writing.ts'

/** A run: every difference goes out, step by step, and only what the host answered is reported. */
export const carryOut: Interpreter = {
  writes: true,
  goesOnAfter: (_task, plan) => (plan.kind === 'changes' || plan.kind === 'skip') && !unsettles(plan),
  foresee: (plan) => ({
    ...planOutcome(plan, 'changed'),
    ...(plan.kind === 'changes' && plan.changes.length > 0 ? { unsure: true } : {}),
  }),
  carry: async (round, walk, engine) => {
    await waitOut(round, engine.run.halt)
    for (const segment of segments(round)) {
      if (segment.first > 0 && engine.run.halt.because !== undefined) {
        stopWalk(walk, engine)
        return 'stopped'
      }
      const carried = await carrySegment(segment, round, walk, engine)
      if (carried !== 'on') return carried === 'again' ? 'on' : 'stopped'
    }
    if (round.tasks.some(({ items }) => items.some(({ plan }) => unsettles(plan)))) forget(walk)
    else walk.predicted = round.predicted
    return 'on'
  },
}

/** Neighbouring tasks of one identity: one script. `first` is the index of its first task in the round. */
export interface Segment {
  readonly first: number
  readonly tasks: readonly PlannedTask[]
}

const segments = ({ tasks }: Round): readonly Segment[] => {
  const all: { first: number; tasks: PlannedTask[] }[] = []
  for (const [index, task] of tasks.entries()) {
    const last = all.at(-1)
    if (last !== undefined && identityKey((last.tasks[0] as PlannedTask).identity) === identityKey(task.identity))
      last.tasks.push(task)
    else all.push({ first: index, tasks: [task] })
  }
  return all
}

/** `again`: the host had moved, the rest is planned anew. */
const carrySegment = async (
  segment: Segment,
  round: Round,
  walk: WalkState,
  engine: Engine,
): Promise<Carried | 'again'> => {
  const writing = createWriting(segment, round, { walk, engine })
  const ended = await writing.send()
  // A wish that no longer held at the end of the script: the tasks behind it were done all the same.
  let undone: PlannedTask | undefined
  for (const [offset, planned] of segment.tasks.entries()) {
    const outcomes: ItemOutcome[] = []
    for (const [index, item] of planned.items.entries()) {
      const work = writing.endOf(offset, index)
      if (work === 'nothing-sent') outcomes.push(planOutcome(item.plan, 'changed'))
      else if (work === undefined) return stop(planned, ended, { walk, engine })
      else if (work.end.kind === 'moved' && walk.moved?.taskId !== planned.task.id)
        return movedOn(planned, outcomes, work, walk)
      else outcomes.push(endOutcome(work))
      if (outcomes.at(-1)?.status === 'failed') break
    }
    const late = writing.undone(offset)
    const whole = reportTask(planned, late === undefined ? outcomes : [late], writing.seconds(offset), { walk, engine })
    walk.cursor++
    if (whole.status !== 'failed') walk.host.lasting.push(...planned.lasting)
    else if (late === undefined) return failedAt(planned, walk, engine)
    else undone ??= planned
  }
  return undone === undefined ? 'on' : failedAt(undone, walk, engine)
}

/** Nothing that was read can be relied on any more; only an ignored failure lets the host go on. */
const failedAt = ({ task, name }: PlannedTask, walk: WalkState, engine: Engine): 'again' | 'stopped' => {
  forget(walk)
  if (task.ignoreErrors) return 'again'
  walk.host.condition = 'failed'
  reportRest(walk, engine, `"${name}" failed earlier`)
  return 'stopped'
}

/** The host is no longer as it was read: read and plan anew from this task, once. */
const movedOn = (planned: PlannedTask, before: readonly ItemOutcome[], work: WorkEnd, walk: WalkState): 'again' => {
  const partly =
    work.item.plan.kind === 'changes' && work.end.kind === 'moved'
      ? work.item.plan.changes.slice(0, work.end.change)
      : []
  walk.moved = {
    taskId: planned.task.id,
    done: [
      ...before.flatMap(({ differences }) => differences),
      ...partly.map(({ what, from, to }) => ({ what, from, to })),
    ],
  }
  forget(walk)
  return 'again'
}

/** The script did not get as far as this task. */
const stop = (
  planned: PlannedTask,
  ended: Awaited<ReturnType<ReturnType<typeof createWriting>['send']>>,
  { walk, engine }: { walk: WalkState; engine: Engine },
): 'stopped' => {
  const { host } = walk
  if (ended?.kind === 'locked') {
    host.condition = 'locked'
    engine.emit({ type: 'host-locked', host: host.name, owner: ended.owner })
    reportRest(walk, engine, `the host is locked by ${ended.owner}`)
  } else if (ended?.kind === 'failed') {
    host.condition = 'failed'
    const { reason, hint } = ended
    reportTask(planned, [{ status: 'failed', differences: [], reason, ...(hint === undefined ? {} : { hint }) }], 0, {
      walk,
      engine,
    })
    walk.cursor++
    reportRest(walk, engine, `"${planned.name}" failed earlier`)
  } else {
    host.condition = 'unreachable'
    if (ended?.kind !== 'lost' || !ended.unsent) host.touched = 'unknown'
    engine.emit({
      type: 'host-unreachable',
      host: host.name,
      reason: ended?.reason ?? 'the script on the host ended early',
      hint: 'run again: what was done is kept, what was not is done then',
      touched: host.touched,
    })
  }
  return 'stopped'
}
