/** Every mistake of a task that can be found without a host. */
import type { Diagnostic, DocNode, MapNode, Rendered, ScalarNode, Scope, Value } from '../model/document.ts'
import type { Play, Task, Templates } from '../model/schedule.ts'
import type { ArgumentProblem } from '../model/task-type.ts'
import { evaluate, printedText, renderNode, syntaxProblems } from '../template/render.ts'
import { placed } from './argument-place.ts'
import { argumentParts, renderArgumentsPartly } from './arguments.ts'
import type { BuiltPlay } from './build-play.ts'
import { certainNames } from './certain-names.ts'
import type { Included } from './includes.ts'
import { fieldsOf } from './registers.ts'
import { type Findings, inspect, itemScopes, verdictOf } from './resolve.ts'
import { fieldProblems } from './result-fields.ts'
import type { PlayScope, Scopes } from './scope.ts'
import { isUnread, nothingLearned } from './scope.ts'
import { settle } from './settle.ts'

/** Templates and expressions of a task, wherever they stand. */
const syntaxOf = (task: Task): Diagnostic[] => {
  const { text, expressions } = argumentParts(task)
  const { loop, environment, vars, delegateTo, retries, delay, templates, notifyTemplates = [] } = task
  const optional = [
    loop?.list,
    loop?.label,
    delegateTo,
    retries,
    delay,
    ...templatesIn(templates),
    ...notifyTemplates,
  ].filter((node) => node !== undefined)
  const texts = [text, ...optional, ...environment, ...vars]
  return [
    ...texts.flatMap((node) => syntaxProblems(node, 'text')),
    ...[...task.when, ...verdictsOf(task), ...expressions.map(({ value }) => value)].flatMap(syntaxOfExpressions),
  ]
}

const templatesIn = (templates: Templates | undefined): readonly ScalarNode[] => Object.values(templates ?? {})

/** Of keywords that templates give; none of a task that is skipped anyway. */
const keywordProblems = (task: Task, found: Findings, scope: PlayScope): readonly Diagnostic[] => {
  if (task.templates === undefined) return []
  if (found.kind === 'items' && found.items.every(({ kind }) => kind === 'skip')) return []
  const seen = scope.forTask(task)
  const settled = settle(task, seen)
  if (settled.kind === 'problem') return [settled.problem]
  return settled.kind === 'settled' ? [] : templatesIn(task.templates).flatMap((node) => leafProblems(node, seen))
}

/** Conditions that are judged on a result. */
const verdictsOf = ({ until, failedWhen = [], changedWhen = [] }: Task): readonly DocNode[] => [
  ...until,
  ...failedWhen,
  ...changedWhen,
]

/** They see the result under the name that is registered: of a loop that of the item. */
const verdictProblems = (task: Task, scope: Scope): Diagnostic[] => {
  const { register } = task
  const seen: Scope = {
    get: (name) => (name === register ? { kind: 'pending', why: 'its result', fields: fieldsOf({}) } : scope.get(name)),
    names: () => (register === undefined ? scope.names() : [...scope.names(), register]),
  }
  return verdictsOf(task).flatMap((node) => expressionProblems(node, seen))
}

const syntaxOfExpressions = (node: DocNode): readonly Diagnostic[] =>
  node.kind === 'list' ? node.items.flatMap(syntaxOfExpressions) : syntaxProblems(node, 'expression')

/** Whatever the text of a variable is, it is no mistake. */
const isPlain = ({ source }: ScalarNode, scope: Scope): boolean => {
  const binding = scope.printed?.(source)
  return binding !== undefined && printedText(binding) !== undefined
}

/** What waits is wrong all the same when a name that it needs for certain is nobody's. */
const problemsOf = (rendered: Rendered, node: DocNode, as: 'text' | 'expression', scope: Scope): Diagnostic[] => {
  if (rendered.kind === 'problem') return [rendered.problem]
  if (rendered.kind === 'value') return []
  const names = certainNames(node, as).flatMap((name) => {
    if (isPlain(name, scope)) return []
    const alone = evaluate(name, scope)
    return alone.kind === 'problem' ? [alone.problem] : []
  })
  return [...names, ...fieldProblems(node, as, scope)]
}

