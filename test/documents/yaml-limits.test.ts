/** Files that would take all time or memory are refused at their place, by what they hold and not by a clock. */
import { expect, test } from 'vitest'
import { showDiagnostics } from '../../src/documents/code-frame.ts'
import { readPlaybook } from '../../src/documents/playbook.ts'

const head = '- hosts: all\n  tasks:\n'

test.each([
  ['10 MB of tasks', `${head}${'    - debug: {msg: hello}\n'.repeat(400_000)}`, '1:1 the file is larger than 4 MiB'],
  ['10 MB of nothing', '\0'.repeat(10_000_000), '1:1 the file is larger than 4 MiB'],
  [
    '2 MB of brackets',
    `${head}    - debug: ${'['.repeat(2_000_000)}`,
    '3:110 lists and maps are nested more than 100 deep',
  ],
  [
    '1 MB of braces',
    `${head}    - debug: ${'{{ '.repeat(300_000)}`,
    '3:158 lists and maps are nested more than 100 deep',
  ],
  ['dashes', `${'- '.repeat(1_000_000)}a`, '1:201 lists and maps are nested more than 100 deep'],
  ['keys without end', `- ${'k: 1\n  '.repeat(300_000)}`, '1:1 the file holds more than 100000 keys and values'],
  ['quotes without end', `${head}    - a: "${'" "'.repeat(900_000)}`, '3:13 there is text after the end of the value'],
])('%s', (_, text, expected) => {
  const { value, problems } = readPlaybook(text, 'site.yml', ['debug'])
  expect(value).toEqual([])
  expect(problems.map(({ at, summary }) => `${at?.line}:${at?.column} ${summary}`)).toEqual([expected])
  // What is shown of a line without end is what is near the place.
  expect(showDiagnostics(problems, () => text, { color: false, columns: 80 }).length).toBeLessThan(500)
})

test('thousands of mistakes are counted, and the first ones shown', () => {
  const text = `${head}${'    - debgu: {msg: hello}\n'.repeat(3000)}`
  const { problems } = readPlaybook(text, 'site.yml', ['debug'])
  const shown = showDiagnostics(problems, () => text, { color: false, columns: 80 })
  expect(shown.match(/unknown key/g)).toHaveLength(200)
  expect(shown).toMatch(/\n\d+ errors, the first 200 are shown\n$/)
})

test('a text that is no YAML at all is told, and nothing of it read', () => {
  const { value, problems } = readPlaybook(`${head}${'\t- debug:\n'.repeat(2000)}`, 'site.yml', ['debug'])
  expect(value).toEqual([])
  expect(problems[0]).toMatchObject({ at: { line: 3, column: 1 }, summary: 'a tab is used for indentation' })
})
