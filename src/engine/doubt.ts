/** Check: tasks that may not run at all. */
import type { Entry } from './queue.ts'
import type { WalkState } from './walk-state.ts'

export interface Doubt {
  readonly kind: 'handler' | 'rescue'
  readonly because: string
}

/** A rescue whose block may fail, or a handler that may be notified; undefined: it has its turn for certain. */
export const doubtOf = (entry: Entry, walk: WalkState): Doubt | undefined => {
  if (entry.kind !== 'task') return undefined
  for (const { block, part } of entry.path) {
    const by = part === 'rescue' && !walk.rescuing.has(block) ? walk.mayFail.get(block) : undefined
    if (by !== undefined) return { kind: 'rescue', because: `runs only if "${by}" fails` }
  }
  const { doubt } = entry
  return doubt === undefined ? undefined : { kind: 'handler', because: `runs only if "${doubt}" changes something` }
}
