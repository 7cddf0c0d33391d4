import { expect, test } from 'vitest'
import { fleet, scheduleFiles } from './fleet.ts'

const inventory = fleet({ rs1: 'rack: a', rs2: 'rack: b', rs3: 'rack: a', rs4: 'rack: b' })
const play = (tasks: string) => `- hosts: realserver\n  tasks:\n${tasks}`

test('an include brings to each host what its file holds there, and an include within it what that host reaches', async () => {
  const files = {
    'site.yml': play('    - include_tasks: "{{ rack }}.yml"\n'),
    'a.yml': '- include_tasks: deeper.yml\n',
    'b.yml': '- debug: {msg: "{{ of_b }}"}\n',
    'deeper.yml': '- debug: {msg: "{{ of_a }}"}\n- include_tasks: "{{ file }}"\n  when: rack == "b"\n',
  }
  expect((await scheduleFiles(files, { inventory })).said).toEqual([
    'deeper.yml:1:20 undefined variable "of_a" (on rs1 and 1 more)',
    'b.yml:1:20 undefined variable "of_b" (on rs2 and 1 more)',
  ])
})

test('a condition is judged anew when an include turns out to give a name of it', async () => {
  const files = {
    'site.yml': play(`    - include_tasks: gone.yml
      when: given is defined
    - include_tasks: giver.yml
    - debug: {msg: "{{ nowhere }}"}
      when: given is defined
`),
    'gone.yml': '- debug: {msg: never}\n',
    'giver.yml': '- set_fact: {given: 1}\n',
  }
  expect((await scheduleFiles(files, { inventory })).said).toEqual(['6:24 undefined variable "nowhere"'])
})