/** Each scalar for itself: one that waits hides none of the others' mistakes. */
const leafProblems = (node: DocNode, scope: Scope, free?: ReadonlySet<DocNode>): Diagnostic[] => {
  if (node.kind === 'list') return node.items.flatMap((item) => leafProblems(item, scope))
  if (node.kind === 'map')
    return node.entries.flatMap(({ key, value }) => [...leafProblems(key, scope), ...leafProblems(value, scope, free)])
  return problemsOf(renderNode(node, scope, free), node, 'text', scope)
}

const expressionProblems = (node: DocNode, scope: Scope): Diagnostic[] => {
  if (node.kind === 'list') return node.items.flatMap((item) => expressionProblems(item, scope))
  return problemsOf(evaluate(node, scope), node, 'expression', scope)
}

/** A key that no value would make right, of a part that waits. */
const unknownKeys = (task: Task, known: Value): readonly ArgumentProblem[] => {
  if (task.args.kind !== 'map' || typeof known !== 'object' || known === null) return []
  const whole: Record<string, Value> = Object.assign(Object.create(null), known)
  for (const { key } of task.args.entries) if (!String(key.value).includes('{{')) whole[String(key.value)] ??= ''
  const parsed = task.type.parse(whole)
  return parsed.ok ? [] : parsed.problems.filter(({ summary }) => summary.startsWith('unknown key'))
}

/** Arguments that are known already are judged already; what is only missing may be what waits. */
const argumentProblems = (task: Task, play: Play, scope: Scope, { locate }: PlayScope): Diagnostic[] => {
  const args = renderArgumentsPartly(task, play, scope, locate)
  if (args.kind === 'problem') return [args.problem]
  if (args.kind === 'waits') return []
  const parsed = task.type.parse(args.value)
  // Parts that wait are left out, so that a list's indexes have moved.
  const certain = (parsed.ok ? [] : parsed.problems).filter(
    ({ path, summary }) =>
      path.length > 0 && path.every((step) => typeof step === 'string') && !summary.startsWith('missing'),
  )
  const wrong = [...certain, ...unknownKeys(task, args.value)]
  return [...args.ofFiles, ...wrong.map((problem) => placed(problem, task.type.name, task.args, scope))]
}

/** Local files are read before the run: their names must be known by then. */
const fileProblems = ({ args, type }: Task, scope: Scope): Diagnostic[] =>
  (type.localFiles ?? []).flatMap(({ argument: name }) => {
    const node = args.kind === 'map' ? args.entries.find(({ key }) => key.value === name)?.value : undefined
    const rendered = node && renderNode(node, scope)
    if (node === undefined || rendered?.kind !== 'waits' || isUnread(rendered.on)) return []
    const summary = `\`${name}\` depends on ${rendered.on}, which is not known before the run`
    return [{ severity: 'error', summary, at: node.at, hint: 'local files are read before any host is contacted' }]
  })

/** Those up to the first that waits: what comes after it may be guarded by it. */
const conditionProblems = ({ when }: Task, scope: Scope): Diagnostic[] => {
  const waiting = when.find((condition) => evaluate(condition, scope).kind === 'waits')
  return waiting === undefined ? [] : expressionProblems(waiting, scope)
}

/** What a task that waits or is wrong says when each part of it is looked at alone. */
const detail = (task: Task, play: Play, scope: PlayScope): readonly Diagnostic[] =>
  scope.memos.checked.recall(task, scope.forTask(task), (seen) => {
    const { text, expressions, free } = argumentParts(task)
    // A verdict has waited for nothing.
    const decided = task.loop === undefined && verdictOf(task, seen, scope).kind === 'value'
    const inItems = itemScopes(task, seen).flatMap((each) => [
      ...(decided ? [] : conditionProblems(task, each)),
      ...leafProblems(text, each, free),
      ...expressions.flatMap(({ value }) => expressionProblems(value, each)),
      ...[play.environment, ...task.environment].flatMap((node) =>
        node === undefined ? [] : leafProblems(node, each),
      ),
      ...(task.notifyTemplates ?? []).flatMap((node) => leafProblems(node, each)),
      ...argumentProblems(task, play, each, scope),
      ...fileProblems(task, each),
    ])
    return [...(task.loop === undefined ? [] : leafProblems(task.loop.list, seen)), ...inItems]
  })

