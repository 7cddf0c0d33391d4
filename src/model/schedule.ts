/** Who runs what, in which order: everything that is known without a host. */
import type { BecomeMethod } from './connection.ts'
import type { Binding, DocNode, MapNode, Position, ScalarNode } from './document.ts'
import type { TaskType } from './task-type.ts'

/** At most this many: a count, or a percentage of the play's hosts, rounded down. */
export type Share = { readonly count: number } | { readonly percent: number }

/** A block of tasks: where one of `block` fails, those of `rescue` run; those of `always` run either way. */
export interface Block {
  readonly at: Position
  readonly rescues: boolean
}

/** The part of a block that a task stands in. */
export interface Region {
  readonly block: Block
  readonly part: 'block' | 'rescue' | 'always'
}

export interface Loop {
  readonly list: DocNode
  /** Items that are lists are flattened by one level. */
  readonly flatten: boolean
  readonly variable: string
  readonly index?: string
  readonly label?: ScalarNode
  /** Seconds between two items. */
  readonly pause?: number
}

/** What a task says of how it is done. */
export interface Switches {
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  readonly noLog?: boolean
  readonly ignoreErrors?: boolean
  readonly ignoreUnreachable?: boolean
  /** A failure on one host ends the play on all. */
  readonly anyErrorsFatal?: boolean
  readonly runOnce?: boolean
  /** Overrides check mode for this task. */
  readonly checkMode?: boolean
  readonly diff?: boolean
  /** Hosts at once; 0 is no limit. */
  readonly throttle?: number
  /** Seconds a step may take; 0 is no word about it. */
  readonly timeout?: number
}

/** Those that a template gives, as it is written. */
export type Templates = Readonly<Partial<Record<keyof Switches, ScalarNode>>>

/** What a task has of its own or from the play, the blocks and the imports around it. */
export interface Inherited extends Switches {
  /** Outermost first. */
  readonly path: readonly Region[]
  readonly when: readonly DocNode[]
  readonly tags: readonly string[]
  readonly notify: readonly string[]
  /** Names of handlers that are templates: known on a host, and of an item. */
  readonly notifyTemplates?: readonly ScalarNode[]
  /** In rising precedence. */
  readonly vars: readonly MapNode[]
  readonly environment: readonly DocNode[]
  /** What they yield is known on a host: see `schedule/settle.ts`. */
  readonly templates?: Templates
  readonly delegateTo?: ScalarNode
}

export interface Task extends Inherited {
  /** `play.task`: "2.3"; handlers "2.h1"; of an include "2.3.1". */
  readonly id: string
  /** As written; may hold {{ }}. */
  readonly name: string
  readonly at: Position
  readonly type: TaskType<unknown>
  readonly args: DocNode
  readonly loop?: Loop
  readonly register?: string
  readonly until: readonly DocNode[]
  readonly retries?: DocNode
  /** Seconds between two attempts. */
  readonly delay?: DocNode
  readonly failedWhen?: readonly DocNode[]
  readonly changedWhen?: readonly DocNode[]
  /** Of a handler: topics at which it is called too. */
  readonly listen: readonly string[]
  /** Of an include: what the tasks of its file inherit. */
  readonly around?: Inherited
  /** The task as the playbook has it, where this is one whose templates were settled on a host. */
  readonly written?: Task
  /** What the loop of its include binds. */
  readonly given?: ReadonlyMap<string, Binding>
}

export interface Play {
  /** Counts from 1. */
  readonly number: number
  readonly name: string
  readonly at: Position
  readonly hosts: readonly string[]
  /** Those of pre_tasks, tasks and post_tasks. */
  readonly tasks: readonly Task[]
  /** Numbers of tasks behind which notified handlers have their turn; the last is that of all tasks. */
  readonly flushes: readonly number[]
  readonly handlers: readonly Task[]
  /** `linear`: no host begins a task before all are through with the one before it. */
  readonly strategy: 'host_pinned' | 'linear'
  /** Absent: not named. The last repeats. */
  readonly serial?: readonly Share[]
  readonly maxFail?: Share
  readonly maxUnreachable?: Share
  readonly ignoreUnreachable?: boolean
  /** Hosts at once. */
  readonly throttle?: number
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  /** Of who acts, where a template gives them. */
  readonly templates?: Templates
  /** Who logs in where the inventory does not say. */
  readonly remoteUser?: ScalarNode
  /** How hosts are reached where the inventory does not say. */
  readonly connection?: ScalarNode
  readonly environment?: DocNode
  /** Play vars and vars_files, in rising precedence. */
  readonly vars: readonly MapNode[]
}

export interface Playbook {
  readonly file: string
  readonly plays: readonly Play[]
}
