import type { Binding } from '../model/document.ts'
import type { Touched } from '../model/event.ts'
import type { Play, Task } from '../model/schedule.ts'
import type { Difference, Lasting } from '../model/task-type.ts'
import type { FactBook } from './facts.ts'
import type { Session } from './session.ts'

/** One host over the whole run. */
export interface HostState {
  readonly name: string
  readonly groups: readonly string[]
  /** `stopped`: the run was interrupted or halted while it had tasks left. */
  condition: 'well' | 'failed' | 'unreachable' | 'locked' | 'stopped'
  touched: Touched
  /** What its tasks brought to ok or changed, in any play, in order. */
  readonly lasting: Lasting[]
  /** Registered results. */
  readonly results: Map<string, Binding>
}

/** One host on its way through one play. */
export interface WalkState {
  readonly host: HostState
  readonly play: Play
  readonly session: Session
  /** The play's tasks, then the handlers that were notified. */
  queue: readonly Task[]
  cursor: number
  /** By identity. */
  books: Map<string, FactBook>
  /** Reading key → value: what this run has left behind, proven. */
  predicted: ReadonlyMap<string, unknown>
  /** `nic` and `facts`, once read. */
  facts: Map<string, Binding>
  /** Why `nic` could not be told, for the task that wants it. */
  nicProblem: { readonly summary: string; readonly hint: string } | undefined
  readonly notified: Set<string>
  /** Check: handlers that run only if a task whose effect is unknown changes something, with that task's name. */
  readonly maybeNotified: Map<string, string>
  /** Handlers that already had their turn. */
  readonly handled: Set<string>
  /** Check: the name of the first task that would change something. */
  wouldChange: string | undefined
  /** Check: the name of the first that would start programs which may change anything. */
  wouldUnsettle: string | undefined
  /** Check: the name of an earlier task whose effect is unknown. */
  behindUnknown: string | undefined
  /** Check: why what should last is not known. */
  lastingUnknown: string | undefined
  /** The task that is planned anew because the host had moved, with what it had already done. */
  moved: { readonly taskId: string; readonly done: readonly Difference[] } | undefined
}

/** Everything that was read may have changed. */
export const forget = (walk: WalkState): void => {
  walk.books = new Map()
  walk.predicted = new Map()
}
