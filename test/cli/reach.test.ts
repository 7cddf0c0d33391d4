import { expect, test } from 'vitest'
import { resolveReach } from '../../src/cli/reach.ts'
import type { RunOptions } from '../../src/cli/run-options.ts'
import { fleet, scheduleText } from '../schedule/fleet.ts'

const reach = async (vars: string) => {
  const { value } = await scheduleText('- {hosts: rs1, tasks: []}\n', { inventory: fleet({ rs1: vars }) })
  if (value === undefined) throw new Error('not scheduled')
  return resolveReach(['rs1'], value, { sshConfig: '/dev/null' } as RunOptions, undefined)
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

test('ansible_become that is neither is a mistake', async () => {
  const { problems } = await reach('{ansible_become: maybe}')
  expect(problems).toMatchObject([{ summary: 'rs1: ansible_become must be true or false, not "maybe"' }])
})
