/** The schema of a task type's arguments as data, and in words. */
import { toJsonSchema } from '@valibot/to-json-schema'
import type { TaskType } from '../model/task-type.ts'

/** The part of JSON Schema that the schemas of task types come to. */
export interface Shape {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly not?: object
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: { readonly [name: string]: Shape }
  readonly required?: readonly string[]
  readonly additionalProperties?: Shape | boolean
}

/** The arguments of a task type; messages of its schema that JSON Schema cannot express are left out. */
export const shapeOf = (type: TaskType<unknown>): Shape => {
  const { $schema: _, ...shape } = toJsonSchema(type.schema as never, { errorMode: 'ignore' })
  return shape as Shape
}

/** The map of named arguments, if the type takes one, and the other ways to write them. */
export const formsOf = (shape: Shape): { readonly map?: Shape; readonly others: readonly Shape[] } => {
  const forms = shape.anyOf ?? [shape]
  const map = forms.find(({ properties }) => properties)
  return { ...(map !== undefined && { map }), others: forms.filter((form) => form !== map) }
}

/** One named argument in words. */
export interface ArgumentRow {
  readonly name: string
  readonly kind: string
  readonly required: boolean
  /** As it would be written. */
  readonly default?: string
  readonly description: string
}

/** @param code  how a literal is set off */
export const argumentRows = (type: TaskType<unknown>, code: (value: unknown) => string): readonly ArgumentRow[] => {
  const { map } = formsOf(shapeOf(type))
  return Object.entries(map?.properties ?? {}).map(([name, shape]) => ({
    name,
    kind: (type.evaluated ?? []).includes(name) ? expression(shape) : kindOf(shape, code),
    required: (map?.required ?? []).includes(name),
    ...(shape.default !== undefined && { default: String(shape.default) }),
    description: shape.description ?? '',
  }))
}

const expression = ({ anyOf }: Shape): string => (anyOf ? 'an expression, or a list of them' : 'an expression')

/** A shape in words. */
export const kindOf = (shape: Shape, code: (value: unknown) => string): string => {
  const kind = (part: Shape): string => kindOf(part, code)
  if (shape.not) return '—'
  if (shape.const !== undefined) return code(shape.const)
  if (shape.enum) return oneOf(shape.enum.map(code))
  if (shape.anyOf) return oneOf([...new Set(shape.anyOf.map(kind))])
  if (shape.type === 'array') return `a list (each ${kind(shape.items ?? {})})`
  if (shape.type === 'object') {
    const value = typeof shape.additionalProperties === 'object' ? kind(shape.additionalProperties) : 'a value'
    return `a map of names, each to ${value}`
  }
  return kinds[shape.type ?? ''] ?? 'any value'
}

const kinds: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'a boolean',
  null: 'nothing',
}

export const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

/** What the statuses of a task of this type tell; literals stand in backticks. */
export const statusesOf = (type: TaskType<unknown>): readonly string[] => {
  if (type.steers) return ['`ok`: it was done; nothing is written on the host.', failed]
  return statusesOfWork(type)
}

const failed = '`failed`: it may not or cannot be done; the reason names what stands in the way.'

const statusesOfWork = (type: TaskType<unknown>): readonly string[] => [
  type.mayBeOpaque
    ? '`ok`: a guard says that there is nothing to do. `changed`: it was run.'
    : '`ok`: the host is as the arguments wish. `changed`: it was not, and is now, proven by reading it back.',
  type.mayBeOpaque
    ? 'In check mode `would-change` where a guard says that it will be run, and `unknown` without a guard.'
    : 'In check mode `would-change` instead of `changed`, with the same differences; nothing is written.',
  ...(type.keeps ? ['In check mode `unknown` where it is not known what the tasks before it leave.'] : []),
  failed,
]