const problemsOn = (task: Task, play: Play, scope: PlayScope): readonly Diagnostic[] => {
  const found = inspect(task, play, scope)
  const judged = verdictsOf(task).length === 0 ? [] : ofVerdicts(task, scope)
  const verdicts = [...judged, ...keywordProblems(task, found, scope)]
  if (found.kind === 'items') return verdicts
  return [...(found.kind === 'problems' ? found.problems : []), ...detail(task, play, scope), ...verdicts]
}

const ofVerdicts = (task: Task, scope: PlayScope): readonly Diagnostic[] =>
  scope.memos.judged.recall(task, scope.forTask(task), (seen) =>
    itemScopes(task, seen).flatMap((each) => verdictProblems(task, each)),
  )

/** A mistake, the hosts that have it, and the plays that came upon it. */
interface Seen {
  readonly problem: Diagnostic
  readonly hosts: Set<string>
  readonly plays: Set<Play>
  /** It does not depend on a host. */
  readonly everywhere: boolean
}

const keyOf = ({ at, summary }: Diagnostic): string => JSON.stringify([at?.file, at?.line, at?.column, summary])

const withHosts = ({ problem, hosts, plays, everywhere }: Seen): Diagnostic => {
  const among = new Set([...plays].flatMap((play) => play.hosts))
  const [first, ...others] = hosts
  if (everywhere || first === undefined || hosts.size === among.size) return problem
  const who = others.length === 0 ? first : `${first} and ${others.length} more`
  return { ...problem, summary: `${problem.summary} (on ${who})` }
}

/** `hosts` undefined: it does not depend on a host. */
type Note = (problem: Diagnostic, hosts: readonly string[] | undefined, play: Play) => void

const checkPlay = ({ play }: BuiltPlay, { classes: classesOf, included }: Checking, note: Note): void => {
  const vars: readonly MapNode[] = play.vars
  for (const node of [...vars, ...(play.environment ? [play.environment] : [])])
    for (const problem of syntaxProblems(node, 'text')) note(problem, undefined, play)
  const own = [...play.tasks, ...play.handlers]
  const tasks = [...own, ...own.flatMap((task) => [...(included.get(task) ?? [])])]
  for (const task of tasks) for (const problem of syntaxOf(task)) note(problem, undefined, play)
  const classes = classesOf(play, nothingLearned)
  for (const task of tasks)
    for (const { hosts, result } of classes.of(task, (view) => problemsOn(task, play, view))) {
      // An included task is on the hosts that include it.
      const having = task.given === undefined ? hosts : hosts.filter((host) => included.isOn(task, host))
      for (const problem of having.length === 0 ? [] : result) note(problem, having, play)
    }
}

interface Checking {
  readonly classes: Scopes['classes']
  readonly included: Included
}

/** Resolves every task on every host with nothing learned; what is wrong is told once, with the hosts that have it. */
export const checkPlays = (plays: readonly BuiltPlay[], checking: Checking): readonly Diagnostic[] => {
  const seen = new Map<string, Seen>()
  const note: Note = (problem, hosts, play) => {
    const key = keyOf(problem)
    const known = seen.get(key)
    const entry: Seen = known ?? { problem, hosts: new Set(), plays: new Set(), everywhere: false }
    entry.plays.add(play)
    for (const host of hosts ?? []) entry.hosts.add(host)
    seen.set(key, hosts === undefined ? { ...entry, everywhere: true } : entry)
  }
  for (const play of plays) checkPlay(play, checking, note)
  return [...seen.values()].map(withHosts)
}
