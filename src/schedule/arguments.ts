/** The arguments of a task: rendered, its expressions evaluated, its local files found. */
import { isAbsolute, relative } from 'node:path'
import type { Diagnostic, DocNode, MapEntry, MapNode, Rendered, Scope, Value } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import type { LocalFile } from '../model/task-type.ts'
import { evaluate, renderNode, renderPartly } from '../template/render.ts'
import { renderFile, type TemplateFile, templateFile } from '../template/render-file.ts'
import type { Blanks } from '../template/split-text.ts'
import type { Locate } from './scope.ts'

/** Arguments of a map parted into text to render and expressions to evaluate. */
interface Parts {
  readonly text: DocNode
  readonly expressions: readonly MapEntry[]
  /** Values in the text that are free (`TaskType.freeText`). */
  readonly free: ReadonlySet<DocNode>
}

const partsOf = new WeakMap<DocNode, Parts>()

/** The text that is a template and the expressions of a task's arguments. */
export const argumentParts = ({ args, type }: Task): Parts => {
  const known = partsOf.get(args)
  if (known !== undefined) return known
  const parts = args.kind === 'map' ? split(args, type) : { text: args, expressions: [], free: new Set<DocNode>() }
  partsOf.set(args, parts)
  return parts
}

const split = (args: MapNode, { evaluated = [], freeText = [] }: Task['type']): Parts => {
  const among = (names: readonly string[]) => args.entries.filter(({ key }) => names.includes(String(key.value)))
  const expressions = among(evaluated)
  const free = new Set(among(freeText).map(({ value }) => value))
  if (expressions.length === 0) return { text: args, expressions, free }
  return { text: { ...args, entries: args.entries.filter((entry) => !expressions.includes(entry)) }, expressions, free }
}

const evaluateOne = (node: DocNode, scope: Scope): Rendered => {
  const result = evaluate(node, scope)
  if (result.kind !== 'value') return result
  const source = node.kind === 'scalar' ? node.source : ''
  return { kind: 'value', value: { source, value: result.value } }
}

/** `{source, value}`, or a list of it. */
const evaluateAll = (node: DocNode, scope: Scope): Rendered => {
  if (node.kind !== 'list') return evaluateOne(node, scope)
  const values: Value[] = []
  for (const item of node.items) {
    const result = evaluateOne(item, scope)
    if (result.kind !== 'value') return result
    values.push(result.value)
  }
  return { kind: 'value', value: values }
}

const isMap = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A task's arguments with what finds its local files. */
interface Finding {
  readonly task: Task
  readonly play: Play
  readonly scope: Scope
  readonly locate: Locate
  readonly partly: boolean
}

/** A local file that is missing or wrong hides no other mistake: the arguments are there with nothing in its place. */
export type RenderedArguments =
  | Exclude<Rendered, { kind: 'value' }>
  | { readonly kind: 'value'; readonly value: Value; readonly ofFiles: readonly Diagnostic[] }

/** Names of local files become absolute paths, under which the schedule keeps their content. */
const withFiles = (input: Value, finding: Finding): RenderedArguments => {
  const { type } = finding.task
  const value = type.spelled?.(input) ?? input
  if (!isMap(value)) return { kind: 'value', value, ofFiles: [] }
  const located: Record<string, Value> = Object.assign(Object.create(null), value)
  const ofFiles: Diagnostic[] = []
  for (const file of type.localFiles ?? []) {
    const name = Object.hasOwn(value, file.argument) ? value[file.argument] : undefined
    if (typeof name !== 'string' || name === '') continue
    const found = findFile(name, file, located, finding)
    if (found.kind === 'waits') return found
    if (found.kind === 'problem') ofFiles.push(found.problem)
    const nothing = file.rendered === true ? { path: name, text: '' } : name
    located[file.argument] = found.kind === 'value' ? found.value : nothing
  }
  return { kind: 'value', value: located, ofFiles }
}

