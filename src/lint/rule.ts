/** What a rule of lint is given, and what it gives. */
import type { Diagnostic, Position, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'

/** One piece of work of a task as a host gets it: an item of its loop, or all of it. */
export interface Work {
  readonly play: Play
  readonly task: Task
  /** As the task type parsed them; nothing where the task waits for a result and is one that runs text. */
  readonly args: unknown
  /** What its templates see; where the inventory names no `nic`, that is `unknownNic`. */
  readonly scope: Scope
}

export interface Found {
  readonly summary: string
  readonly at: Position
  readonly hint: string
}

/** What is known of the fleet as a whole. */
export interface Fleet {
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** Local files that tasks name, by absolute path. */
  readonly files: ReadonlyMap<string, Uint8Array>
  /** The interfaces that the inventory names as `nic` of these hosts; nothing when one of them has none. */
  nicsOf(play: Play): ReadonlySet<string> | undefined
}

export interface Rule {
  /** What `ignore[…]` names; docs/lint.md has a section of this name. */
  readonly id: string
  readonly severity: Diagnostic['severity']
  /** Looks at each piece of work alone, that of handlers too. */
  inWork?(work: Work, fleet: Fleet): readonly Found[]
  /** Looks at all that one host goes through in one playbook, in order. */
  inCourse?(course: readonly Work[]): readonly Found[]
  inPlay?(play: Play, fleet: Fleet): readonly Found[]
}

/** Stands for the interface that a host itself tells; no interface is called so. */
export const unknownNic = '<nic>'
