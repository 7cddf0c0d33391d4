/** What happened, for everybody who wants to know. The live list, plain text, NDJSON, JUnit, recap and exit code read these and nothing else. */

import type { Value } from './document.ts'
import type { Difference } from './task-type.ts'

export type Status = 'ok' | 'changed' | 'would-change' | 'unknown' | 'skipped' | 'failed' | 'not-run'
export type Touched = 'yes' | 'no' | 'unknown'

export interface HostRecap {
  readonly ok: number
  readonly changed: number
  readonly 'would-change': number
  readonly unknown: number
  readonly skipped: number
  readonly failed: number
  readonly 'not-run': number
  readonly unreachable: number
  readonly ignored: number
  readonly rescued: number
}

interface TaskRef {
  readonly play: string
  readonly task: string
  readonly task_id: string
  /** file:line */
  readonly where: string
  readonly host: string
}

export type Happening =
  | {
      readonly type: 'run-started'
      readonly run: string
      readonly playbook: string
      readonly check: boolean
      /** Check: tasks that say `check_mode: false`, and are carried out all the same; absent: none. */
      readonly carried_out?: number
      readonly hosts: readonly string[]
    }
  | {
      readonly type: 'play-started'
      readonly play: string
      readonly number: number
      readonly hosts: readonly string[]
      readonly tasks: readonly { readonly task_id: string; readonly task: string }[]
    }
  | {
      readonly type: 'batch-started'
      readonly play: string
      readonly batch: number
      readonly batches: number
      readonly hosts: readonly string[]
    }
  | ({ readonly type: 'task-started' } & TaskRef)
  | ({
      readonly type: 'task-retrying'
      readonly item?: Value
      /** How often it was tried. */
      readonly attempt: number
      readonly retries_left: number
      readonly reason?: string
    } & TaskRef)
  | ({
      readonly type: 'task-finished'
      readonly item?: Value
      readonly status: Status
      readonly differences: readonly Difference[]
      readonly seconds: number
      /** Why it failed, was skipped, is unknown or was not run. */
      readonly reason?: string
      readonly hint?: string
      /** What `register` would hold. */
      readonly result?: { readonly [key: string]: Value }
      readonly ignored?: true
      /** It failed, and the `rescue` of its block takes over. */
      readonly rescued?: true
      /** The other hosts on which it was done. */
      readonly delegated_to?: string
      /** The task's own word on whether differences are shown. */
      readonly diff?: boolean
      /** In check: an earlier task of this host is unknown, so this is foretold as if that touched nothing. */
      readonly behind_unknown?: true
      readonly notes?: readonly string[]
    } & TaskRef)
  | {
      readonly type: 'task-output'
      readonly task_id: string
      readonly host: string
      readonly stream: 'stdout' | 'stderr'
      readonly text: string
    }
  | {
      readonly type: 'host-unreachable'
      readonly host: string
      readonly reason: string
      readonly hint?: string
      readonly touched: Touched
      readonly ignored?: true
    }
  | { readonly type: 'host-locked'; readonly host: string; readonly owner: string }
  | { readonly type: 'notice'; readonly text: string } // something the operator should know: the arithmetic of a rollout, a default that applied
  | { readonly type: 'warning'; readonly text: string; readonly where?: string }
  | { readonly type: 'rollout-halted'; readonly why: string; readonly hosts_left: readonly string[] }
  | { readonly type: 'batch-finished'; readonly play: string; readonly batch: number }
  | { readonly type: 'interrupted'; readonly signal: string }
  | {
      readonly type: 'run-finished'
      readonly exit: number
      readonly reasons: readonly number[]
      readonly seconds: number
      readonly recap: { readonly [host: string]: HostRecap }
      /** The command that goes on from here, where there is something left. */
      readonly resume?: string
    }

/** As it is sent: stamped. `at` is ISO 8601 UTC. */
export type RunEvent = Happening & { readonly v: 1; readonly at: string }

/** Every reader of events is one of these. `finish` resolves when all is written. */
export interface Reporter {
  report(event: RunEvent): void
  finish?(): Promise<void>
  /** Of one that holds the screen: a question and what is typed, shown until `undefined`. */
  readonly prompt?: (text: string | undefined) => void
}
