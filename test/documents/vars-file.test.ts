import { expect, test } from 'vitest'
import { toValue } from '../../src/documents/to-value.ts'
import { parseVarsFile } from '../../src/documents/vars-file.ts'

const parse = (text: string) => parseVarsFile(text, 'group_vars/all.yml')

test('a map of variables, with places', () => {
  const { value, problems } = parse('vip: 192.0.2.100\nports: [80, 443]\n')
  expect(problems).toEqual([])
  expect(value && toValue(value)).toEqual(Object.assign(Object.create(null), { vip: '192.0.2.100', ports: [80, 443] }))
  expect(value?.entries[1]?.value.at).toEqual({ file: 'group_vars/all.yml', line: 2, column: 8 })
})

test.each(['', '---\n', '# only a comment\n', 'null\n'])('%j holds no variables and is no mistake', (text) => {
  expect(parse(text)).toEqual({ value: undefined, problems: [] })
})

test.each([
  ['- a\n', 'but this holds a list'],
  ['text\n', 'but this holds the value "text"'],
])('%j is a mistake', (text, summary) => {
  const { value, problems } = parse(text)
  expect(value).toBeUndefined()
  expect(problems).toMatchObject([
    { severity: 'error', summary: expect.stringContaining(summary), at: { line: 1, column: 1 } },
  ])
})

test('values mean what they mean to Ansible', () => {
  const { value } = parse('mode: 0644\non_boot: yes\n')
  expect(value?.entries.map(({ value }) => toValue(value))).toEqual([420, true])
})
