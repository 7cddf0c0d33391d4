/** Who runs what, in which order: everything that is known without a host. */
import type { DocNode, MapNode, Position } from './document.ts'
import type { TaskType } from './task-type.ts'

/** At most this many: a count, or a percentage of the play's hosts, rounded down. */
export type Share = { readonly count: number } | { readonly percent: number }

export interface Task {
  /** `play.task`: "2.3"; handlers "2.h1". */
  readonly id: string
  /** As written; may hold {{ }}. */
  readonly name: string
  readonly at: Position
  readonly type: TaskType<unknown>
  readonly args: DocNode
  readonly when: readonly DocNode[]
  readonly loop?: DocNode
  readonly register?: string
  readonly become?: boolean
  readonly becomeUser?: string
  readonly notify: readonly string[]
  readonly noLog: boolean
  readonly ignoreErrors: boolean
  readonly environment?: DocNode
  readonly vars?: MapNode
  readonly tags: readonly string[]
}

export interface Play {
  /** Counts from 1. */
  readonly number: number
  readonly name: string
  readonly at: Position
  readonly hosts: readonly string[]
  readonly tasks: readonly Task[]
  readonly handlers: readonly Task[]
  /** Absent: not named. The last repeats. */
  readonly serial?: readonly Share[]
  readonly maxFail?: Share
  readonly maxUnreachable?: Share
  readonly become?: boolean
  readonly becomeUser?: string
  readonly environment?: DocNode
  /** Play vars and vars_files, in rising precedence. */
  readonly vars: readonly MapNode[]
}

export interface Playbook {
  readonly file: string
  readonly plays: readonly Play[]
}
