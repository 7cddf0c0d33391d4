import type { Binding } from '../model/document.ts'
import type { Touched } from '../model/event.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play } from '../model/schedule.ts'
import type { Difference, Lasting } from '../model/task-type.ts'
import type { FactBook } from './facts.ts'
import type { Flow } from './flow.ts'
import type { Meeting } from './meeting.ts'
import type { Position } from './queue.ts'
import { queueOf } from './queue.ts'
import type { Session } from './session.ts'

/** One host over the whole run. */
export interface HostState {
  readonly name: string
  readonly groups: readonly string[]
  /** `stopped`: the run was interrupted or halted while it had tasks left. */
  condition: 'well' | 'failed' | 'unreachable' | 'locked' | 'stopped'
  touched: Touched
  /** Check: something of it would change. */
  wouldChange: boolean
  /** What its tasks brought to ok or changed, in any play, in order. */
  readonly lasting: Lasting[]
  /** Registered results and set facts. */
  readonly results: Map<string, Binding>
}

/** The hosts of a run; the same state for the same name. */
export type Hosts = (name: string) => HostState

export const createHosts = (inventory: Inventory): Hosts => {
  const states = new Map<string, HostState>()
  return (name) => {
    const known = states.get(name)
    if (known !== undefined) return known
    const groups = inventory.hosts.get(name)?.groups ?? []
    const state: HostState = {
      name,
      groups,
      condition: 'well',
      touched: 'no',
      wouldChange: false,
      lasting: [],
      results: new Map(),
    }
    states.set(name, state)
    return state
  }
}

/** One host on its way through one play. */
export interface WalkState extends Flow {
  readonly host: HostState
  readonly play: Play
  session: Session
  /** Unreachable, which the play ignores: nothing more of it is done here. */
  gone: boolean
  /** By place: identity, and host where it is another. */
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
  /** Where the batch comes together; none while hosts are only read and planned. */
  meeting: Meeting | undefined
  /** The last position at which this host met the others. */
  met: Position | undefined
  /** Who was there too. */
  together: readonly string[]
  /** The task before wants all hosts to be through with it. */
  meetNext: boolean
}

/** At the beginning of a play, with nothing read. */
export const newWalk = (play: Play, host: HostState, session: Session): WalkState => ({
  host,
  play,
  session,
  gone: false,
  queue: queueOf(play),
  cursor: 0,
  rescuing: new Set(),
  mayFail: new Map(),
  pending: [],
  books: new Map(),
  predicted: new Map(),
  facts: new Map(),
  nicProblem: undefined,
  notified: new Set(),
  maybeNotified: new Map(),
  wouldChange: undefined,
  wouldUnsettle: undefined,
  behindUnknown: undefined,
  lastingUnknown: undefined,
  moved: undefined,
  meeting: undefined,
  met: undefined,
  together: [],
  meetNext: false,
})

/** Everything that was read may have changed. */
export const forget = (walk: WalkState): void => {
  walk.books = new Map()
  walk.predicted = new Map()
}
