import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readSshConfig } from '../../src/transport/ssh-config.ts'

const dir = mkdtempSync(join(tmpdir(), 'ipvs-play-ssh-config-'))
afterAll(() => rmSync(dir, { recursive: true }))
const read = async (text: string) => {
  const path = join(dir, 'config')
  writeFileSync(path, text)
  return await readSshConfig(path)
}

test('without a path nothing is read', async () => {
  const { value, problems } = await readSshConfig(undefined)
  expect(problems).toEqual([])
  expect(value.for('anything')).toEqual({ value: {}, problems: [] })
})

test('a file that is not there is a problem that names it', async () => {
  expect((await readSshConfig('/no/such')).problems).toEqual([
    { severity: 'error', summary: '--ssh-config /no/such: there is no such file' },
  ])
})

const EXAMPLE = `
# fleet
Host rs1
  Hostname 10.0.0.1
  port 2222
  USER=deploy
Host rs* !rs9
  User late
  IdentityFile ~/.ssh/first
  IdentitiesOnly yes
  UserKnownHostsFile /a /b
  ForwardAgent yes
Match host rs5
  Port 5
Host *
  IdentityFile "~/.ssh/with space"
  StrictHostKeyChecking accept-new
  ConnectTimeout 7
  GlobalKnownHostsFile none
`

describe('a host gets the first value of each option', () => {
  const common = {
    identityFiles: ['~/.ssh/first', '~/.ssh/with space'],
    identitiesOnly: true,
    userKnownHosts: ['/a', '/b'],
    globalKnownHosts: [],
    hostKey: 'accept-new',
    timeout: 7,
  }
  test.each([
    ['rs1', { ...common, hostname: '10.0.0.1', port: 2222, user: 'deploy' }],
    ['rs2', { ...common, user: 'late' }],
    ['rs5', { ...common, user: 'late', port: 5 }],
    ['rs9', { identityFiles: ['~/.ssh/with space'], globalKnownHosts: [], hostKey: 'accept-new', timeout: 7 }],
  ])('%s', async (name, value) => {
    expect((await read(EXAMPLE)).value.for(name)).toEqual({ value, problems: [] })
  })
})

describe('what would need more than reading is refused for the whole file', () => {
  test.each([
    ['Match exec "touch /tmp/ran"', /^Match exec/],
    ['Match host x exec "true"', /^Match exec/],
    ['Match canonical', /^Match canonical/],
    ['Include other', /^Include/],
    ['CanonicalizeHostname yes', /^CanonicalizeHostname/],
  ])('%s', async (line, summary) => {
    expect((await read(`Host a\n  User b\n${line}\n`)).problems).toEqual([
      {
        severity: 'error',
        summary: expect.stringMatching(summary),
        at: { file: join(dir, 'config'), line: 3, column: 1 },
      },
    ])
  })
})

test('what would lead to another host is an error for the hosts it is meant for', async () => {
  const { value, problems } = await read('Host far\n  ProxyJump bastion\nHost other\n  ProxyCommand none\n')
  expect(problems).toEqual([])
  expect(value.for('near').problems).toEqual([])
  expect(value.for('other').problems).toEqual([])
  expect(value.for('far').problems).toEqual([
    { severity: 'error', summary: expect.stringMatching(/config: ProxyJump is not supported yet$/) },
  ])
})

test('a value that cannot be is an error that names the file', async () => {
  const { value } = await read('Host a\n  Port ssh\n')
  expect(value.for('a').problems).toEqual([
    { severity: 'error', summary: expect.stringMatching(/config: Port is not a number/) },
  ])
})
