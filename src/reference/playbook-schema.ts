/** JSON Schema of playbooks, for editors: what the YAML language server completes, explains and underlines. */
import { aliases } from '../documents/module-words.ts'
import { playKeywords, structureKeywords, taskKeywords } from '../documents/playbook-words.ts'
import type { TaskType } from '../model/task-type.ts'
import { type Keyword, playWords, tasks, taskWords } from './keywords.ts'
import { type Shape, shapeOf } from './shape.ts'

type Schema = { readonly [key: string]: unknown }

/** A value may be given by a template, of whatever type that is. */
const template = { type: 'string', pattern: '\\{[{%]' }
/** YAML 1.2 of editors reads these as text; playbooks read them as booleans. */
const yesNo = { enum: ['yes', 'no', 'on', 'off', 'Yes', 'No', 'On', 'Off', 'YES', 'NO', 'ON', 'OFF'] }

const taskList: Schema = { type: ['array', 'null'], items: { $ref: '#/definitions/task' } }

/** As the type has it, but for a template in place of any value that is no text. */
const open = (shape: Shape, top = false): Schema => {
  if (shape === tasks) return taskList
  const { anyOf, items, properties, additionalProperties, ...rest } = shape
  const inside: Schema = {
    ...rest,
    ...(anyOf && { anyOf: anyOf.map((each) => open(each)) }),
    ...(items && { items: open(items) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, each]) => [name, open(each)])),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? open(additionalProperties) : additionalProperties,
    }),
  }
  if (top || Object.keys(rest).every((key) => key === 'description' || rest[key as 'type'] === 'string')) return inside
  const { description, ...bare } = inside
  const choices = [bare, ...(rest.type === 'boolean' ? [yesNo] : []), template]
  return { ...(description !== undefined && { description }), anyOf: choices }
}

const keywords = (words: readonly string[], known: Readonly<Record<string, Keyword>>): Schema =>
  Object.fromEntries(
    words.map((word) => {
      const { means, shape } = known[word] ?? { means: '', shape: {} }
      return [word, { ...open(shape), description: means }]
    }),
  )

/** As users write them: an expression and the name of a file are what the schedule makes something else of. */
const argumentsOf = (type: TaskType<unknown>): Schema => {
  const shape = shapeOf(type)
  const written = new Map<string, Schema>([
    ...(type.evaluated ?? []).map((name): [string, Schema] => [name, {}]),
    ...(type.localFiles ?? []).map(({ argument }): [string, Schema] => [argument, { type: 'string' }]),
  ])
  const forms = (shape.anyOf ?? [shape]).map((form): Schema => {
    const schema = open(form, true)
    if (form.properties === undefined) return schema
    const properties = { ...(schema.properties as Schema) }
    for (const [name, as] of written) {
      const description = form.properties[name]?.description
      properties[name] = { ...as, ...(description !== undefined && { description }) }
    }
    if (type.spelled === undefined) return { ...schema, properties }
    // It has other spellings of its own, which no schema knows.
    for (const [name, each] of Object.entries(form.properties))
      if (each.not !== undefined) properties[name] = { description: each.description }
    const { required: _, ...loose } = schema
    return { ...loose, properties }
  })
  const whole = type.spelled === undefined ? template : { type: 'string' }
  return { description: `${type.summary}.`, anyOf: [...forms, whole] }
}

/** @param types  the task types, each a key of tasks */
export const playbookSchema = (types: Iterable<TaskType<unknown>>): Schema => {
  const work = Object.fromEntries([...types].map((type) => [type.name, argumentsOf(type)]))
  const others = Object.entries(aliases).flatMap(([alias, type]) =>
    work[type] === undefined ? [] : [[alias, work[type]] as const],
  )
  const play = {
    type: 'object',
    properties: keywords([...playKeywords, 'import_playbook', 'when'], playWords),
    anyOf: [{ required: ['hosts'] }, { required: ['import_playbook'] }],
    additionalProperties: false,
  }
  const task = {
    type: 'object',
    properties: {
      ...keywords([...taskKeywords, ...structureKeywords], taskWords),
      ...work,
      ...Object.fromEntries(others),
    },
    // The full names of Ansible stand for the short ones.
    patternProperties: { '^(ansible\\.(builtin|legacy|posix)|community\\.general)\\.[a-z_]+$': {} },
    additionalProperties: false,
  }
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'ipvs-play playbook',
    type: 'array',
    items: { $ref: '#/definitions/play' },
    definitions: { play, task },
  }
}
