// Writes docs/tasks/*.md from the schemas of the task types: `node build.mjs --docs`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toJsonSchema } from '@valibot/to-json-schema'
import type { TaskType } from '../src/model/task-type.ts'
import { taskTypes } from '../src/tasks/index.ts'

/** The part of JSON Schema that the schemas of task types come to. */
interface Shape {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly not?: object
  readonly anyOf?: readonly Shape[]
  readonly items?: Shape
  readonly properties?: { readonly [name: string]: Shape }
  readonly required?: readonly string[]
  readonly additionalProperties?: Shape | boolean
}

/** File name → text, of every page in docs/tasks. */
export const taskDocs = (): ReadonlyMap<string, string> =>
  new Map([
    ['README.md', overview([...taskTypes.values()])],
    ...[...taskTypes.values()].map((type) => [`${type.name}.md`, page(type)] as const),
  ])

export const writeTaskDocs = (directory: string): void => {
  mkdirSync(directory, { recursive: true })
  for (const [name, text] of taskDocs()) writeFileSync(join(directory, name), text)
}

const generated = '<!-- Generated from the schemas in src/tasks by `node build.mjs --docs`. -->\n'

const overview = (types: readonly TaskType<unknown>[]): string => `${generated}
# Task types

| key | what it does |
|---|---|
${types.map(({ name, summary }) => `| [\`${name}\`](${name}.md) | ${cell(summary)} |\n`).join('')}`

const page = (type: TaskType<unknown>): string => {
  const schema = toJsonSchema(type.schema as never, { errorMode: 'ignore' }) as Shape
  const forms = schema.anyOf ?? [schema]
  const map = forms.find(({ properties }) => properties)
  const others = forms.filter((form) => form !== map).map(kind)
  const whole =
    others.length === 0 ? '' : `${map ? 'Instead of a map of these, the' : 'The'} task may hold ${oneOf(others)}.\n\n`
  return `${generated}
# ${type.name}

${type.summary}.

## Arguments

${map ? table(map, type.evaluated ?? []) : ''}${whole}## Example

\`\`\`yaml
${type.example.trimEnd()}
\`\`\`

## Statuses

${statuses(type)
  .map((line) => `- ${line}\n`)
  .join('')}`
}

const table = (
  { properties = {}, required = [] }: Shape,
  evaluated: readonly string[],
): string => `| name | type | default | meaning |
|---|---|---|---|
${Object.entries(properties)
  .map(([name, shape]) => {
    const what = evaluated.includes(name) ? expression(shape) : kind(shape)
    const given = required.includes(name) ? '**required**' : shape.default === undefined ? '' : code(shape.default)
    return `| \`${name}\` | ${cell(what)} | ${given} | ${cell(shape.description ?? '')} |\n`
  })
  .join('')}
`

const expression = ({ anyOf }: Shape): string => (anyOf ? 'an expression, or a list of them' : 'an expression')

/** A shape in words. */
const kind = (shape: Shape): string => {
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

const code = (value: unknown): string => `\`${String(value)}\``
const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const statuses = (type: TaskType<unknown>): readonly string[] => [
  type.mayBeOpaque
    ? '`ok`: a guard says that there is nothing to do. `changed`: it was run.'
    : '`ok`: the host is as the arguments wish. `changed`: it was not, and is now, proven by reading it back.',
  type.mayBeOpaque
    ? 'In check mode `would-change` where a guard says that it will be run, and `unknown` without a guard.'
    : 'In check mode `would-change` instead of `changed`, with the same differences; nothing is written.',
  ...(type.keeps ? ['In check mode `unknown` where it is not known what the tasks before it leave.'] : []),
  '`failed`: it may not or cannot be done; the reason names what stands in the way.',
]
