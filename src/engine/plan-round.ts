import type { Task } from '../model/schedule.ts'
import type { Plan } from '../model/task-type.ts'
import { isElsewhere, whoIsLeft } from '../schedule/registers.ts'
import { foresee, resolve } from '../schedule/resolve.ts'
import { standsAlone } from '../schedule/round-rules.ts'
import { hideTaskSecrets } from '../schedule/secret-values.ts'
import type { Settled } from '../schedule/settle.ts'
import { doubtOf } from './doubt.ts'
import {
  awaitNames,
  bookOf,
  type Draft,
  endsHere,
  type Need,
  type Planner,
  type Refusals,
  type Verdict,
  want,
} from './draft.ts'
import { type Engine, interpreterOf } from './engine.ts'
import { upcoming } from './flow.ts'
import { learnedBy, settledTask } from './learned.ts'
import { planItems } from './plan-items.ts'
import { type Entry, isAt } from './queue.ts'
import type { Place, PlannedTask, Round } from './round.ts'
import { endsRound, isCalled } from './round-ends.ts'
import type { WalkState } from './walk-state.ts'

/**
 * A round, or what must be read before one can be planned. `elsewhere`: its first task waits for another host.
 * `look`: the addresses of these hosts are wanted.
 */
export type Planning =
  | { readonly kind: 'round'; readonly round: Round }
  | { readonly kind: 'read'; readonly needs: readonly Need[] }
  | { readonly kind: 'elsewhere'; readonly on: string }
  | { readonly kind: 'look'; readonly at: readonly string[] }

/**
 * Plans the next round of this host, purely from what is known: no I/O.
 * Where readings are missing it names all that the coming tasks will want, so that one command brings them.
 */
export const planRound = (walk: WalkState, engine: Engine, refusals: Refusals): Planning => {
  const first = walk.queue[walk.cursor]
  const interpreter = first?.kind === 'task' ? interpreterOf(first.task, engine) : engine.interpreter
  const draft: Draft = {
    interpreter,
    queue: walk.queue,
    tasks: [],
    // What was only foretold is no ground to act on.
    predicted: new Map(interpreter.writes && !engine.interpreter.writes ? [] : walk.predicted),
    results: new Map(walk.host.results),
    lasting: [...walk.host.lasting],
    wishes: [],
    needs: new Map(),
    unseen: new Set(),
    notified: new Set(),
  }
  const planner: Planner = { walk, engine, draft, refusals }
  let next = upcoming(walk, draft.queue, walk.cursor)
  while (next !== undefined) {
    const verdict = planEntry(next, planner)
    if (verdict !== 'on') break
    next = upcoming(walk, draft.queue, next + 1)
  }
  if (draft.needs.size > 0) return { kind: 'read', needs: [...draft.needs.values()] }
  if (draft.unseen.size > 0) return { kind: 'look', at: [...draft.unseen] }
  if (draft.tasks.length === 0 && draft.elsewhere !== undefined) return { kind: 'elsewhere', on: draft.elsewhere }
  const wishes = draft.wishes.map(({ index, reading }) => ({
    index,
    reading,
    value: factsFor(walk, draft, draft.tasks[index] as PlannedTask).of(reading),
  }))
  return { kind: 'round', round: { interpreter, tasks: draft.tasks, predicted: draft.predicted, wishes } }
}

const planEntry = (index: number, planner: Planner): Verdict => {
  const { walk, engine, draft } = planner
  const entry = draft.queue[index] as Entry
  if (entry.kind === 'flush') return isCalled(entry, walk, draft.notified) ? 'before' : 'on'
  const begun = draft.tasks.length > 0
  const settled = settledTask(entry.task, walk, engine, draft.results, entry)
  if (settled.kind !== 'settled')
    return begun || walk.facts.size === 0 ? 'before' : planUnsettled(entry, settled, planner)
  const task = settled.value
  if (begun && (standsAlone(task, walk.play) || interpreterOf(task, engine) !== draft.interpreter)) return 'before'
  const verdict = planTask(task, index, planner)
  return verdict === 'on' && draft.tasks.length > 0 && endsRound(task, walk.play, draft.interpreter) ? 'after' : verdict
}

