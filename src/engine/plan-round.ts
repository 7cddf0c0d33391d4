import type { Identity } from '../model/connection.ts'
import type { Binding, Diagnostic } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Lasting, Plan, Reading, Setting, Source } from '../model/task-type.ts'
import { foresee, resolve, type WorkItem } from '../schedule/resolve.ts'
import type { Engine } from './engine.ts'
import { createFactBook, NotRead } from './facts.ts'
import { registered } from './outcome.ts'
import { identityKey, type PlannedItem, type PlannedTask, type Round, unsettles } from './round.ts'
import type { WalkState } from './walk-state.ts'

export interface Need {
  readonly identity: Identity
  readonly sources: Map<string, Source>
}
/** A round, or what must be read before one can be planned. */
export type Planning =
  | { readonly kind: 'round'; readonly round: Round }
  | { readonly kind: 'read'; readonly needs: readonly Need[] }

/** Demands of the fleet that were refused: `task id/item index` → why. */
export type Refusals = ReadonlyMap<string, Diagnostic>

interface Draft {
  readonly tasks: PlannedTask[]
  readonly predicted: Map<string, unknown>
  readonly results: Map<string, Binding>
  readonly lasting: Lasting[]
  readonly wishes: { index: number; reading: Reading<unknown> }[]
  readonly needs: Map<string, Need>
}

/**
 * Plans the next round of this host, purely from what is known: no I/O.
 * Where readings are missing it names all that the coming tasks will want, so that one command brings them.
 */
export const planRound = (walk: WalkState, engine: Engine, refusals: Refusals): Planning => {
  const draft: Draft = {
    tasks: [],
    predicted: new Map(walk.predicted),
    results: new Map(walk.host.results),
    lasting: [...walk.host.lasting],
    wishes: [],
    needs: new Map(),
  }
  let next = walk.cursor
  for (; next < walk.queue.length; next++) {
    const task = walk.queue[next] as Task
    const verdict = planTask(task, walk, engine, draft, refusals)
    if (verdict === 'before') break
    if (verdict === 'after') {
      next++
      break
    }
  }
  if (draft.needs.size > 0) return { kind: 'read', needs: [...draft.needs.values()] }
  const wishes = draft.wishes.map(({ index, reading }) => ({
    index,
    reading,
    value: factsFor(walk, draft, (draft.tasks[index] as PlannedTask).identity).of(reading),
  }))
  return { kind: 'round', round: { tasks: draft.tasks, next, predicted: draft.predicted, wishes } }
}

/** `on`: the round may go on; `before`/`after`: it ends before or after this task. */
type Verdict = 'on' | 'before' | 'after'

const planTask = (task: Task, walk: WalkState, engine: Engine, draft: Draft, refusals: Refusals): Verdict => {
  const identity = engine.identityOf(walk.host.name, walk.play, task)
  const scope = engine.schedule.scope(walk.play, walk.host.name, { facts: walk.facts, results: draft.results })
  const resolved = resolve(task, walk.play, scope)
  if (resolved.kind === 'waits') {
    if (walk.facts.size === 0) {
      // The first command of all: guess what this task will read, so that it need not ask again.
      for (const reading of foresee(task, walk.play, scope)) want(reading, identity, walk, draft)
      return 'on'
    }
    if (draft.tasks.length > 0 || draft.needs.size > 0) return 'before'
    return endsHere(task, resolved.name, identity, waitingPlan(walk, resolved.on), draft, engine)
  }
  if (resolved.kind === 'problem') {
    const plan: Plan = { kind: 'refuse', problem: resolved.problem }
    return endsHere(task, resolved.name, identity, { plan }, draft, engine)
  }
  return planItems({ task, name: resolved.name, identity, items: resolved.items }, { walk, engine, draft, refusals })
}

/** A task that waits although everything was read: the nic cannot be told, or (in check) a result will never come. */
const waitingPlan = (walk: WalkState, on: string): { plan: Plan; unknown?: string } => {
  if (walk.nicProblem !== undefined && /\bnic\b/.test(on))
    return { plan: { kind: 'refuse', problem: { severity: 'error', ...walk.nicProblem } } }
  return { plan: { kind: 'skip', because: '' }, unknown: `depends on ${on}` }
}

const endsHere = (
  task: Task,
  name: string,
  identity: Identity,
  { plan, unknown }: { plan: Plan; unknown?: string },
  draft: Draft,
  engine: Engine,
): Verdict => {
  if (draft.needs.size > 0) return 'before'
  const extra = unknown === undefined ? {} : { unknown }
  draft.tasks.push({ task, name, identity, items: [{ plan, environment: {} }], lasting: [], ...extra })
  return engine.interpreter.goesOnAfter(task, plan) ? 'on' : 'after'
}

