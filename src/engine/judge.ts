/** `failed_when`, `changed_when` and `until`: conditions on a result. */
import type { Binding, DocNode, Rendered, Scope, Value } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import { judgeConditions } from '../schedule/conditions.ts'
import { type ForeseenOutcome, partlyKnown } from './outcome.ts'

const why = 'its result'

/** What a command will say is not known before; of a change only whether it will fail is not. */
const bindingOf = (outcome: ForeseenOutcome): Binding => {
  if (outcome.unsure && outcome.status === 'would-change') return { kind: 'pending', why }
  return { kind: 'value', value: partlyKnown(outcome, why) as Value }
}

/** The scope of a task's item with its result under the registered name. */
const withResult = (scope: Scope, { register }: Task, outcome: ForeseenOutcome): Scope => {
  if (register === undefined) return scope
  const binding = bindingOf(outcome)
  return {
    get: (name) => (name === register ? binding : scope.get(name)),
    names: () => [...scope.names(), register],
  }
}

const holds = (conditions: readonly DocNode[], scope: Scope): Rendered<boolean> => {
  const verdict = judgeConditions(conditions, scope)
  return verdict.kind === 'value' ? { kind: 'value', value: verdict.value.holds } : verdict
}

/** Several conditions must all hold, as everywhere in Ansible. */
const verdictOn = (
  conditions: readonly DocNode[] | undefined,
  task: Task,
  outcome: ForeseenOutcome,
  scope: Scope,
): Rendered<boolean> | undefined =>
  conditions === undefined ? undefined : holds(conditions, withResult(scope, task, outcome))

export const wrong = (outcome: ForeseenOutcome, verdict: Extract<Rendered, { kind: 'problem' }>): ForeseenOutcome => ({
  ...outcome,
  status: 'failed',
  wasChanged: outcome.wasChanged === true || outcome.status === 'changed',
  reason: verdict.problem.summary,
  ...(verdict.problem.hint === undefined ? {} : { hint: verdict.problem.hint }),
})

/** What the user's own words make of an outcome. What the host refused, and what did not take, stays a failure. */
export const judged = (outcome: ForeseenOutcome, task: Task, scope: Scope): ForeseenOutcome => {
  if (outcome.status === 'unknown' || outcome.status === 'skipped' || outcome.status === 'not-run') return outcome
  return judgedFailed(judgedChanged(outcome, task, scope), task, scope)
}

const judgedChanged = (outcome: ForeseenOutcome, task: Task, scope: Scope): ForeseenOutcome => {
  const changed = verdictOn(task.changedWhen, task, outcome, scope)
  if (changed === undefined) return outcome
  if (changed.kind === 'waits')
    return outcome.status === 'would-change'
      ? { status: 'unknown', differences: [], reason: `\`changed_when\` depends on ${changed.on}` }
      : outcome
  if (changed.kind === 'problem') return wrong(outcome, changed)
  if (outcome.status === 'failed') return { ...outcome, wasChanged: changed.value }
  if (changed.value) return outcome.status === 'ok' ? { ...outcome, status: 'changed' } : outcome
  return { ...outcome, status: 'ok' }
}

const judgedFailed = (outcome: ForeseenOutcome, task: Task, scope: Scope): ForeseenOutcome => {
  if (outcome.status === 'failed' && outcome.fields === undefined) return outcome
  const failed = verdictOn(task.failedWhen, task, outcome, scope)
  if (failed === undefined || failed.kind === 'waits') return outcome
  if (failed.kind === 'problem') return wrong(outcome, failed)
  if (failed.value) {
    if (outcome.status === 'failed') return outcome
    const source = (task.failedWhen ?? []).map((node) => (node.kind === 'scalar' ? node.source.trim() : '')).join(', ')
    return {
      ...outcome,
      status: 'failed',
      wasChanged: outcome.status === 'changed',
      reason: `failed_when: \`${source}\``,
    }
  }
  if (outcome.status !== 'failed') return outcome
  const { reason: _, hint: __, ...rest } = outcome
  const ranCommand = outcome.fields?.rc !== undefined
  return { ...rest, status: (outcome.wasChanged ?? ranCommand) ? 'changed' : 'ok' }
}

/** Is what the task waits for there? Without `until` it waits for success. A condition that cannot be judged is a problem. */
export const isReached = (
  outcome: ForeseenOutcome,
  task: Task,
  scope: Scope,
): Exclude<Rendered<boolean>, { kind: 'waits' }> => {
  if (task.until.length === 0) return { kind: 'value', value: outcome.status !== 'failed' }
  const verdict = verdictOn(task.until, task, outcome, scope)
  return verdict === undefined || verdict.kind === 'waits' ? { kind: 'value', value: false } : verdict
}
