import { expect, test } from 'vitest'
import { remoteUsers } from '../../src/cli/remote-users.ts'
import { playOf, scheduleText } from '../schedule/fleet.ts'

const plays = async (...heads: readonly string[]) => {
  const scheduled = await scheduleText(heads.map((head) => `- {${head}}\n`).join(''))
  return heads.map((_, index) => playOf(scheduled, index + 1))
}

test('a play that names no user goes with those that do', async () => {
  const { value, problems } = remoteUsers(
    await plays('hosts: rs1', 'hosts: realserver, remote_user: ops', 'hosts: "rs1:d1", remote_user: ops'),
  )
  expect(problems).toEqual([])
  expect([...value.keys()].sort()).toEqual(['d1', 'rs1', 'rs2', 'rs3', 'rs4'])
  expect(value.get('d1')).toBe('ops')
})

test('two users on one host are a mistake at the second', async () => {
  const { problems } = remoteUsers(await plays('hosts: rs1, remote_user: ops', 'hosts: all, remote_user: root'))
  expect(problems).toMatchObject([{ summary: 'play 1 logs in as ops on hosts of this one', at: { line: 2 } }])
})
