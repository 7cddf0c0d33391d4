import { expect, test } from 'vitest'
import { parseInventory } from '../../src/documents/inventory-format.ts'
import { parseInventoryList } from '../../src/documents/inventory-list.ts'
import { brief, places } from './inventory-brief.ts'

const ini = 'rs1 a=1\n'
const yaml = 'all: {hosts: {rs1: {a: 1}}}\n'

test.each([
  ['hosts.yml', yaml],
  ['hosts.yaml', yaml],
  ['hosts.json', '{"all": {"hosts": {"rs1": {"a": 1}}}}'],
  ['hosts.ini', ini],
  ['hosts', ini],
  ['hosts', yaml],
  ['hosts', `# comment\n\n   ; another\n${ini}`],
  ['hosts', `# comment\n\n${yaml}`],
  ['hosts', `---\n${yaml}`],
  ['hosts', `\uFEFF${yaml}`],
  ['hosts', '{"all": {"hosts": {"rs1": {"a": 1}}}}'],
  ['hosts', '"all": {hosts: {rs1: {a: 1}}}'],
  ['hosts', 'all:\r\n  hosts:\r\n    rs1: {a: 1}\r\n'],
  ['hosts.prod', ini],
  ['hosts.prod', yaml],
])('%s with %j', (file, text) => {
  const { value, problems } = parseInventory(text, file)
  expect(problems).toEqual([])
  expect(brief(value).at(-1)).toMatch(/^(?:all|ungrouped): rs1 a=1$/)
})

test.each(['[web]\nrs1', 'rs1:2222', '2001:db8::1', '[2001:db8::1]:22', 'rs1 note="a: b"'])('%j is INI', (text) => {
  expect(parseInventory(text, 'hosts').problems).toEqual([])
})

test('hosts on the command line', () => {
  const { value, problems } = parseInventoryList('rs1, rs2:2222,[2001:db8::1]:22,')
  expect(problems).toEqual([])
  expect(brief(value)).toEqual([
    'ungrouped: rs1',
    'ungrouped: rs2 ansible_port=2222',
    'ungrouped: 2001:db8::1 ansible_port=22',
  ])
})

test('a mistake on the command line has its column', () => {
  expect(parseInventoryList('rs1, rs[3:1]').problems.map(places)).toEqual(['1:6'])
})
