import * as v from 'valibot'
import type { Value } from '../model/document.ts'
import type { ArgumentProblem, TaskType } from '../model/task-type.ts'
import { nearest } from '../nearest.ts'

type Schema = v.GenericSchema<unknown, unknown>

/**
 * A task type as its author writes it: the schema of its arguments instead of `parse` and `schema`.
 * Where users may write the same thing in several ways, `understand` makes one form of them, which is what the other
 * members receive; it is called once, on arguments in which `check` found no mistake.
 */
export type TaskDefinition<S extends Schema, Args> = Definition<S, Args> &
  ([v.InferOutput<S>] extends [Args]
    ? { understand?(args: v.InferOutput<S>): Args }
    : { understand(args: v.InferOutput<S>): Args })

interface Definition<S extends Schema, Args> extends Omit<TaskType<Args>, 'parse' | 'schema'> {
  /**
   * Every field has a `v.description`; it is the text of the generated documentation.
   * A message given to a schema or check is shown as it is: the first line is the summary, a second one the hint.
   */
  readonly args: S
  /** Mistakes that no schema can express: between several arguments, or inside a text. */
  check?(args: v.InferOutput<S>): readonly ArgumentProblem[]
}

/** Makes a task type of its definition: arguments are parsed by the schema, and mistakes told in our own words. */
export const defineTask = <const S extends Schema, Args = v.InferOutput<S>>(
  definition: TaskDefinition<S, Args>,
): TaskType<Args> => {
  const whole: Definition<S, Args> & { understand?(args: v.InferOutput<S>): Args } = definition
  const { args: schema, check, understand = (args: unknown) => args as Args, ...type } = whole
  return {
    ...type,
    schema,
    parse: (input: Value) => {
      const result = v.safeParse(schema, input)
      if (!result.success) return { ok: false, problems: describe(schema, input) }
      const problems = check?.(result.output) ?? []
      return problems.length > 0 ? { ok: false, problems } : { ok: true, args: understand(result.output) }
    },
  }
}

type Path = readonly (string | number)[]
type Parts = Schema & {
  readonly type: string
  readonly entries?: { readonly [key: string]: Parts }
  readonly wrapped?: Parts
  readonly pipe?: readonly Parts[]
  readonly item?: Parts
  readonly items?: readonly Parts[]
  readonly value?: Parts
  readonly options?: readonly Parts[]
}
type Issue = v.GenericIssue

const describe = (schema: Schema, input: unknown): ArgumentProblem[] => {
  const result = v.safeParse(schema, input)
  if (result.success) return []
  // Left to itself, a union blames the option that came furthest, not the one that was meant.
  const { type, options } = unwrapped(schema as Parts)
  const option = type === 'union' && options ? optionMeant(options, input) : undefined
  if (option) return describe(option, input)
  return result.issues.flatMap((issue) => describeIssue(schema as Parts, issue))
}

const describeIssue = (schema: Parts, issue: Issue): ArgumentProblem[] => {
  const path = (issue.path ?? []).map((item) => item.key as string | number)
  if (!issue.message.startsWith('Invalid ')) {
    const [summary = '', hint] = issue.message.split('\n')
    return [{ path, summary, ...(hint === undefined ? {} : { hint }) }]
  }
  if (issue.path?.at(-1)?.origin === 'key') return [describeKey(schema, issue, path)]
  const here = partAt(schema, path)
  if (issue.type === 'union' && here?.options) {
    const option = optionMeant(here.options, issue.input)
    if (option)
      return describe(option, issue.input).map((problem) => ({ ...problem, path: [...path, ...problem.path] }))
  }
  return [{ path, summary: requirement(here, issue), ...unquoted(here, issue.input) }]
}

const describeKey = (schema: Parts, issue: Issue, path: Path): ArgumentProblem => {
  const key = String(path.at(-1))
  if (issue.expected !== 'never') return { path: path.slice(0, -1), summary: `missing key \`${key}\`` }
  const known = Object.keys(partAt(schema, path.slice(0, -1))?.entries ?? {})
  const meant = nearest(key, known)
  const hint = meant ? `did you mean \`${meant}\`?` : `known keys: ${known.join(', ')}`
  return { path, summary: `unknown key \`${key}\``, ...(known.length > 0 ? { hint } : {}) }
}

const unwrapped = (schema: Parts): Parts => {
  const inner = schema.wrapped ?? (schema.pipe?.[0] === schema ? undefined : schema.pipe?.[0])
  return inner ? unwrapped(inner) : schema
}

const partAt = (schema: Parts, path: Path): Parts | undefined => {
  let part: Parts | undefined = unwrapped(schema)
  for (const key of path) {
    const next: Parts | undefined = part.entries?.[key] ?? part.item ?? part.items?.[Number(key)] ?? part.value
    if (!next) return undefined
    part = unwrapped(next)
  }
  return part
}

const isList = (schema: Parts): boolean => schema.type === 'array' || schema.type.endsWith('tuple')
const isMap = (schema: Parts): boolean => schema.type === 'record' || schema.type.endsWith('object')

/** Of several shapes, the one that the input has; of several of that shape, the one with the fewest mistakes. */
const optionMeant = (options: readonly Parts[], input: unknown): Parts | undefined => {
  if (typeof input !== 'object' || input === null) return undefined
  const shaped = options.filter((option) => (Array.isArray(input) ? isList : isMap)(unwrapped(option)))
  const ranked = shaped.map((option) => ({ option, mistakes: describe(option, input).length }))
  return ranked.sort((a, b) => a.mistakes - b.mistakes)[0]?.option
}

const kinds: { readonly [type: string]: string } = {
  string: 'a text',
  number: 'a number',
  boolean: 'a boolean',
  null: 'empty',
}

const kindOf = (schema: Parts): string => {
  const part = unwrapped(schema)
  if (isList(part)) return 'a list'
  if (isMap(part)) return 'a map'
  if (part.type === 'union' && part.options) return oneOf([...new Set(part.options.map(kindOf))])
  const { options, literal } = part as { options?: readonly unknown[]; literal?: unknown }
  if (part.type === 'picklist' && options) return oneOf(options.map((option) => `\`${String(option)}\``))
  if (part.type === 'literal') return `\`${String(literal)}\``
  return kinds[part.type] ?? `a valid ${part.type}`
}

const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`

const requirement = (schema: Parts | undefined, issue: Issue): string => {
  const limit = String((issue as { requirement?: unknown }).requirement)
  if (issue.kind === 'schema')
    return schema ? `must be ${kindOf(schema)}` : `must be ${kinds[issue.type] ?? issue.type}`
  if (issue.type === 'integer' || issue.type === 'safe_integer') return 'must be a whole number'
  if (issue.type === 'min_value') return `must be at least ${limit}`
  if (issue.type === 'max_value') return `must be at most ${limit}`
  if (issue.type === 'non_empty' || (issue.type === 'min_length' && limit === '1')) return 'must not be empty'
  if (issue.type === 'min_length') return `must have at least ${limit} entries`
  throw new Error(`the schema check ${issue.type} needs a message of its own`)
}

/** Quotes are the usual cause of a wrong kind. */
const unquoted = (schema: Parts | undefined, input: unknown): { hint?: string } => {
  if (typeof input !== 'string' || input === '') return {}
  if (schema?.type === 'number' && !Number.isNaN(Number(input))) return { hint: `write ${input} without quotes` }
  if (schema?.type === 'boolean' && /^(true|false|yes|no)$/i.test(input))
    return { hint: `write ${input} without quotes` }
  return {}
}
