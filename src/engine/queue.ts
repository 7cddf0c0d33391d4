import type { Play, Region, Task } from '../model/schedule.ts'

/** Where something stands in a play: compared number by number, so that what is put in stays between its neighbours. */
export type Position = readonly number[]

/** What a host has before it: a task, or the turn of the handlers that were notified. */
export type Entry = {
  readonly position: Position
  readonly path: readonly Region[]
} /** doubt, in check: the handler runs only if the task of this name changes something. */ & (
  | { readonly kind: 'task'; readonly task: Task; readonly doubt?: string }
  | {
      readonly kind: 'flush'
      /** Handlers (ids) that had this turn already. */
      readonly handled: ReadonlySet<string>
    }
)

export const queueOf = ({ tasks, flushes }: Play): readonly Entry[] => {
  const entries = tasks.flatMap((task, index): Entry[] => [
    { kind: 'task', task, path: task.path, position: [index] },
    ...(flushes.includes(index + 1) ? [flushAt([index, Number.POSITIVE_INFINITY])] : []),
  ])
  return entries
}

export const flushAt = (
  position: Position,
  path: readonly Region[] = [],
  handled: ReadonlySet<string> = new Set(),
): Entry => ({ kind: 'flush', position, path, handled })

/** Tasks that an include brought, as they stand behind it. */
export const includedEntries = (tasks: readonly Task[], include: Entry): readonly Entry[] =>
  tasks.map((task, index) => ({ kind: 'task', task, path: task.path, position: [...include.position, index] }))

/** Handlers in their turn, and behind them the turn of those that they notify. `by`: who may notify them, in check. */
export const handlerEntries = (
  handlers: readonly { readonly task: Task; readonly by: string | undefined }[],
  flush: Extract<Entry, { kind: 'flush' }>,
): readonly Entry[] => [
  ...handlers.map(
    ({ task, by }, index): Entry => ({
      kind: 'task',
      task,
      path: flush.path,
      position: [...flush.position, index],
      ...(by === undefined ? {} : { doubt: by }),
    }),
  ),
  flushAt(
    [...flush.position, handlers.length],
    flush.path,
    new Set([...flush.handled, ...handlers.map(({ task }) => task.id)]),
  ),
]

export const putIn = (queue: readonly Entry[], at: number, entries: readonly Entry[]): readonly Entry[] =>
  entries.length === 0 ? queue : [...queue.slice(0, at), ...entries, ...queue.slice(at)]

export const comparePositions = (a: Position, b: Position): number => {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [one, other] = [a[index] ?? Number.NEGATIVE_INFINITY, b[index] ?? Number.NEGATIVE_INFINITY]
    if (one !== other) return one < other ? -1 : 1
  }
  return 0
}

export const isAt = (one: Position | undefined, other: Position): boolean =>
  one !== undefined && comparePositions(one, other) === 0
