/** A host's cursor behind a task: what was included comes next, what was said of the play is done. */

import type { Task } from '../model/schedule.ts'
import { namesGiven } from '../schedule/registers.ts'
import { isForAll, meetsAfter } from '../schedule/round-rules.ts'
import type { Engine } from './engine.ts'
import { fail, upcoming } from './flow.ts'
import type { ItemOutcome } from './outcome.ts'
import { flushAt, handlerEntries, includedEntries, putIn } from './queue.ts'
import { reportRest } from './report.ts'
import { controlOf, type PlannedTask } from './round.ts'
import { dueHandlers } from './round-ends.ts'
import { forget, type WalkState } from './walk-state.ts'

/** The task at the cursor is through, and the host goes on. */
export const advance = (planned: PlannedTask, outcome: ItemOutcome, walk: WalkState): void => {
  const entry = walk.queue[walk.cursor]
  if (entry === undefined) return
  const done = outcome.status !== 'failed' && outcome.status !== 'skipped'
  if (done && planned.included !== undefined)
    walk.queue = putIn(walk.queue, walk.cursor + 1, includedEntries(planned.included, entry))
  const control = done && outcome.status !== 'unknown' ? controlOf(planned) : undefined
  if (control?.kind === 'flush_handlers')
    walk.queue = putIn(walk.queue, walk.cursor + 1, [flushAt([...entry.position, 0], entry.path)])
  if (control?.kind === 'end_host' || control?.kind === 'end_play') endHere(walk)
  else walk.cursor++
  tell(planned, walk, {})
  walk.meetNext ||= meetsAfter(planned.task)
  // Where a failure waits for the end of an `always`, the round ends too.
  walk.cursor = upcoming(walk, walk.queue, walk.cursor) ?? walk.cursor
}

/** The play is over for this host: nothing is left but the handlers that are due. */
const endHere = (walk: WalkState): void => {
  walk.queue = [...walk.queue.slice(0, walk.cursor + 1), flushAt([Number.POSITIVE_INFINITY])]
  walk.cursor++
  walk.pending.length = 0
}

/** What is said for all hosts, the others hear. */
const tell = ({ task, ...planned }: PlannedTask, walk: WalkState, { failed }: { readonly failed?: string }): void => {
  if (walk.meeting === undefined || walk.met === undefined || !isForAll(task)) return
  const control = controlOf({ task, ...planned })
  const names = [...walk.host.results]
  walk.meeting.tell(walk.host.name, walk.met, {
    bindings: new Map(names),
    ...(failed === undefined ? {} : { failed }),
    ...(control?.kind === 'end_play' ? { control } : {}),
  })
}

/** What the first host found out, for one that only listens. */
export const hearFrom = async (first: string, walk: WalkState): Promise<void> => {
  const { meeting, met } = walk
  const entry = walk.queue[walk.cursor]
  if (meeting === undefined || met === undefined || entry?.kind !== 'task') return
  const word = await meeting.hear(first, met)
  for (const name of namesGiven(entry.task)) {
    const binding = word?.bindings.get(name)
    if (binding !== undefined) walk.host.results.set(name, binding)
  }
  walk.meetNext = true
  if (word?.control?.kind === 'end_play') endHere(walk)
  else if (word?.failed !== undefined && fail(walk, word.failed)) forget(walk)
  else walk.cursor++
}

/**
 * The task at the cursor has failed and that is not ignored: the host goes on with the rescue or always of a block, else
 * its way through the play ends.
 */
export const failed = (planned: PlannedTask, walk: WalkState, engine: Engine): 'on' | 'stopped' => {
  const { task, name } = planned
  tell(planned, walk, { failed: name })
  walk.meetNext ||= meetsAfter(task)
  if (fail(walk, name)) return 'on'
  if (task.anyErrorsFatal || task.runOnce)
    engine.run.halt.request(
      `"${name}" failed on ${walk.host.name}, and ${task.runOnce ? 'it is run once for all' : '`any_errors_fatal` is set'}`,
      'run',
    )
  walk.cursor++
  lose(walk, engine, `"${name}" ${engine.interpreter.writes ? 'failed earlier' : 'would fail'}`)
  return 'stopped'
}

/** The host is out of the play; handlers of what was proven are still due. */
export const lose = (walk: WalkState, engine: Engine, because: string): void => {
  // Check foretells the later plays too.
  if (engine.interpreter.writes) walk.host.condition = 'failed'
  reportRest(walk, engine, because)
  walk.queue = [...walk.queue, flushAt([Number.POSITIVE_INFINITY])]
  walk.pending.length = 0
}

/** The handlers' turn: those that are due come next. */
export const flush = (walk: WalkState): void => {
  const entry = walk.queue[walk.cursor]
  if (entry?.kind !== 'flush') return
  const due = dueHandlers(walk).filter(({ id }) => !entry.handled.has(id))
  walk.cursor++
  if (due.length === 0) return
  const doubt = ({ name, listen }: Task): string | undefined => {
    const names = [name, ...listen]
    if (names.some((each) => walk.notified.has(each))) return undefined
    return names.flatMap((each) => walk.maybeNotified.get(each) ?? [])[0]
  }
  walk.queue = putIn(
    walk.queue,
    walk.cursor,
    handlerEntries(
      due.map((task) => ({ task, by: doubt(task) })),
      entry,
    ),
  )
  walk.notified.clear()
  walk.maybeNotified.clear()
}
