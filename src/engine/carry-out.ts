import { advance, failed } from './advance.ts'
import { type Carrier, carryItems, carryRest, goesItemByItem } from './carry-items.ts'
import type { Engine } from './engine.ts'
import type { Carried, Interpreter } from './interpreter.ts'
import { judged } from './judge.ts'
import { itemScope } from './learned.ts'
import { type ItemOutcome, planOutcome } from './outcome.ts'
import { reportTask, stopWalk } from './report.ts'
import { identityKey, type PlannedTask, type Round, unsettles } from './round.ts'
import { stopAt } from './stop-at.ts'
import { waitOut } from './wait-out.ts'
import { forget, type WalkState } from './walk-state.ts'
import { endOutcome, type WorkEnd } from './work-end.ts'
import { createWriting, type Segment } from './writing.ts'

/** A run: every difference goes out, step by step, and only what the host answered is reported. */
export const carryOut: Interpreter = {
  writes: true,
  goesOnAfter: (_task, plan) => (plan.kind === 'changes' || plan.kind === 'skip') && !unsettles(plan),
  foresee: (plan) => ({
    ...planOutcome(plan, 'changed'),
    ...(plan.kind === 'changes' && plan.changes.length > 0 ? { unsure: true } : {}),
  }),
  carry: async (round, walk, engine, replan) => {
    const foretold = walk.predicted
    const carried = await carryRound(await waitOut(round, engine), walk, engine, replan)
    // One task of a check was asked to be carried out: the rest is foretold on.
    if (!engine.interpreter.writes) {
      walk.books = new Map()
      walk.predicted = foretold
    }
    return carried
  },
}

const carryRound = async (
  round: Round,
  walk: WalkState,
  engine: Engine,
  replan: () => Promise<Round | undefined>,
): Promise<Carried> => {
  const [only] = round.tasks
  if (round.tasks.length === 1 && only !== undefined && goesItemByItem(only))
    return carryItems(round, only, { walk, engine, replan })
  for (const segment of segments(round)) {
    if (segment.first > 0 && engine.run.halt.because !== undefined) {
      stopWalk(walk, engine)
      return 'stopped'
    }
    const carried = await carrySegment(segment, round, { walk, engine, replan })
    if (carried !== 'on') return carried === 'again' ? 'on' : 'stopped'
  }
  if (round.tasks.some(({ items }) => items.some(({ plan }) => unsettles(plan)))) forget(walk)
  else walk.predicted = round.predicted
  return 'on'
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
const carrySegment = async (segment: Segment, round: Round, carrier: Carrier): Promise<Carried | 'again'> => {
  const { walk, engine } = carrier
  const writing = createWriting(segment, round, { walk, engine, session: walk.session })
  const ended = await writing.send()
  // A wish that no longer held at the end of the script: the tasks behind it were done all the same.
  let undone: PlannedTask | undefined
  for (const [offset, planned] of segment.tasks.entries()) {
    const outcomes: ItemOutcome[] = []
    for (const [index, item] of planned.items.entries()) {
      const work = writing.endOf(offset, index)
      const scope = () => itemScope(planned, index, walk, engine)
      if (work === 'nothing-sent') outcomes.push(judged(planOutcome(item.plan, 'changed'), planned.task, scope()))
      else if (work === undefined) return stopAt(planned, ended, { walk, engine })
      else if (work.end.kind === 'moved' && walk.moved?.taskId !== planned.task.id)
        return movedOn(planned, outcomes, work, walk)
      else outcomes.push(judged(endOutcome(work), planned.task, scope()))
      if (outcomes.at(-1)?.status === 'failed') break
    }
    if (outcomes.at(-1)?.status === 'failed') {
      const stopped = await carryRest(planned, outcomes, carrier)
      if (stopped !== undefined) return stopAt(planned, stopped.ended, { walk, engine })
    }
    const late = writing.undone(offset)
    const whole = reportTask(planned, late === undefined ? outcomes : [late], writing.seconds(offset), { walk, engine })
    if (whole.status !== 'failed') walk.host.lasting.push(...planned.lasting)
    else if (late === undefined) return failedAt(planned, walk, engine)
    else undone ??= planned
    // Tasks behind one that did not last were done all the same.
    if (undone === undefined || offset < segment.tasks.length - 1) advance(planned, whole, walk)
  }
  return undone === undefined ? 'on' : failedAt(undone, walk, engine)
}

/** Nothing that was read can be relied on any more; only an ignored or rescued failure lets the host go on. */
const failedAt = (planned: PlannedTask, walk: WalkState, engine: Engine): 'again' | 'stopped' => {
  forget(walk)
  if (planned.task.ignoreErrors) {
    advance(planned, { status: 'ok', differences: [] }, walk)
    return 'again'
  }
  return failed(planned, walk, engine) === 'on' ? 'again' : 'stopped'
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
