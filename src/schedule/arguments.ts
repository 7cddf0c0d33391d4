/** The arguments of a task: rendered, its expressions evaluated, its local files found. */
import type { DocNode, MapEntry, MapNode, Rendered, Scope, Value } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { evaluate, renderNode, renderPartly } from '../template/render.ts'
import type { Locate } from './scope.ts'

/** Arguments of a map parted into text to render and expressions to evaluate. */
interface Parts {
  readonly text: DocNode
  readonly expressions: readonly MapEntry[]
}

const partsOf = new WeakMap<DocNode, Parts>()

const part = (args: DocNode, evaluated: readonly string[]): Parts => {
  const known = partsOf.get(args)
  if (known !== undefined) return known
  const parts = args.kind === 'map' ? split(args, evaluated) : { text: args, expressions: [] }
  partsOf.set(args, parts)
  return parts
}

const split = (args: MapNode, evaluated: readonly string[]): Parts => {
  const isExpression = ({ key }: MapEntry): boolean => evaluated.includes(String(key.value))
  const expressions = args.entries.filter(isExpression)
  if (expressions.length === 0) return { text: args, expressions }
  return { text: { ...args, entries: args.entries.filter((entry) => !isExpression(entry)) }, expressions }
}

/** The text that is a template and the expressions of a task's arguments. */
export const argumentParts = (task: Task): Parts => part(task.args, task.type.evaluated ?? [])

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

/** Names of local files become absolute paths, under which the schedule keeps their content. */
const withFiles = (value: Value, task: Task, play: Play, locate: Locate): Rendered => {
  const names = task.type.localFiles ?? []
  if (!isMap(value) || names.length === 0) return { kind: 'value', value }
  const located: Record<string, Value> = Object.assign(Object.create(null), value)
  for (const name of names) {
    const file = Object.hasOwn(value, name) ? value[name] : undefined
    if (typeof file !== 'string' || file === '') continue
    const found = locate(play, file)
    if ('missing' in found) {
      const at =
        task.args.kind === 'map' ? task.args.entries.find(({ key }) => key.value === name)?.value.at : undefined
      return {
        kind: 'problem',
        problem: { severity: 'error', summary: found.missing, at: at ?? task.args.at, hint: found.hint },
      }
    }
    located[name] = found.path
  }
  return { kind: 'value', value: located }
}

/** Whole when every part is known; `partly` leaves out what waits. */
const render = (task: Task, scope: Scope, partly: boolean): Rendered => {
  const { text, expressions } = argumentParts(task)
  const rendered = (partly ? renderPartly : renderNode)(text, scope)
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

/** The arguments as `parse` of the task type takes them. */
export const renderArguments = (task: Task, play: Play, scope: Scope, locate: Locate): Rendered => {
  const rendered = render(task, scope, false)
  return rendered.kind === 'value' ? withFiles(rendered.value, task, play, locate) : rendered
}

/** The same without the parts that wait: good for a guess, not for work. */
export const renderArgumentsPartly = (task: Task, play: Play, scope: Scope, locate: Locate): Rendered => {
  const rendered = render(task, scope, true)
  return rendered.kind === 'value' ? withFiles(rendered.value, task, play, locate) : rendered
}
