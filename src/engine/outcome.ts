import type { Binding, Value } from '../model/document.ts'
import type { Status } from '../model/event.ts'
import type { Loop, Task } from '../model/schedule.ts'
import type { CommandResult, Difference, Plan, ResultFields } from '../model/task-type.ts'
import { pendingField } from '../schedule/pending.ts'
import { namesGiven } from '../schedule/registers.ts'
import type { PlannedTask } from './round.ts'

/** What came of one item, or of a whole task. */
export interface ItemOutcome {
  readonly status: Status
  readonly differences: readonly Difference[]
  readonly reason?: string
  readonly hint?: string
  /** Beside changed, failed and skipped. */
  readonly fields?: ResultFields
  readonly notes?: readonly string[]
  /** Though it failed it may have changed something: a command that ran. */
  readonly wasChanged?: boolean
}

/** A foretold change whose failure cannot be known before it is carried out. */
export interface ForeseenOutcome extends ItemOutcome {
  readonly unsure?: true
  /** What will be answered on the terminal is not known. */
  readonly unanswered?: true
}

/** What a plan comes to without anything being sent; `whenChanged` says in which tense its changes are told. */
export const planOutcome = (plan: Plan, whenChanged: 'changed' | 'would-change'): ForeseenOutcome => {
  const fields = 'result' in plan && plan.result !== undefined ? { fields: plan.result } : {}
  switch (plan.kind) {
    case 'changes':
      return {
        status: plan.changes.length === 0 ? 'ok' : whenChanged,
        differences: plan.changes.map(({ what, from, to }) => ({ what, from, to })),
        ...fields,
        ...(plan.notes === undefined ? {} : { notes: plan.notes }),
      }
    case 'opaque':
      if (plan.foretold?.length === 0) return { status: 'ok', differences: [] }
      return { status: 'unknown', differences: [], reason: plan.because }
    case 'wait': {
      const open = typeof plan.for !== 'number' && plan.result?.user_input === undefined
      return { status: 'ok', differences: [], ...fields, ...(open ? { unanswered: true } : {}) }
    }
    case 'skip':
      return { status: 'skipped', differences: [], reason: plan.because, ...fields }
    case 'refuse': {
      const { summary, hint } = plan.problem
      return { status: 'failed', differences: [], reason: summary, ...(hint === undefined ? {} : { hint }), ...fields }
    }
  }
}

/** From best to worst; a task is as bad as its worst item. */
const severity: readonly Status[] = ['skipped', 'ok', 'changed', 'would-change', 'unknown', 'not-run', 'failed']

/** The task's outcome from its items'. */
export const together = (outcomes: readonly ItemOutcome[]): ItemOutcome => {
  if (outcomes.length === 1) return outcomes[0] as ItemOutcome
  const worst = outcomes.reduce<ItemOutcome>(
    (a, b) => (severity.indexOf(b.status) > severity.indexOf(a.status) ? b : a),
    { status: 'skipped', differences: [], reason: 'the loop has no items' },
  )
  const notes = outcomes.flatMap(({ notes }) => notes ?? [])
  return {
    ...worst,
    differences: outcomes.flatMap(({ differences }) => differences),
    ...(notes.length === 0 ? {} : { notes }),
  }
}

/** What `register` holds for one item: Ansible's fields. */
export const resultOf = (outcome: ItemOutcome): { readonly [key: string]: Value } => {
  const { status, reason, fields } = outcome
  return {
    changed: status === 'changed' || status === 'would-change' || outcome.wasChanged === true,
    failed: status === 'failed',
    skipped: status === 'skipped',
    ...(reason === undefined || fields?.msg !== undefined ? {} : { msg: reason }),
    ...fields,
  }
}

/** The result with the fields that are not known yet waiting. */
export const partlyKnown = (outcome: ForeseenOutcome, why: string): { readonly [key: string]: Value } => ({
  ...resultOf(outcome),
  ...(outcome.unsure ? { failed: pendingField(why) } : {}),
  ...(outcome.unanswered ? { user_input: pendingField(why) } : {}),
})

/** Fields of a command's result, under Ansible's names. */
export const commandFields = (
  { exitCode, stdout, stderr }: CommandResult,
  ends: 'stripped' | 'kept' = 'stripped',
): ResultFields => {
  const [out, error] = ends === 'kept' ? [stdout, stderr] : [stripped(stdout), stripped(stderr)]
  return { rc: exitCode, stdout: out, stdout_lines: lines(out), stderr: error, stderr_lines: lines(error) }
}
const stripped = (text: string): string => text.replace(/[\r\n]+$/, '')
const lines = (text: string): string[] => (text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/))

/** What a name waits for until this task is through. */
export const whyWaiting = ({ name }: Task): string => `the result of "${name}"`

/** The binding of a registered name: known, or known in part (a predicted `changed`), or waiting. */
export const registered = ({ task, items, unknown }: PlannedTask, outcomes: readonly ForeseenOutcome[]): Binding => {
  const why = whyWaiting(task)
  if (unknown !== undefined || outcomes.some(({ status }) => status === 'unknown')) return { kind: 'pending', why }
  const results = outcomes.map((outcome) => partlyKnown(outcome, why))
  if (task.loop === undefined) return { kind: 'value', value: (results[0] ?? resultOf(together([]))) as Value }
  const whole = ofLoop(task.loop, items, results)
  const failed = outcomes.some(({ unsure }) => unsure) ? pendingField(why) : whole.failed
  return { kind: 'value', value: { ...whole, failed } as Value }
}

type Result = { readonly [key: string]: Value }

/** What `register` holds for a whole loop. */
const ofLoop = ({ variable }: Loop, items: PlannedTask['items'], results: readonly Result[]): Result => {
  const skipped = results.every((result) => result.skipped === true)
  return {
    changed: results.some(({ changed }) => changed === true),
    failed: results.some((result) => result.failed === true),
    skipped,
    msg: skipped ? 'All items skipped' : 'All items completed',
    results: results.map((result, index) => ({
      ...result,
      [variable]: items[index]?.item ?? null,
      ansible_loop_var: variable,
    })),
  }
}

/** What `register` holds of a task that is through. */
export const wholeResult = (
  { task, items }: PlannedTask,
  outcomes: readonly ItemOutcome[],
  whole: ItemOutcome,
): Result =>
  task.loop === undefined || outcomes.length !== items.length || items.some(({ item }) => item === undefined)
    ? resultOf(whole)
    : ofLoop(task.loop, items, outcomes.map(resultOf))

/** The variables that a task of facts sets, from the outcomes of its items; pending where they are not known. */
export const factsSet = (
  { task, unknown }: PlannedTask,
  outcomes: readonly ForeseenOutcome[],
): ReadonlyMap<string, Binding> => {
  if (!task.type.setsFacts) return new Map()
  if (unknown !== undefined)
    return new Map(namesGiven(task).map((name) => [name, { kind: 'pending', why: whyWaiting(task) }]))
  const facts = outcomes.flatMap(({ status, fields }) => {
    const set = status === 'failed' ? undefined : fields?.ansible_facts
    return typeof set === 'object' && set !== null && !Array.isArray(set) ? Object.entries(set) : []
  })
  return new Map(facts.map(([name, value]): [string, Binding] => [name, { kind: 'value', value: value as Value }]))
}
