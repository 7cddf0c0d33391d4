import { expect, test } from 'vitest'
import { playConnections } from '../../src/cli/play-connections.ts'
import type { Schedule } from '../../src/schedule/schedule.ts'
import { nothingLearned } from '../../src/schedule/scope.ts'
import { playOf, scheduleText } from '../schedule/fleet.ts'

const plays = async (...heads: readonly string[]) => {
  const scheduled = await scheduleText(heads.map((head) => `- {${head}}\n`).join(''))
  return playConnections(
    heads.map((_, index) => playOf(scheduled, index + 1)),
    { scopeOf: (play, host) => (scheduled.value as Schedule).scope(play, host, nothingLearned), lint: false },
  )
}

test('a play that names no user goes with those that do', async () => {
  const said = await plays('hosts: rs1', 'hosts: realserver, remote_user: ops', 'hosts: "rs1:d1", remote_user: ops')
  for (const host of ['rs1', 'rs4', 'd1']) expect(said.of(host, {})).toEqual({ ansible_user: 'ops' })
  expect(said.of('d2', {})).toEqual({})
  expect(said.problems()).toEqual([])
})

test('two users on one host are a mistake at the second, told once', async () => {
  const said = await plays('hosts: "rs1:rs2", remote_user: ops', 'hosts: all, remote_user: root')
  for (const host of ['rs1', 'rs2', 'rs3']) said.of(host, {})
  expect(said.problems()).toMatchObject([{ summary: 'play 1 logs in as ops on hosts of this one', at: { line: 2 } }])
})

test('what the inventory says is above it, and no mistake', async () => {
  const said = await plays('hosts: rs1, remote_user: ops, connection: local', 'hosts: rs1, remote_user: root')
  const own = { ansible_user: 'me', ansible_connection: 'openssh' }
  expect(said.of('rs1', own)).toEqual(own)
  expect(said.problems()).toEqual([])
})

test('a play that says nothing of the connection is not led to this machine by another', async () => {
  const said = await plays('hosts: rs1, connection: local', 'hosts: realserver', 'hosts: d1, connection: local')
  expect(said.of('d1', {})).toEqual({ ansible_connection: 'local' })
  expect(said.problems()).toEqual([])
  said.of('rs1', {})
  expect(said.problems()).toMatchObject([
    { summary: 'play 1 reaches hosts of this one by local, not by ssh', at: { line: 2 } },
  ])
})

test('a template may name another user on each host, but none that the host itself tells', async () => {
  const said = await plays('hosts: "rs1:d1", remote_user: "{{ inventory_hostname }}-ops"')
  expect(said.of('rs1', {})).toEqual({ ansible_user: 'rs1-ops' })
  expect(said.of('d1', {})).toEqual({ ansible_user: 'd1-ops' })
  const late = await plays('hosts: "rs1:d1", remote_user: "{{ facts.user }}"')
  late.of('rs1', {})
  expect(late.problems().map(({ summary }) => summary)).toEqual([
    '`remote_user` depends on facts, which is not known before the host is reached',
  ])
})
