import type { Plan } from '../model/task-type.ts'
import { isPatient } from '../schedule/round-rules.ts'
import { advance, failed } from './advance.ts'
import type { Engine } from './engine.ts'
import { rescueOf } from './flow.ts'
import type { Interpreter } from './interpreter.ts'
import { isReached, judged } from './judge.ts'
import { itemScope } from './learned.ts'
import { type ForeseenOutcome, type ItemOutcome, planOutcome } from './outcome.ts'
import { reportTask } from './report.ts'
import { type PlannedTask, unsettles } from './round.ts'
import type { WalkState } from './walk-state.ts'

/** Check mode: the plan is the answer, nothing is sent. */
export const foretell: Interpreter = {
  writes: false,
  goesOnAfter: (task, plan) => plan.kind !== 'refuse' || task.ignoreErrors === true,
  foresee: (plan) => foretold(plan),
  carry: async (round, walk, engine) => {
    for (const planned of round.tasks) {
      const outcomes = outcomesOf(planned, walk, engine)
      const whole = reportTask(planned, keepsUnknown(planned, outcomes, walk), 0, { walk, engine })
      noteDoubt(planned, whole, walk)
      if (whole.status === 'failed' && !planned.task.ignoreErrors) return failed(planned, walk, engine)
      advance(planned, whole, walk)
      // What one task of a run was asked to foretell only does not last.
      if (!engine.interpreter.writes) walk.host.lasting.push(...planned.lasting)
    }
    if (!engine.interpreter.writes) walk.predicted = round.predicted
    return 'on'
  },
}

const outcomesOf = (planned: PlannedTask, walk: WalkState, engine: Engine): readonly ItemOutcome[] => {
  const { task, items } = planned
  const doubt = planned.unknown ?? mayMove(planned, walk) ?? mayCome(planned, walk) ?? mayMend(planned, engine)
  if (doubt !== undefined) return [unknown(doubt)]
  return items.map(({ plan }, index) => {
    const outcome = judged(foretold(plan), task, itemScope(planned, index, walk, engine))
    const reached = isReached(outcome, task, itemScope(planned, index, walk, engine))
    return !isPatient(task) ||
      (reached.kind === 'value' && reached.value) ||
      outcome.status === 'unknown' ||
      outcome.status === 'skipped'
      ? outcome
      : unknown('what it waits for may come')
  })
}

/** What is only looked at may be as wished now and no longer so behind the changes before it. */
const mayMove = ({ items }: PlannedTask, walk: WalkState): string | undefined =>
  walk.wouldChange !== undefined && items.some(({ plan }) => plan.kind === 'opaque' && plan.foretold?.length === 0)
    ? `as wished now, but "${walk.wouldChange}" would change the host before`
    : undefined

/** A refusal may be gone once a program of an earlier task has run: a service that its package brings. */
const mayCome = ({ items }: PlannedTask, walk: WalkState): string | undefined => {
  const refused = items.find(({ plan, reads }) => plan.kind === 'refuse' && reads === true)
  return walk.wouldUnsettle !== undefined && refused?.plan.kind === 'refuse'
    ? `${refused.plan.problem.summary}; "${walk.wouldUnsettle}" may change that before`
    : undefined
}

/** What is looked at on one host may be mended by what would change on another. */
const mayMend = ({ items }: PlannedTask, { inventory, hosts }: Engine): string | undefined => {
  const amiss = items.map(({ plan }) => (plan.kind === 'opaque' ? plan.amiss : undefined)).find((one) => one)
  const other = amiss && [...inventory.hosts.keys()].find((name) => hosts(name).wouldChange)
  return other === undefined ? undefined : `${amiss?.summary}; what would change on ${other} may mend it`
}

const unknown = (because: string): ItemOutcome => ({ status: 'unknown', differences: [], reason: because })

const foretold = (plan: Plan): ForeseenOutcome =>
  plan.kind === 'opaque' && plan.amiss !== undefined
    ? planOutcome({ kind: 'refuse', problem: plan.amiss }, 'would-change')
    : settled(plan)

const settled = (plan: Plan): ForeseenOutcome =>
  plan.kind === 'opaque' && plan.foretold !== undefined && plan.foretold.length > 0
    ? { status: 'would-change', differences: plan.foretold, unsure: true }
    : planOutcome(plan, 'would-change')

/** What should last is not known once a task that contributes to it is not. */
const keepsUnknown = (
  planned: PlannedTask,
  outcomes: readonly ItemOutcome[],
  walk: WalkState,
): readonly ItemOutcome[] =>
  planned.task.type.keeps && walk.lastingUnknown !== undefined ? [unknown(walk.lastingUnknown)] : outcomes

const noteDoubt = (planned: PlannedTask, whole: ItemOutcome, walk: WalkState): void => {
  if (whole.status === 'would-change') {
    walk.wouldChange ??= planned.name
    walk.host.wouldChange = true
  }
  if (whole.status === 'would-change' && planned.items.some(({ plan }) => unsettles(plan)))
    walk.wouldUnsettle ??= planned.name
  const entry = walk.queue[walk.cursor]
  const block = whole.status === 'unknown' && entry !== undefined ? rescueOf(entry) : undefined
  if (block !== undefined && !walk.mayFail.has(block)) walk.mayFail.set(block, planned.name)
  if (whole.status === 'unknown') for (const name of planned.notify) walk.maybeNotified.set(name, planned.name)
  if (whole.status === 'unknown' && !planned.task.type.keeps) walk.behindUnknown ??= planned.name
  if ((whole.status === 'unknown' || whole.status === 'failed') && planned.task.type.lasting !== undefined)
    walk.lastingUnknown ??= `"${planned.name}" is ${whole.status}, so what it would keep is not known`
}