const findFile = (name: string, file: LocalFile, around: Record<string, Value>, finding: Finding): Rendered => {
  const { task, play, locate, scope, partly } = finding
  const found = locate(play, name, file.folder)
  if ('missing' in found) {
    const entry =
      task.args.kind === 'map' ? task.args.entries.find(({ key }) => key.value === file.argument) : undefined
    const at = entry?.value.at ?? task.args.at
    return { kind: 'problem', problem: { severity: 'error', summary: found.missing, at, hint: found.hint } }
  }
  if (file.rendered !== true) return { kind: 'value', value: found.path }
  const text = renderFile(templateOf(found, name, blanksOf(around)), scope)
  if (text.kind === 'waits' && partly) return { kind: 'value', value: { path: found.path, text: '' } }
  return text.kind === 'value' ? { kind: 'value', value: { path: found.path, text: text.value } } : text
}

const blanksOf = ({ trim_blocks, lstrip_blocks }: Record<string, Value>): Partial<Blanks> => ({
  ...(typeof trim_blocks === 'boolean' ? { trimBlocks: trim_blocks } : {}),
  ...(typeof lstrip_blocks === 'boolean' ? { lstripBlocks: lstrip_blocks } : {}),
})

const templates = new WeakMap<Uint8Array, Map<string, TemplateFile>>()

/** Each file is parsed once for each way to treat blanks. */
const templateOf = (
  { content, path }: { readonly content: Uint8Array; readonly path: string },
  name: string,
  blanks: Partial<Blanks>,
): TemplateFile => {
  const known = templates.get(content) ?? new Map<string, TemplateFile>()
  templates.set(content, known)
  const key = JSON.stringify(blanks)
  const made = known.get(key) ?? templateFile(new TextDecoder().decode(content), shownPath(path, name), blanks)
  known.set(key, made)
  return made
}

/** As the user would write it from where the run was started. */
const shownPath = (path: string, name: string): string => {
  if (isAbsolute(name)) return path
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}

/** Whole when every part is known; `partly` leaves out what waits. */
const render = (task: Task, scope: Scope, partly: boolean): Rendered => {
  const { text, expressions, free } = argumentParts(task)
  const rendered = (partly ? renderPartly : renderNode)(text, scope, free)
  if (rendered.kind !== 'value') return rendered
  if (expressions.length === 0) return rendered
  const value: Record<string, Value> = Object.assign(Object.create(null), rendered.value)
  for (const { key, value: node } of expressions) {
    const result = evaluateAll(node, scope)
    if (result.kind === 'value') value[String(key.value)] = result.value
    else if (!partly || result.kind === 'problem') return result
  }
  return { kind: 'value', value }
}

/** What is text or bytes to its type, and becomes no word of a command and no name. */
const anyText: readonly string[] = ['content', 'msg', 'fail_msg', 'success_msg', 'that']
const onlyText: readonly string[] = ['set_fact', 'debug', 'assert', 'fail']

const holdsNul = (value: Value): boolean => {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return (Array.isArray(value) ? value : Object.entries(value).flat()).some(holdsNul)
}

/** No argument of a program and no name of a file can hold a NUL byte. */
const withoutNul = ({ type, args }: Task, rendered: Rendered): Rendered => {
  if (rendered.kind !== 'value' || onlyText.includes(type.name)) return rendered
  const { value } = rendered
  const bad = isMap(value)
    ? Object.entries(value).find(([key, each]) => !anyText.includes(key) && holdsNul(each))?.[0]
    : holdsNul(value) && type.name
  if (bad === undefined || bad === false) return rendered
  const entry = args.kind === 'map' ? args.entries.find(({ key }) => key.value === bad) : undefined
  const at = entry?.value.at ?? args.at
  const summary = `\`${bad}\` holds a NUL byte`
  const hint = 'no argument of a program and no name of a file can hold one'
  return { kind: 'problem', problem: { severity: 'error', summary, at, hint } }
}

/** The arguments as `parse` of the task type takes them. */
export const renderArguments = (task: Task, play: Play, scope: Scope, locate: Locate): RenderedArguments => {
  const rendered = withoutNul(task, render(task, scope, false))
  return rendered.kind === 'value' ? withFiles(rendered.value, { task, play, scope, locate, partly: false }) : rendered
}

/** The same without the parts that wait: good for a guess, not for work. */
export const renderArgumentsPartly = (task: Task, play: Play, scope: Scope, locate: Locate): RenderedArguments => {
  const rendered = withoutNul(task, render(task, scope, true))
  return rendered.kind === 'value' ? withFiles(rendered.value, { task, play, scope, locate, partly: true }) : rendered
}
