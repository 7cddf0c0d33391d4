/** A round in the making. */
import type { Binding, Diagnostic } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Lasting, Plan, Reading, Source } from '../model/task-type.ts'
import { namesGiven } from '../schedule/registers.ts'
import type { Engine } from './engine.ts'
import { createFactBook } from './facts.ts'
import { rescueOf } from './flow.ts'
import type { Interpreter } from './interpreter.ts'
import { whyWaiting } from './outcome.ts'
import type { Entry } from './queue.ts'
import { type Place, type PlannedTask, placeKey } from './round.ts'
import type { WalkState } from './walk-state.ts'

export interface Need extends Place {
  readonly sources: Map<string, Source>
}
/** Demands of the fleet that were refused: `task id/item index` → why. */
export type Refusals = ReadonlyMap<string, Diagnostic>

export interface Draft {
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
  /** Hosts that a plan wants to know of, and that nobody has looked at yet. */
  readonly unseen: Set<string>
  elsewhere?: string
}

/** `on`: the round may go on; `before`/`after`: it ends before or after this task. */
export type Verdict = 'on' | 'before' | 'after'

export interface Planner {
  readonly walk: WalkState
  readonly engine: Engine
  readonly draft: Draft
  readonly refusals: Refusals
}

interface Ending {
  readonly task: Task
  readonly entry: Entry
  readonly name: string
  readonly place: Place
  readonly plan: Plan
  readonly unknown?: string
}

export const endsHere = ({ task, name, entry, place, plan, unknown }: Ending, { walk, draft }: Planner): Verdict => {
  awaitNames(task, draft)
  if (draft.needs.size > 0) return 'before'
  // Which ones it would notify by templates is not known: any of them.
  const any = task.notifyTemplates === undefined ? [] : walk.play.handlers.map(({ name: each }) => each)
  const notify = [...new Set([...task.notify, ...any])]
  const extra = unknown === undefined ? {} : { unknown }
  draft.tasks.push({
    task,
    name,
    identity: place.identity,
    items: [{ plan, environment: {} }],
    lasting: [],
    notify,
    ...extra,
  })
  if (unknown !== undefined) for (const each of notify) draft.notified.add(each)
  if (unknown !== undefined && rescueOf(entry) !== undefined) return 'after'
  return draft.interpreter.goesOnAfter(task, plan) ? 'on' : 'after'
}

/** What the task gives is not known yet. */
export const awaitNames = (task: Task, draft: Draft): void => {
  for (const name of namesGiven(task))
    if (!name.startsWith('ansible_failed_')) draft.results.set(name, { kind: 'pending', why: whyWaiting(task) })
}

export const want = (reading: Reading<unknown>, place: Place, walk: WalkState, draft: Draft): void => {
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
