// Writes docs/tasks/*.md from the schemas of the task types: `node build.mjs --docs`.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TaskType } from '../src/model/task-type.ts'
import { argumentRows, formsOf, kindOf, oneOf, shapeOf, statusesOf } from '../src/reference/shape.ts'
import { taskTypes } from '../src/tasks/index.ts'

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
  const forms = formsOf(shapeOf(type))
  const others = forms.others.map((form) => kindOf(form, code))
  const whole =
    others.length === 0
      ? ''
      : `${forms.map ? 'Instead of a map of these, the' : 'The'} task may hold ${oneOf(others)}.\n\n`
  return `${generated}
# ${type.name}

${type.summary}.

## Arguments

${forms.map ? table(type) : ''}${whole}## Example

\`\`\`yaml
${type.example.trimEnd()}
\`\`\`

## Statuses

${statusesOf(type)
  .map((line) => `- ${line}\n`)
  .join('')}`
}

const table = (type: TaskType<unknown>): string => `| name | type | default | meaning |
|---|---|---|---|
${argumentRows(type, code)
  .map(({ name, kind, required, default: given, description }) => {
    const start = required ? '**required**' : given === undefined ? '' : code(given)
    return `| \`${name}\` | ${cell(kind)} | ${start} | ${cell(description)} |\n`
  })
  .join('')}
`

const code = (value: unknown): string => `\`${String(value)}\``
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
