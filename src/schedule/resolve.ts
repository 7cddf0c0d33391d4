/** A task on a host: what there is to do, as far as the variables are known. */
import type { Diagnostic, DocNode, Rendered, ScalarNode, Scope, Value } from '../model/document.ts'
import type { Loop, Play, Task } from '../model/schedule.ts'
import type { ArgumentProblem, Reading } from '../model/task-type.ts'
import { nearest } from '../nearest.ts'
import { renderNode } from '../template/render.ts'
import { placed } from './argument-place.ts'
import { renderArguments, renderArgumentsPartly } from './arguments.ts'
import { judgeConditions, type Verdict } from './conditions.ts'
import { renderDelegate } from './delegate.ts'
import { renderEnvironment } from './environment.ts'
import { renderNotify } from './handlers.ts'
import { labelOf, readLoop, withItem } from './loop.ts'
import type { Locate, PlayScope } from './scope.ts'
import { variable } from './variable.ts'

export type WorkItem = { readonly item?: Value; readonly label?: Value } & (
  | {
      readonly kind: 'work'
      readonly args: unknown
      readonly environment: Readonly<Record<string, string>>
      /** Another host, on which it is done. */
      readonly on?: string
      /** Handlers whose names are templates. */
      readonly notify?: readonly string[]
    }
  | { readonly kind: 'skip'; readonly because: string }
)

export type Resolved =
  | { readonly kind: 'items'; readonly name: string; readonly items: readonly WorkItem[] } // without loop: one item without `item`
  | { readonly kind: 'waits'; readonly name: string; readonly on: string }
  | { readonly kind: 'problem'; readonly name: string; readonly problem: Diagnostic }

/** As `Resolved`, with every problem of every item. */
export type Findings =
  | Exclude<Resolved, { kind: 'problem' }>
  | { readonly kind: 'problems'; readonly name: string; readonly problems: readonly Diagnostic[] }

type ItemFinding =
  | WorkItem
  | { readonly kind: 'waits'; readonly on: string }
  | { readonly kind: 'problems'; readonly problems: readonly Diagnostic[] }

interface Name {
  readonly node: ScalarNode
  /** Nothing but its own node: a name is only shown. */
  readonly free: ReadonlySet<DocNode>
}

const names = new WeakMap<Task, Name>()

const nameOf = (task: Task): Name => {
  const node: ScalarNode = { kind: 'scalar', at: task.at, value: task.name, source: task.name, quoted: true }
  const known = names.get(task) ?? { node, free: new Set([node]) }
  names.set(task, known)
  return known
}

/** A name is never a reason to fail: what cannot be rendered is shown as written. */
const renderName = (task: Task, scope: Scope): string => {
  if (!task.name.includes('{{')) return task.name
  const { node, free } = nameOf(task)
  const rendered = renderNode(node, task.loop === undefined ? scope : withItem(scope, task.loop, undefined), free)
  return rendered.kind === 'value' ? String(rendered.value) : task.name
}

/** Names of groups and hosts that the inventory does not have. */
const nameProblems = (task: Task, args: unknown, scope: Scope): readonly ArgumentProblem[] => {
  const named = task.type.names?.(args) ?? []
  if (named.length === 0) return []
  const groups = variable(scope, 'groups')
  if (groups?.kind !== 'value') return []
  const members = groups.value as Readonly<Record<string, readonly string[]>>
  const known = [...Object.keys(members), ...(members.all ?? [])]
  return named.flatMap(({ path, name }) => {
    if (known.includes(name)) return []
    const meant = nearest(name, known)
    const hint = meant === undefined ? 'the inventory has neither' : `did you mean \`${meant}\`?`
    return [{ path, summary: `\`${name}\` is neither a group nor a host of the inventory`, hint }]
  })
}

/** What a task without a loop makes of its conditions. */
export const verdictOf = (task: Task, scope: Scope, { memos }: PlayScope): Rendered<Verdict> =>
  memos.verdicts.recall(task, scope, (seen) => judgeConditions(task.when, seen))

const inspectItem = (
  task: Task,
  play: Play,
  scope: Scope,
  { locate, verdict }: { readonly locate: Locate; readonly verdict: Rendered<Verdict> },
): ItemFinding => {
  if (verdict.kind === 'problem') return { kind: 'problems', problems: [verdict.problem] }
  if (verdict.kind === 'waits') return verdict
  if (!verdict.value.holds) return { kind: 'skip', because: verdict.value.because }
  const args = renderArguments(task, play, scope, locate)
  if (args.kind === 'problem') return { kind: 'problems', problems: [args.problem] }
  const environment = renderEnvironment(task, play, scope)
  if (environment.kind === 'problem') return { kind: 'problems', problems: [environment.problem] }
  const on = renderDelegate(task, scope)
  if (on?.kind === 'problem') return { kind: 'problems', problems: [on.problem] }
  const notify = renderNotify(task, play, scope)
  if (notify.kind === 'problem') return { kind: 'problems', problems: [notify.problem] }
  if (args.kind === 'waits') return args
  if (environment.kind === 'waits') return environment
  if (on?.kind === 'waits') return on
  if (notify.kind === 'waits') return notify
  const parsed = task.type.parse(args.value)
  const wrong = parsed.ok ? nameProblems(task, parsed.args, scope) : parsed.problems
  if (parsed.ok && wrong.length + args.ofFiles.length === 0)
    return {
      kind: 'work',
      args: parsed.args,
      environment: environment.value,
      ...(on === undefined ? {} : { on: on.value }),
      ...(notify.value.length === 0 ? {} : { notify: notify.value }),
    }
  const problems = wrong.map((problem) => placed(problem, task.type.name, task.args, scope))
  return { kind: 'problems', problems: [...args.ofFiles, ...problems] }
}

