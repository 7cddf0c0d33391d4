import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { magicNames } from '../../src/documents/playbook-fields.ts'
import { filterNames } from '../../src/template/filters.ts'
import { functionNames } from '../../src/template/functions.ts'
import { lookupPlugins } from '../../src/template/lookups.ts'
import { methodsOf } from '../../src/template/methods.ts'
import { testNames } from '../../src/template/tests.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/templates.md'), 'utf8')

const section = (heading: string): string => {
  const [, text] = page.split(`\n## ${heading}\n`)
  if (text === undefined) throw new Error(`docs/templates.md has no section "${heading}"`)
  return text.split('\n## ')[0] ?? ''
}

/** The code words in the first cell of each row, up to their brackets. */
const namesIn = (heading: string): readonly string[] =>
  section(heading)
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) =>
      [...(line.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map((found) => found[1]?.split('(')[0] ?? ''),
    )

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort()

test('every filter is on the page, and nothing else', () => {
  expect(sorted(namesIn('Filters'))).toEqual(sorted(filterNames))
})

test('every test is on the page, and nothing else', () => {
  expect(sorted(namesIn('Tests'))).toEqual(sorted(testNames))
})

test('every function is on the page, and nothing else', () => {
  expect(sorted(namesIn('Functions'))).toEqual(sorted(functionNames))
  for (const plugin of lookupPlugins) expect(section('Functions')).toContain(`lookup('${plugin}', `)
})

test('every method is on the page', () => {
  for (const of of ['', [], {}])
    for (const method of Object.keys(methodsOf(of))) expect(section('Methods')).toContain(`\`${method}\``)
})

test('every variable that a play cannot set is on the page', () => {
  for (const name of magicNames) expect(section('Variables that are always there')).toContain(`\`${name}\``)
})
