import { expect, test } from 'vitest'
import { roundStarts } from '../../src/schedule/rounds.ts'
import { playOf, scheduleText } from './fleet.ts'

test.each([
  ['{persist: }', []],
  ['{sysctl: {"{{ nic }}": 1}}, {persist: }', []],
  ['{persist: }, {command: ls}, {persist: }, {persist: }', ['1.2', '1.3']],
  ['{command: ls, register: r}, {persist: , when: r.rc == 0}, {persist: , when: r.rc == 0}', ['1.1', '1.2']],
  ['{persist: , register: r}, {sysctl: {a: 1}}, {sysctl: {a: 1}, when: r.changed}', ['1.3']],
  // A barrier, before and behind it.
  ['{persist: }, {persist: , run_once: true}, {persist: }, {persist: }', ['1.2', '1.3']],
  ['{persist: }, {persist: , throttle: 1}, {persist: }', ['1.2', '1.3']],
  ['{persist: }, {persist: , delegate_to: d1}, {persist: }', ['1.2', '1.3']],
  ['{persist: }, {persist: , until: true}, {persist: }', ['1.2', '1.3']],
  // What is judged afterwards, handlers that may run, another mode, a rescue.
  ['{persist: , failed_when: false}, {persist: }', ['1.2']],
  ['{meta: noop}, {persist: }', []],
  ['{persist: }, {persist: , check_mode: true}, {persist: }', ['1.2', '1.3']],
  ['{block: [{persist: }, {persist: }], rescue: [{persist: }], always: [{persist: }]}', ['1.3', '1.4']],
])('%s', async (tasks, starts) => {
  const scheduled = await scheduleText(`- hosts: rs1\n  tasks: [${tasks}]\n`)
  expect(scheduled.said).toEqual([])
  if (scheduled.value === undefined) throw new Error('nothing was scheduled')
  expect([...roundStarts(playOf(scheduled), scheduled.value)]).toEqual(starts)
})
