import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { playKeywords, structureKeywords, taskKeywords } from '../../src/documents/playbook-words.ts'
import { playWords, taskWords } from '../../src/reference/keywords.ts'
import { playbookSchema } from '../../src/reference/playbook-schema.ts'
import { taskTypes } from '../../src/tasks/index.ts'

const validate = new Ajv({ strict: false, allErrors: true }).compile(playbookSchema(taskTypes.values()))
/** What an editor would underline, by its place. */
const underlined = (yaml: string): readonly string[] => {
  validate(parse(yaml))
  return (validate.errors ?? []).map(({ instancePath }) => instancePath)
}

const playbooks = join(import.meta.dirname, '../../playbooks')

test.each(readdirSync(playbooks))('playbooks/%s is as the schema has it', (name) => {
  expect(underlined(readFileSync(join(playbooks, name), 'utf8'))).toEqual([])
})

test.each([...taskTypes.values()])('so are the examples of $name', ({ example }) => {
  expect(underlined(`- hosts: all\n  tasks:\n${example.replace(/^(?=.)/gm, '    ')}`)).toEqual([])
})

test('templates may stand for whole values, and words for booleans', () => {
  expect(
    underlined(`- hosts: all
  become: yes
  serial: "{{ size }}"
  tasks:
    - vip-on-lo: {address: "{{ vips }}", state: "{{ wish }}"}
    - sysctl: "{{ wishes }}"
    - ansible.builtin.copy: {dest: /a, content: b}
    - assert: {that: true, quiet: no}
      when: 1
`),
  ).toEqual([])
})

describe('mistakes are underlined at their place', () => {
  const places: readonly (readonly [what: string, yaml: string, place: string])[] = [
    ['a play without hosts', '- tasks: []\n', '/0'],
    ['an unknown keyword', '- {hosts: all, taks: []}\n', '/0'],
    ['a keyword of another kind', '- {hosts: all, become: maybe}\n', '/0/become'],
    ['an unknown key of a task', '- {hosts: all, tasks: [{commnd: a}]}\n', '/0/tasks/0'],
    ['an argument of another kind', '- {hosts: all, tasks: [{sysctl: [1]}]}\n', '/0/tasks/0/sysctl'],
    [
      'a value that is none of the choices',
      '- {hosts: all, tasks: [{persist: {state: gone}}]}\n',
      '/0/tasks/0/persist/state',
    ],
    ['a map', 'hosts: all\n', ''],
  ]
  test.each(places)('%s', (_, yaml, place) => {
    expect(underlined(yaml)).toContain(place)
  })
})

test('every keyword is explained', () => {
  const sorted = (words: readonly string[]) => [...new Set(words)].sort()
  expect(sorted(Object.keys(playWords))).toEqual(sorted([...playKeywords, 'import_playbook', 'when']))
  expect(sorted(Object.keys(taskWords))).toEqual(sorted([...taskKeywords, ...structureKeywords]))
})
