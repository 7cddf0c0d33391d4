/** What a template asks of a result that is not there yet. */
import { expect, test } from 'vitest'
import { lintText } from './project.ts'

const lint = (tasks: string) =>
  lintText(`- hosts: realserver
  tasks:
    - command: uptime
      register: load
    - command: echo {{ item }}
      loop: [a, b]
      register: each
${tasks.replace(/^(?=.)/gm, '    ')}`)

test.each([
  ['- debug: {msg: "{{ load.stdot }}"}', 'the result of "command" has no "stdot"'],
  ['- debug: {msg: "{{ load[\'sdtout\'] }}"}', 'the result of "command" has no "sdtout"'],
  [
    '- debug: {msg: "{{ load.stdout_lines | map(\'int\') }} {{ load.strerr }}"}',
    'the result of "command" has no "strerr"',
  ],
  ['- debug: {msg: a}\n  when: load.rc == 0 and load.stdot == "x"', 'the result of "command" has no "stdot"'],
  ['- debug: {msg: "{{ each.stdout }}"}', 'the result of "command" has no "stdout"'],
  ['- command: who\n  register: mine\n  until: mine.stdot == ""', 'its result has no "stdot"'],
  ['- command: who\n  register: mine\n  failed_when: mine.rcc != 0', 'its result has no "rcc"'],
])('a key that no result has: %s', async (tasks, summary) => {
  expect(await lint(tasks)).toEqual([expect.stringContaining(`error ${summary}`)])
})

test.each([
  '- debug: {msg: "{{ load.stdout }} {{ load.rc }} {{ load.stderr_lines }}"}',
  '- debug: {msg: "{{ each.results[0].stdout }} {{ each.results | map(attribute=\'item\') }}"}',
  '- debug: {msg: "{{ load.other | default(1) }}"}',
  '- debug: {msg: a}\n  when: load.stat is defined and load.stat.exists',
  '- debug: {msg: a}\n  when: load is failed',
  '- debug: {msg: "{{ load.keys() }} {{ load }}"}',
])('a key that one may have, or that is asked for with care: %s', async (tasks) => {
  expect(await lint(tasks)).toEqual([])
})

test('a text as a condition of assert is told before the run', async () => {
  expect(await lint('- assert: {that: [vip is defined, vip]}')).toEqual([
    '8:39 error the condition `vip` is the text "192.0.2.100", neither true nor false',
  ])
  expect(await lint('- assert: {that: load.stdout}')).toEqual([])
})

test('an option that is not supported is wrong as a key', async () => {
  expect(await lint('- service: {name: x, state: started, masked: true}')).toEqual([
    '8:42 error `masked` is not supported',
  ])
})
