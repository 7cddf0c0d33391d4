import type { Binding, Diagnostic, Scope } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Lasting, Plan, Reading, Setting, Source } from '../model/task-type.ts'
import { withItem } from '../schedule/loop.ts'
import { isElsewhere, namesGiven } from '../schedule/registers.ts'
import { foresee, resolve, type WorkItem } from '../schedule/resolve.ts'
import { standsAlone } from '../schedule/round-rules.ts'
import { hideTaskSecrets } from '../schedule/secret-values.ts'
import { doubtOf } from './doubt.ts'
import { type Engine, interpreterOf } from './engine.ts'
import { createFactBook, NotRead } from './facts.ts'
import { rescueOf, upcoming } from './flow.ts'
import type { Interpreter } from './interpreter.ts'
import { judged } from './judge.ts'
import { learnedBy } from './learned.ts'
import { factsSet, registered, whyWaiting } from './outcome.ts'
import { type Entry, includedEntries, isAt, putIn } from './queue.ts'
import { controlOf, type Place, type PlannedItem, type PlannedTask, placeKey, type Round, unsettles } from './round.ts'
import { endsRound, isCalled } from './round-ends.ts'
import type { WalkState } from './walk-state.ts'

export interface Need extends Place {
  readonly sources: Map<string, Source>
}
/** A round, or what must be read before one can be planned. `elsewhere`: its first task waits for another host. */
export type Planning =
  | { readonly kind: 'round'; readonly round: Round }
  | { readonly kind: 'read'; readonly needs: readonly Need[] }
  | { readonly kind: 'elsewhere'; readonly on: string }

/** Demands of the fleet that were refused: `task id/item index` → why. */
export type Refusals = ReadonlyMap<string, Diagnostic>

interface Draft {
  readonly interpreter: Interpreter
  queue: readonly Entry[]
  readonly tasks: PlannedTask[]
  readonly predicted: Map<string, unknown>
  readonly results: Map<string, Binding>
  readonly lasting: Lasting[]
  readonly wishes: { index: number; reading: Reading<unknown> }[]
  readonly needs: Map<string, Need>
  /** Names that what is planned so far will or may notify. */
  readonly notified: Set<string>
  elsewhere?: string
}

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
  if (draft.tasks.length === 0 && draft.elsewhere !== undefined) return { kind: 'elsewhere', on: draft.elsewhere }
  const wishes = draft.wishes.map(({ index, reading }) => ({
    index,
    reading,
    value: factsFor(walk, draft, draft.tasks[index] as PlannedTask).of(reading),
  }))
  return { kind: 'round', round: { interpreter, tasks: draft.tasks, predicted: draft.predicted, wishes } }
}

/** `on`: the round may go on; `before`/`after`: it ends before or after this task. */
type Verdict = 'on' | 'before' | 'after'

interface Planner {
  readonly walk: WalkState
  readonly engine: Engine
  readonly draft: Draft
  readonly refusals: Refusals
}

const planEntry = (index: number, planner: Planner): Verdict => {
  const { walk, engine, draft } = planner
  const entry = draft.queue[index] as Entry
  if (entry.kind === 'flush') return isCalled(entry, walk, draft.notified) ? 'before' : 'on'
  const { task } = entry
  const begun = draft.tasks.length > 0
  if (begun && (standsAlone(task, walk.play) || interpreterOf(task, engine) !== draft.interpreter)) return 'before'
  const verdict = planTask(task, index, planner)
  return verdict === 'on' && draft.tasks.length > 0 && endsRound(task, walk.play, draft.interpreter) ? 'after' : verdict
}