/** A loop that cannot be told is no matter when its task is skipped whatever the item. */
const withoutLoop = (
  task: Task,
  scope: Scope,
  { loop, list }: { loop: Loop; list: Exclude<Rendered<readonly Value[]>, { kind: 'value' }> },
): ItemFinding => {
  const verdict = judgeConditions(task.when, withItem(scope, loop, undefined))
  if (verdict.kind === 'value' && !verdict.value.holds) return { kind: 'skip', because: verdict.value.because }
  return list.kind === 'problem' ? { kind: 'problems', problems: [list.problem] } : list
}

const withFacts = (scope: Scope, facts: unknown): Scope => {
  const set = new Map(Object.entries(facts as Readonly<Record<string, Value>>))
  return {
    get: (name) => {
      const value = set.get(name)
      return value === undefined ? scope.get(name) : { kind: 'value', value }
    },
    names: () => [...scope.names(), ...set.keys()],
  }
}

const inspectItems = (task: Task, play: Play, scope: Scope, around: PlayScope): readonly ItemFinding[] => {
  const { loop } = task
  const { locate } = around
  if (loop === undefined) return [inspectItem(task, play, scope, { locate, verdict: verdictOf(task, scope, around) })]
  const list = readLoop(loop, scope)
  if (list.kind !== 'value') return [withoutLoop(task, scope, { loop, list })]
  let seen = scope
  return list.value.map((item, index) => {
    const each = withItem(seen, loop, { item, index })
    const found = inspectItem(task, play, each, { locate, verdict: judgeConditions(task.when, each) })
    // Facts that an item sets are there for the next one.
    if (task.type.setsFacts && found.kind === 'work') seen = withFacts(seen, found.args)
    return { item, ...labelOf(loop, each), ...found }
  })
}

/** Resolves, and collects every problem. Equal for hosts on which the variables that are looked at are bound alike. */
export const inspect = (task: Task, play: Play, scope: PlayScope): Findings =>
  scope.memos.resolved.recall(task, scope.forTask(task), (seen) => {
    const name = renderName(task, seen)
    const found = inspectItems(task, play, seen, scope)
    const problems = found.flatMap((item) => (item.kind === 'problems' ? item.problems : []))
    if (problems.length > 0) return { kind: 'problems', name, problems }
    const waiting = found.find((item) => item.kind === 'waits')
    if (waiting !== undefined) return { kind: 'waits', name, on: waiting.on }
    return { kind: 'items', name, items: found as readonly WorkItem[] }
  })

/**
 * What a task has to do on a host: its name, conditions, loop, arguments and environment rendered, the arguments
 * parsed by its type. It waits when anything of that depends on what is not known yet.
 */
export const resolve = (task: Task, play: Play, scope: PlayScope): Resolved => {
  const found = inspect(task, play, scope)
  if (found.kind !== 'problems') return found
  return { kind: 'problem', name: found.name, problem: found.problems[0] as Diagnostic }
}

const readingsOf = (task: Task, play: Play, scope: Scope, locate: Locate): readonly Reading<unknown>[] => {
  const verdict = judgeConditions(task.when, scope)
  if (verdict.kind === 'problem' || (verdict.kind === 'value' && !verdict.value.holds)) return []
  const args = renderArgumentsPartly(task, play, scope, locate)
  if (args.kind !== 'value' || args.ofFiles.length > 0) return []
  const parsed = task.type.parse(args.value)
  return parsed.ok ? task.type.readings(parsed.args) : []
}

/**
 * The best guess of a waiting task's readings, so that they can go out with the first command: those of the arguments
 * that are known already. None when that does not work out.
 */
export const foresee = (task: Task, play: Play, scope: PlayScope): readonly Reading<unknown>[] =>
  scope.memos.foreseen.recall(task, scope.forTask(task), (seen) =>
    itemScopes(task, seen).flatMap((each) => readingsOf(task, play, each, scope.locate)),
  )

/** The scopes of a task's items; one with an unknown item where the loop cannot be told. */
export const itemScopes = ({ loop }: Task, scope: Scope): readonly Scope[] => {
  if (loop === undefined) return [scope]
  const list = readLoop(loop, scope)
  if (list.kind !== 'value') return [withItem(scope, loop, undefined)]
  return list.value.map((item, index) => withItem(scope, loop, { item, index }))
}
