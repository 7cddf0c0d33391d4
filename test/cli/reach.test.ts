import { expect, test } from 'vitest'
import { resolveReach } from '../../src/cli/reach.ts'
import type { Schedule } from '../../src/schedule/schedule.ts'
import { fleet, scheduleText } from '../schedule/fleet.ts'

const reach = async (vars: string) => {
  const { value } = await scheduleText('- {hosts: rs1, tasks: []}\n', { inventory: fleet({ rs1: vars }) })
  if (value === undefined) throw new Error('not scheduled')
  return resolveReach(['rs1'], value, {}, { login: undefined, become: undefined })
}

test.each([
  ['true', true],
  ['"yes"', true],
  ['"True"', true],
  ['1', true],
  ['"no"', false],
  ['"off"', false],
])('ansible_become: %s, as INI and YAML write it', async (written, become) => {
  const { identityOf, problems } = await reach(`{ansible_become: ${written}}`)
  expect(problems).toEqual([])
  expect(identityOf('rs1').become).toBe(become)
})

test('hosts that make one mistake at one place are told together, at that place', async () => {
  const inventory = fleet({ rs4: 'ansible_port: 99999' }, 'ansible_connection: docker')
  const { value } = await scheduleText('- {hosts: realserver, tasks: []}\n', { inventory })
  const { problems } = await resolveReach(
    ['rs1', 'rs2', 'rs3', 'rs4'],
    value as Schedule,
    {},
    { login: undefined, become: undefined },
  )
  expect(problems).toMatchObject([
    { summary: 'rs1 and 3 more: ansible_connection: docker is not supported', at: { line: 1, column: 21 } },
    { summary: 'rs4: ansible_port is not a port: 99999', at: { line: 1, column: 15 } },
  ])
})

test('ansible_become that is neither is a mistake', async () => {
  const { problems } = await reach('{ansible_become: maybe}')
  expect(problems).toMatchObject([{ summary: 'rs1: ansible_become must be true or false, not "maybe"' }])
})

test.each([
  ['sudo', 'sudo'],
  ['doas', 'doas'],
  ['ansible.builtin.sudo', 'sudo'],
  ['community.general.doas', 'doas'],
])('ansible_become_method: %s', async (written, method) => {
  const { identityOf, problems } = await reach(`{ansible_become_method: ${written}}`)
  expect(problems).toEqual([])
  expect(identityOf('rs1').becomeMethod).toBe(method)
})

test.each([
  ['ansible_become_method: su', 'rs1: ansible_become_method su is not supported'],
  [
    'ansible_become_method: community.general.pbrun',
    'rs1: ansible_become_method community.general.pbrun is not supported',
  ],
  ['ansible_become_exe: /opt/sudo', 'rs1: ansible_become_exe "/opt/sudo" is not supported'],
  ['ansible_become_flags: "-E"', 'rs1: ansible_become_flags "-E" is not supported'],
])('%s is refused, not ignored', async (written, summary) => {
  const { problems } = await reach(`{${written}}`)
  expect(problems).toMatchObject([{ severity: 'error', summary }])
})

test('flags that say what is done anyway may stand', async () => {
  expect((await reach('{ansible_become_flags: "-H -S -n", ansible_become_exe: sudo}')).problems).toEqual([])
})