const planTask = (task: Task, index: number, planner: Planner): Verdict => {
  const { walk, engine, draft } = planner
  const identity = engine.identityOf(walk.host.name, walk.play, task)
  const place: Place = { identity }
  const learned = learnedBy(walk, engine, draft.results)
  // Before the first command of all nothing is certain that depends on a task which waits for the facts.
  const scope = engine.schedule.scope(walk.play, walk.host.name, learned)
  if (engine.hide !== undefined) hideTaskSecrets(task, walk.play, scope, engine.hide)
  const entry = draft.queue[index] as Entry
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
    if (isElsewhere(resolved.on) && walk.meeting !== undefined && !isAt(walk.met, entry.position)) {
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

interface Ending {
  readonly task: Task
  readonly entry: Entry
  readonly name: string
  readonly place: Place
  readonly plan: Plan
  readonly unknown?: string
}

const endsHere = ({ task, name, entry, place, plan, unknown }: Ending, { draft }: Planner): Verdict => {
  awaitNames(task, draft)
  if (draft.needs.size > 0) return 'before'
  const extra = unknown === undefined ? {} : { unknown }
  draft.tasks.push({
    task,
    name,
    identity: place.identity,
    items: [{ plan, environment: {} }],
    lasting: [],
    ...extra,
  })
  if (unknown !== undefined) for (const each of task.notify) draft.notified.add(each)
  if (unknown !== undefined && rescueOf(entry) !== undefined) return 'after'
  return draft.interpreter.goesOnAfter(task, plan) ? 'on' : 'after'
}

/** What the task gives is not known yet. */
const awaitNames = (task: Task, draft: Draft): void => {
  for (const name of namesGiven(task))
    if (!name.startsWith('ansible_failed_')) draft.results.set(name, { kind: 'pending', why: whyWaiting(task) })
}

interface Resolving {
  readonly task: Task
  readonly name: string
  /** In the draft's queue. */
  readonly index: number
  readonly items: readonly WorkItem[]
  readonly scope: Scope
}

const placeOf = (task: Task, item: WorkItem, { walk, engine }: Planner): Place => {
  const on = item.kind === 'work' && item.on !== walk.host.name ? item.on : undefined
  const identity = engine.identityOf(on ?? walk.host.name, walk.play, task)
  return { identity, ...(on === undefined ? {} : { on }) }
}

const planItems = (resolving: Resolving, planner: Planner, unknown: string | undefined): Verdict => {
  const { task, items, index, scope } = resolving
  const { walk, draft, engine } = planner
  const entry = draft.queue[index] as Entry
  // Everything it reads is asked for, also while earlier tasks still wait for theirs.
  for (const item of items) {
    if (item.kind !== 'work') continue
    for (const reading of task.type.readings(item.args)) want(reading, placeOf(task, item, planner), walk, draft)
  }
  if (draft.needs.size > 0) {
    awaitNames(task, draft)
    return 'on'
  }
  const planned: PlannedItem[] = []
  const lasting: Lasting[] = []
  const wishes: Reading<unknown>[] = []
  const predicted = new Map(draft.predicted)
  for (const [at, item] of items.entries()) {
    const place = placeOf(task, item, planner)
    const plan = planItem(item, at, { task, place }, planner, { predicted, lasting })
    if (plan === undefined) return 'before' // a reading that was not foreseen
    if (unsettles(plan) && draft.tasks.length > 0) return 'before'
    if (plan.kind === 'changes' && place.on === undefined && unknown === undefined) {
      for (const change of plan.changes)
        for (const { reading, value } of change.leaves) predicted.set(reading.key, value)
      wishes.push(...plan.wishes)
    }
    planned.push({
      ...(item.item === undefined ? {} : { item: item.item }),
      ...(item.label === undefined ? {} : { label: item.label }),
      ...(place.on === undefined ? {} : { on: place.on }),
      plan,
      ...(item.kind === 'work' && task.type.readings(item.args).length > 0 ? { reads: true } : {}),
      environment: item.kind === 'work' ? item.environment : {},
    })
    if (plan.kind === 'refuse' && task.loop === undefined) break
  }
  const identity = engine.identityOf(walk.host.name, walk.play, task)
  const whole: PlannedTask = { task, name: resolving.name, identity, items: planned, lasting }
  const included = includedBy(whole, planner)
  if ('severity' in included)
    return endsHere(
      { task, name: resolving.name, entry, place: { identity }, plan: { kind: 'refuse', problem: included } },
      planner,
    )
  const plannedTask: PlannedTask = {
    ...whole,
    ...(unknown === undefined ? {} : { unknown }),
    ...(included.length === 0 ? {} : { included }),
  }
  const position = draft.tasks.push(plannedTask) - 1
  draft.queue = putIn(draft.queue, index + 1, includedEntries(included, entry))
  draft.wishes.push(...wishes.map((reading) => ({ index: position, reading })))
  for (const [key, value] of predicted) draft.predicted.set(key, value)
  draft.lasting.push(...lasting)
  const doubtful = remember(plannedTask, scope, planner)
  return doubtful && rescueOf(entry) !== undefined ? 'after' : verdictOn(plannedTask, planner)
}

/** The tasks that an include brings, item after item. */
const includedBy = ({ task, items }: PlannedTask, { walk, engine }: Planner): readonly Task[] | Diagnostic => {
  const tasks: Task[] = []
  for (const [index, { item, plan }] of items.entries()) {
    const control = plan.kind === 'changes' ? plan.control : undefined
    if (control?.kind !== 'include') continue
    const turn = task.loop === undefined ? {} : { turn: { item: item ?? null, index } }
    const more = engine.schedule.include(task, walk.play, { file: control.file, before: tasks.length, ...turn })
    if ('severity' in more) return more
    tasks.push(...more)
  }
  return tasks
}

/** After an opaque task everything must be read anew; after a refusal the host's walk ends or, if ignored, starts a new round. */
const verdictOn = (planned: PlannedTask, { draft }: Planner): Verdict => {
  const control = controlOf(planned)
  if (control !== undefined && control.kind !== 'include') return 'after'
  return planned.items.every(({ plan }) => draft.interpreter.goesOnAfter(planned.task, plan)) ? 'on' : 'after'
}

const planItem = (
  item: WorkItem,
  index: number,
  { task, place }: { readonly task: Task; readonly place: Place },
  { walk, engine, draft, refusals }: Planner,
  { predicted, lasting }: { predicted: Map<string, unknown>; lasting: Lasting[] },
): Plan | undefined => {
  if (item.kind === 'skip') return { kind: 'skip', because: item.because }
  const refusal = refusals.get(`${task.id}/${index}`)
  if (refusal !== undefined) return { kind: 'refuse', problem: refusal }
  const away = place.on !== undefined
  // Of another host nothing is foreseen: what it is like is read just before.
  const facts = bookOf(walk, place).under(away ? new Map() : predicted)
  const host = away ? engine.hosts(place.on) : walk.host
  const setting: Setting = {
    host: host.name,
    groups: host.groups,
    lasting: away ? host.lasting : [...draft.lasting, ...lasting],
    files: engine.schedule.files,
    ...(engine.run.verbosity === undefined ? {} : { verbosity: engine.run.verbosity }),
  }
  try {
    const plan = task.type.plan(item.args, facts, setting)
    if (plan.kind === 'changes') lasting.push(...(task.type.lasting?.(item.args, facts, setting) ?? []))
    return plan
  } catch (cause) {
    if (!(cause instanceof NotRead)) throw cause
    want(cause.reading, place, walk, draft)
    return undefined
  }
}

/** What later tasks of the round may know of this one. Is it unknown what will become of it? */
const remember = (planned: PlannedTask, scope: Scope, { draft }: Planner): boolean => {
  const { task, items } = planned
  const outcomes = items.map(({ plan, item }, index) => {
    const each = task.loop === undefined ? scope : withItem(scope, task.loop, { item: item ?? null, index })
    return judged(draft.interpreter.foresee(plan), task, each)
  })
  if (task.register !== undefined) draft.results.set(task.register, registered(planned, outcomes))
  for (const [name, binding] of factsSet(planned, outcomes)) draft.results.set(name, binding)
  if (outcomes.some(({ status }) => status === 'changed' || status === 'would-change' || status === 'unknown'))
    for (const name of task.notify) draft.notified.add(name)
  return planned.unknown !== undefined || outcomes.some(({ status }) => status === 'unknown')
}

const want = (reading: Reading<unknown>, place: Place, walk: WalkState, draft: Draft): void => {
  if (bookOf(walk, place).has(reading.source)) return
  const key = placeKey(place)
  const need = draft.needs.get(key) ?? { ...place, sources: new Map<string, Source>() }
  need.sources.set(reading.source.key, reading.source)
  draft.needs.set(key, need)
}

export const bookOf = (walk: WalkState, place: Place) => {
  const key = placeKey(place)
  const book = walk.books.get(key) ?? createFactBook()
  walk.books.set(key, book)
  return book
}

const factsFor = (walk: WalkState, draft: Draft, { identity }: PlannedTask) =>
  bookOf(walk, { identity }).under(draft.predicted)
