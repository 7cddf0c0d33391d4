import { expect, test } from 'vitest'
import { variable } from '../../src/schedule/variable.ts'
import { fleet, playOf, scheduleText, scopeOf } from './fleet.ts'

test.each([
  ['vip', { kind: 'value', value: '192.0.2.100' }],
  ['ansible_host', { kind: 'value', value: '10.0.0.1' }],
  ['inventory_hostname', { kind: 'value', value: 'rs1' }],
  ['nic', { kind: 'waits', on: 'nic' }],
  ['broken', { kind: 'problem', problem: { summary: 'undefined variable "nowhere"' } }],
  ['nowhere', undefined],
])('%s', async (name, rendered) => {
  const inventory = fleet({ rs1: '{n: 1, ansible_host: "10.0.0.{{ n }}", broken: "{{ nowhere }}"}' })
  const scheduled = await scheduleText('- hosts: rs1\n  tasks: [{persist: }]\n', { inventory })
  const found = variable(scopeOf(scheduled, playOf(scheduled), 'rs1'), name)
  if (rendered === undefined) expect(found).toBeUndefined()
  else expect(found).toMatchObject(rendered)
})