/** What a keyword needs will not come, or is wrong: no matter where the task is skipped. */
const planUnsettled = (
  entry: Extract<Entry, { kind: 'task' }>,
  settled: Exclude<Settled<Task>, { kind: 'settled' }>,
  planner: Planner,
): Verdict => {
  const { walk, engine, draft } = planner
  const { task } = entry
  const scope = engine.schedule.scope(walk.play, walk.host.name, learnedBy(walk, engine, draft.results, entry))
  const resolved = resolve(task, walk.play, scope)
  const place: Place = { identity: engine.identityOf(walk.host.name, walk.play, task) }
  const ending = { task, name: resolved.name, entry, place }
  const skipped = resolved.kind === 'items' ? resolved.items.find(({ kind }) => kind === 'skip') : undefined
  if (resolved.kind === 'items' && skipped?.kind === 'skip' && resolved.items.every(({ kind }) => kind === 'skip'))
    return endsHere({ ...ending, plan: { kind: 'skip', because: skipped.because } }, planner)
  if (settled.kind === 'problem')
    return endsHere({ ...ending, plan: { kind: 'refuse', problem: settled.problem } }, planner)
  return endsHere({ ...ending, ...waitingPlan(planner, settled.on, task) }, planner)
}

const planTask = (task: Task, index: number, planner: Planner): Verdict => {
  const { walk, engine, draft } = planner
  const identity = engine.identityOf(walk.host.name, walk.play, task)
  const place: Place = { identity }
  const entry = draft.queue[index] as Entry
  const learned = learnedBy(walk, engine, draft.results, entry)
  // Before the first command of all nothing is certain that depends on a task which waits for the facts.
  const scope = engine.schedule.scope(walk.play, walk.host.name, learned)
  if (engine.hide !== undefined) hideTaskSecrets(task, walk.play, scope, engine.hide)
  const doubt = draft.interpreter.writes ? undefined : doubtOf(entry, walk)
  const resolved = resolve(task, walk.play, scope)
  if (doubt?.kind === 'rescue')
    return endsHere({ task, name: resolved.name, entry, place, plan: nothing, unknown: doubt.because }, planner)
  if (resolved.kind === 'waits') {
    if (walk.facts.size === 0) {
      // The first command of all: guess what this task will read, so that it need not ask again.
      for (const reading of foresee(task, walk.play, scope)) want(reading, place, walk, draft)
      awaitNames(task, draft)
      return 'on'
    }
    if (draft.tasks.length > 0 || draft.needs.size > 0) return 'before'
    const mayMeet = walk.meeting !== undefined || resolved.on === whoIsLeft
    if (isElsewhere(resolved.on) && mayMeet && !isAt(walk.met, entry.position)) {
      draft.elsewhere = resolved.on
      return 'before'
    }
    return endsHere({ task, name: resolved.name, entry, place, ...waitingPlan(planner, resolved.on, task) }, planner)
  }
  if (resolved.kind === 'problem')
    return endsHere(
      { task, name: resolved.name, entry, place, plan: { kind: 'refuse', problem: resolved.problem } },
      planner,
    )
  return planItems(
    { task, name: resolved.name, index, items: resolved.items, scope: scope.forTask(task) },
    planner,
    doubt?.because,
  )
}

const nothing: Plan = { kind: 'skip', because: '' }

/** A task that waits although everything was read: the nic cannot be told, or a result will never come. */
const waitingPlan = ({ walk, draft }: Planner, on: string, task: Task): { plan: Plan; unknown?: string } => {
  if (walk.nicProblem !== undefined && /\bnic\b/.test(on))
    return { plan: { kind: 'refuse', problem: { severity: 'error', ...walk.nicProblem } } }
  if (!draft.interpreter.writes) return { plan: nothing, unknown: `depends on ${on}` }
  const summary = `depends on ${on}, which is not known`
  return { plan: { kind: 'refuse', problem: { severity: 'error', summary, at: task.at } } }
}

const factsFor = (walk: WalkState, draft: Draft, { identity }: PlannedTask) =>
  bookOf(walk, { identity }).under(draft.predicted)
