import type { Identity } from '../model/connection.ts'
import type { Happening } from '../model/event.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Task } from '../model/schedule.ts'
import type { Question } from '../model/task-type.ts'
import type { Schedule } from '../schedule/schedule.ts'
import type { Interpreter } from './interpreter.ts'
import type { Neighbours } from './neighbours.ts'
import type { Rotation } from './rotation.ts'
import type { Sessions } from './session.ts'
import type { Hosts } from './walk-state.ts'

/** What every part of a run shares; made once, at the composition root. */
export interface Engine {
  readonly schedule: Schedule
  readonly inventory: Inventory
  readonly sessions: Sessions
  readonly rotation: Rotation
  readonly neighbours: Neighbours
  /** Every host of the inventory, as this run knows it. */
  readonly hosts: Hosts
  /** The run's, but for tasks that have a word of their own about check mode. */
  readonly interpreter: Interpreter
  readonly modes: { readonly run: Interpreter; readonly check: Interpreter }
  /** Marks texts that no sink may show from now on. */
  readonly hide?: (texts: readonly string[]) => void
  /** Whether a text holds one of them. */
  readonly tellsSecret?: (text: string) => boolean
  readonly emit: (happening: Happening) => void
  readonly ask: Ask
  /** Resolves when the entry is on the controller's disk: nothing is sent before. */
  readonly journal: (entry: object) => Promise<void>
  readonly identityOf: (host: string, play?: Play, task?: Task) => Identity
  readonly run: Run
}

/** Asks on the terminal; undefined where there is none, or the run is halted meanwhile. */
export type Ask = (question: Question & { readonly task: string }, halted: AbortSignal) => Promise<string | undefined>

export const interpreterOf = ({ checkMode }: Task, { interpreter, modes }: Engine): Interpreter => {
  if (checkMode === undefined) return interpreter
  return checkMode ? modes.check : modes.run
}

export interface Run {
  readonly id: string
  /** `user@controller, run ID`: what another run is told while this one holds a host's lock. */
  readonly owner: string
  /** Seconds to wait for a host's lock. */
  readonly lockWait: number
  /** Seconds a step may take on the host, when the user named it. */
  readonly taskTimeout?: number
  /** How many `-v` were given. */
  readonly verbosity?: number
  readonly halt: Halt
}

/** Says that no new host and no new round starts; hosts in flight finish the round they were sent. */
export interface Halt {
  readonly because: string | undefined
  /** Fires with the request. */
  readonly signal: AbortSignal
  /** By a signal, not by what a host did. */
  readonly interrupted: boolean
  request(because: string, by: 'signal' | 'run'): void
}

export const createHalt = (): Halt => {
  let halted: { because: string; by: 'signal' | 'run' } | undefined
  const controller = new AbortController()
  return {
    signal: controller.signal,
    get because() {
      return halted?.because
    },
    get interrupted() {
      return halted?.by === 'signal'
    },
    request: (because, by) => {
      halted ??= { because, by }
      controller.abort()
    },
  }
}
