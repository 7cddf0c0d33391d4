import type { Identity } from '../model/connection.ts'
import type { Value } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import type { Change, Control, Lasting, Plan, Reading } from '../model/task-type.ts'
import type { Interpreter } from './interpreter.ts'

/** One item of a task (the task itself where it has no loop) with what is to be done about it. */
export interface PlannedItem {
  readonly item?: Value
  /** Shown in place of the item. */
  readonly label?: Value
  /** Another host, on which it is done. */
  readonly on?: string
  readonly plan: Plan
  /** Does the plan follow from what was read of the host? */
  readonly reads?: true
  readonly environment: Readonly<Record<string, string>>
}

export interface PlannedTask {
  readonly task: Task
  /** Rendered. */
  readonly name: string
  readonly identity: Identity
  readonly items: readonly PlannedItem[]
  readonly lasting: readonly Lasting[]
  /** Check only: it depends on a result that only a run brings, or may not run at all. */
  readonly unknown?: string
  /** Handlers that it notifies if it changes something. */
  readonly notify: readonly string[]
  /** What an include brings. */
  readonly included?: readonly Task[]
}

/** The longest run of tasks whose arguments and conditions are known now, planned for one host. */
export interface Round {
  /** Who carries it: a task may have a word of its own about check mode. */
  readonly interpreter: Interpreter
  readonly tasks: readonly PlannedTask[]
  /** Reading key → value, as this round will leave the host. */
  readonly predicted: ReadonlyMap<string, unknown>
  /** Readings that a task of the round wishes, with the value they shall have at its end, by task index in `tasks`. */
  readonly wishes: readonly { readonly index: number; readonly reading: Reading<unknown>; readonly value: unknown }[]
}

export const changesOf = (item: PlannedItem): readonly Change[] =>
  item.plan.kind === 'changes' ? item.plan.changes : []

/** May it change more than it says? Then it travels alone, and all is read anew behind it. */
export const unsettles = (plan: Plan): boolean =>
  plan.kind === 'opaque' ||
  plan.kind === 'wait' ||
  (plan.kind === 'changes' && plan.unsettles === true && plan.changes.length > 0)

/** What the runner does behind this task. */
export const controlOf = ({ items }: PlannedTask): Control | undefined =>
  items.flatMap(({ plan }) => (plan.kind === 'changes' && plan.control !== undefined ? [plan.control] : [])).at(-1)

/** Does it send anything to the host? */
export const writes = (item: PlannedItem): boolean => item.plan.kind === 'opaque' || changesOf(item).length > 0

/** Does it take time or send anything? */
export const roundActs = ({ tasks }: Round): boolean =>
  tasks.some(({ items }) => items.some((item) => writes(item) || item.plan.kind === 'wait'))

/** Who acts, and on which host where it is another than the walk's. */
export interface Place {
  readonly identity: Identity
  readonly on?: string
}

export const placeKey = ({ identity, on }: Place): string =>
  on === undefined ? identityKey(identity) : `${on}: ${identityKey(identity)}`

export const identityKey = ({ become, becomeUser, becomeMethod = 'sudo' }: Identity): string =>
  become ? `${becomeMethod} ${becomeUser}` : 'self'