interface Resolving {
  readonly task: Task
  readonly name: string
  readonly identity: Identity
  readonly items: readonly WorkItem[]
}
interface Planner {
  readonly walk: WalkState
  readonly engine: Engine
  readonly draft: Draft
  readonly refusals: Refusals
}

const planItems = (resolving: Resolving, planner: Planner): Verdict => {
  const { task, identity, items } = resolving
  const { walk, draft } = planner
  // Everything it reads is asked for, also while earlier tasks still wait for theirs.
  for (const item of items) {
    if (item.kind === 'work') for (const reading of task.type.readings(item.args)) want(reading, identity, walk, draft)
  }
  if (draft.needs.size > 0) return 'on'

  const planned: PlannedItem[] = []
  const lasting: Lasting[] = []
  const wishes: Reading<unknown>[] = []
  const predicted = new Map(draft.predicted)
  for (const [index, item] of items.entries()) {
    const plan = planItem(item, index, resolving, planner, { predicted, lasting })
    if (plan === undefined) return 'before' // a reading that was not foreseen
    if (unsettles(plan) && draft.tasks.length > 0) return 'before'
    if (plan.kind === 'changes') {
      for (const change of plan.changes)
        for (const { reading, value } of change.leaves) predicted.set(reading.key, value)
      wishes.push(...plan.wishes)
    }
    planned.push({
      ...(item.item === undefined ? {} : { item: item.item }),
      plan,
      ...(item.kind === 'work' && task.type.readings(item.args).length > 0 ? { reads: true } : {}),
      environment: item.kind === 'work' ? item.environment : {},
    })
    if (plan.kind === 'refuse') break
  }
  const plannedTask: PlannedTask = { task, name: resolving.name, identity, items: planned, lasting }
  const index = draft.tasks.push(plannedTask) - 1
  draft.wishes.push(...wishes.map((reading) => ({ index, reading })))
  for (const [key, value] of predicted) draft.predicted.set(key, value)
  draft.lasting.push(...lasting)
  remember(plannedTask, planner)
  return verdictOn(plannedTask, planner)
}

/** After an opaque task everything must be read anew; after a refusal the host's walk ends or, if ignored, starts a new round. */
const verdictOn = ({ task, items }: PlannedTask, { engine }: Planner): Verdict =>
  items.every(({ plan }) => engine.interpreter.goesOnAfter(task, plan)) ? 'on' : 'after'

const planItem = (
  item: WorkItem,
  index: number,
  { task, identity }: Resolving,
  { walk, engine, draft, refusals }: Planner,
  { predicted, lasting }: { predicted: Map<string, unknown>; lasting: Lasting[] },
): Plan | undefined => {
  if (item.kind === 'skip') return { kind: 'skip', because: item.because }
  const refusal = refusals.get(`${task.id}/${index}`)
  if (refusal !== undefined) return { kind: 'refuse', problem: refusal }
  const facts = bookOf(walk, identity).under(predicted)
  const setting: Setting = {
    host: walk.host.name,
    groups: walk.host.groups,
    lasting: [...draft.lasting, ...lasting],
    files: engine.schedule.files,
    ...(engine.run.verbosity === undefined ? {} : { verbosity: engine.run.verbosity }),
  }
  try {
    const plan = task.type.plan(item.args, facts, setting)
    if (plan.kind === 'changes') lasting.push(...(task.type.lasting?.(item.args, facts, setting) ?? []))
    return plan
  } catch (cause) {
    if (!(cause instanceof NotRead)) throw cause
    want(cause.reading, identity, walk, draft)
    return undefined
  }
}

/** What later tasks of the round may know of this one's registered result. */
const remember = (planned: PlannedTask, { draft, engine }: Planner): void => {
  const { register } = planned.task
  if (register === undefined) return
  const outcomes = planned.items.map(({ plan }) => engine.interpreter.foresee(plan))
  draft.results.set(register, registered(planned, outcomes))
}

const want = (reading: Reading<unknown>, identity: Identity, walk: WalkState, draft: Draft): void => {
  if (bookOf(walk, identity).has(reading.source)) return
  const key = identityKey(identity)
  const need = draft.needs.get(key) ?? { identity, sources: new Map<string, Source>() }
  need.sources.set(reading.source.key, reading.source)
  draft.needs.set(key, need)
}

export const bookOf = (walk: WalkState, identity: Identity) => {
  const key = identityKey(identity)
  const book = walk.books.get(key) ?? createFactBook()
  walk.books.set(key, book)
  return book
}

const factsFor = (walk: WalkState, draft: Draft, identity: Identity) => bookOf(walk, identity).under(draft.predicted)
