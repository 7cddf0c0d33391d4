/** A task whose arguments are known: what is to be done about each of its items. */
import type { Diagnostic, Scope } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Lasting, Plan, Reading, Setting } from '../model/task-type.ts'
import { withItem } from '../schedule/loop.ts'
import type { WorkItem } from '../schedule/resolve.ts'
import { awaitNames, bookOf, endsHere, type Planner, type Verdict, want } from './draft.ts'
import { NotRead } from './facts.ts'
import { rescueOf } from './flow.ts'
import { judged } from './judge.ts'
import { NotSeen } from './neighbours.ts'
import { factsSet, registered } from './outcome.ts'
import { planOf } from './plan-memo.ts'
import { type Entry, includedEntries, putIn } from './queue.ts'
import { controlOf, type Place, type PlannedItem, type PlannedTask, unsettles } from './round.ts'

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

export const planItems = (resolving: Resolving, planner: Planner, unknown: string | undefined): Verdict => {
  const { task, items, index, scope } = resolving
  const { walk, draft, engine } = planner
  const entry = draft.queue[index] as Entry
  // Everything it reads is asked for, also while earlier tasks still wait for theirs.
  for (const item of items) {
    if (item.kind !== 'work') continue
    const place = placeOf(task, item, planner)
    for (const reading of task.type.readings(item.args)) want(reading, place, walk, draft)
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
  const byTemplates = items.flatMap((item) => (item.kind === 'work' ? (item.notify ?? []) : []))
  const notify = [...new Set([...task.notify, ...byTemplates])]
  const whole: PlannedTask = { task, name: resolving.name, identity, items: planned, lasting, notify }
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
    fleet: engine.neighbours.fleet(walk.play, engine),
    ...(engine.run.verbosity === undefined ? {} : { verbosity: engine.run.verbosity }),
  }
  try {
    const planned = planOf(task, item.args, facts, setting)
    lasting.push(...planned.lasting)
    return planned.plan
  } catch (cause) {
    if (cause instanceof NotSeen) {
      for (const name of cause.hosts) draft.unseen.add(name)
      return undefined
    }
    if (!(cause instanceof NotRead)) throw cause
    want(cause.reading, place, walk, draft)
    return undefined
  }
}

/** What later tasks of the round may know of this one. Is it unknown what will become of it? */
const remember = (planned: PlannedTask, scope: Scope, { draft }: Planner): boolean => {
  const { task, items, notify } = planned
  const outcomes = items.map(({ plan, item }, index) => {
    const each = task.loop === undefined ? scope : withItem(scope, task.loop, { item: item ?? null, index })
    return judged(draft.interpreter.foresee(plan), task, each)
  })
  if (task.register !== undefined) draft.results.set(task.register, registered(planned, outcomes))
  for (const [name, binding] of factsSet(planned, outcomes)) draft.results.set(name, binding)
  if (outcomes.some(({ status }) => status === 'changed' || status === 'would-change' || status === 'unknown'))
    for (const name of notify) draft.notified.add(name)
  return planned.unknown !== undefined || outcomes.some(({ status }) => status === 'unknown')
}
