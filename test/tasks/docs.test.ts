import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { taskDocs } from '../../docs/generate-tasks.ts'
import type { Value } from '../../src/model/document.ts'
import type { TaskType } from '../../src/model/task-type.ts'
import { taskTypes } from '../../src/tasks/index.ts'

const directory = join(import.meta.dirname, '../../docs/tasks')
const docs = taskDocs()

test.each([...docs])('docs/tasks/%s is what `node build.mjs --docs` writes', (name, text) => {
  expect(readFileSync(join(directory, name), 'utf8')).toBe(text)
})

test('no page is left of a type that is gone', () => {
  expect(readdirSync(directory).sort()).toEqual([...docs.keys()].sort())
})

const types = [...taskTypes.values()]

test.each(types)('every argument of $name has its meaning', ({ name }) => {
  const rows = (docs.get(`${name}.md`) ?? '').split('\n').filter((line) => line.startsWith('| `'))
  for (const row of rows) expect(row).toMatch(/\| [^|]+ \|$/)
})

test.each(types)('the examples of $name are tasks that parse', (type) => {
  // A template stands for an address; the schedule renders it first.
  const tasks = parse(type.example.replace(/\{\{ \w+ \}\}/g, '192.0.2.1')) as { readonly [key: string]: Value }[]
  expect(tasks.length).toBeGreaterThan(0)
  for (const task of tasks) {
    expect(Object.keys(task)).toContain(type.name)
    // The schedule evaluates expressions first.
    const given = task[type.name] ?? null
    const args = evaluated(type.spelled?.(given) ?? given, type)
    expect(type.parse(args)).toMatchObject({ ok: true })
  }
})

const evaluated = (args: Value, { evaluated: names = [], localFiles = [] }: TaskType<unknown>): Value => {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) return args
  const value = (source: Value): Value => ({ source: String(source), value: true })
  return Object.fromEntries(
    Object.entries(args).map(([name, given]) => {
      if (localFiles.some(({ argument, rendered }) => rendered && argument === name))
        return [name, { path: given, text: '' }]
      if (!names.includes(name)) return [name, given]
      return [name, Array.isArray(given) ? given.map(value) : value(given)]
    }),
  )
}
