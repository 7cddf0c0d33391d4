import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { NO_SSH_CONFIG, readSshConfig } from '../../src/transport/ssh-config.ts'
import { readOptions } from '../../src/transport/ssh-options.ts'
import { settingsOf } from '../../src/transport/ssh-settings.ts'

const home = mkdtempSync(join(tmpdir(), 'ipvs-play-ssh-config-'))
const path = join(home, 'config')
mkdirSync(join(home, '.ssh'))
afterAll(() => rmSync(home, { recursive: true }))

const write = (name: string, text: string): void => writeFileSync(join(home, name), text)
const read = (text: string) => {
  write('config', text)
  return readSshConfig({ path, home, user: 'me', mayRun: false })
}
const said = (name: string, value: string) => settingsOf([{ name, words: [value], rest: value }])
const optionsOf = (config: ReturnType<typeof read>, name: string, before = settingsOf([])) =>
  readOptions(config.for(name, before).settings, { hasTicket: false })

test('without a configuration nothing is said', () => {
  expect(NO_SSH_CONFIG.for('anything', new Map())).toEqual({ settings: new Map() })
  expect(readSshConfig({ path: 'none', home, user: 'me', mayRun: false })).toMatchObject({ problems: [] })
})

test('a file that is not there is a problem that names it, but not ~/.ssh/config', () => {
  const missing = readSshConfig({ path: '/no/such', home, user: 'me', mayRun: false })
  const summary = '--ssh-config /no/such: there is no such file'
  const hint = 'is the path right, and may you read the file?'
  expect(missing.problems).toEqual([{ severity: 'error', summary, hint }])
  expect(readSshConfig({ home, user: 'me', mayRun: false }).problems).toEqual([])
})

test('~/.ssh/config counts before /etc/ssh/ssh_config, and must not be writable by others', () => {
  write('.ssh/config', 'Host rs1\n  User bob\n')
  expect(optionsOf(readSshConfig({ home, user: 'me', mayRun: false }), 'rs1').value.user).toBe('bob')
  chmodSync(join(home, '.ssh/config'), 0o666)
  expect(readSshConfig({ home, user: 'me', mayRun: false }).problems).toEqual([
    expect.objectContaining({
      summary: expect.stringMatching(/could be written by others: ssh does not read it either$/),
    }),
  ])
  rmSync(join(home, '.ssh/config'))
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
  UserKnownHostsFile /a "/b c"
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
    userKnownHosts: ['/a', '/b c'],
    globalKnownHosts: [],
    hostKey: 'accept-new',
    timeout: 7,
  }
  test.each([
    ['rs1', { ...common, hostname: '10.0.0.1', port: 2222, user: 'deploy' }],
    ['rs2', { ...common, user: 'late' }],
    ['rs5', { ...common, user: 'late', port: 5 }],
    ['rs9', { identityFiles: ['~/.ssh/with space'], globalKnownHosts: [], hostKey: 'accept-new', timeout: 7 }],
  ])('%s', (name, value) => {
    expect(optionsOf(read(EXAMPLE), name)).toEqual({ value, problems: [] })
  })
})

describe('Match looks at what is known so far', () => {
  const config = `
Match user root
  Port 1
Host alias
  HostName real
  User alice
Match host real user alice
  Port 2
Match originalhost alias !localuser you
  ConnectTimeout 3
Match tagged t
  Port 4
Match final host real
  BindAddress 10.0.0.9
Match exec "touch ${home}/ran"
  User evil
`
  test.each([
    ['alias', settingsOf([]), { hostname: 'real', user: 'alice', port: 2, timeout: 3, bindAddress: '10.0.0.9' }],
    ['alias', said('User', 'root'), { hostname: 'real', user: 'alice', port: 1, timeout: 3, bindAddress: '10.0.0.9' }],
    ['other', said('Tag', 't'), { hostname: 'other', port: 4 }],
    ['other', settingsOf([]), { hostname: 'other' }],
  ])('%s %j', (name, before, value) => {
    expect(optionsOf(read(config), name, before).value).toEqual(value)
  })
})

describe('Include', () => {
  test('takes the place of what it includes, under the conditions of the block around it', () => {
    mkdirSync(join(home, '.ssh/d'), { recursive: true })
    write('.ssh/d/1.conf', 'User one\nHost inner\n  Port 1\n')
    write('.ssh/d/2.conf', 'User two\n')
    write('.ssh/d/.hidden.conf', 'User hidden\n')
    const config = read('Host rs*\n  Include d/*.conf nothing/here*\n  ConnectTimeout 9\nHost inner\n  User outer\n')
    expect(config.problems).toEqual([])
    expect(optionsOf(config, 'rs1').value).toEqual({ user: 'one', timeout: 9 })
    expect(optionsOf(config, 'inner').value).toEqual({ user: 'outer' })
  })

  test('in a circle is a mistake', () => {
    expect(read('Include a\0b\n').problems).toEqual([
      expect.objectContaining({ summary: 'Include names a path with a NUL byte', at: expect.anything() }),
    ])
    write('.ssh/loop', 'Include loop\n')
    expect(read('Include loop\n').problems).toEqual([
      expect.objectContaining({ summary: 'Include goes deeper than 16 files, maybe in a circle' }),
    ])
  })
})

test('ProxyJump and ProxyCommand shut each other out', () => {
  const config = read(
    'Host a\n ProxyJump b\nHost c\n ProxyCommand nc "%h" %p\nHost e\n ProxyJump none\n ProxyCommand nc\nHost *\n ProxyCommand none\n',
  )
  expect(optionsOf(config, 'e').value.proxy).toEqual({ kind: 'command', command: 'nc' })
  expect(optionsOf(config, 'a').value.proxy).toEqual({ kind: 'jump', hops: 'b' })
  expect(optionsOf(config, 'c').value.proxy).toEqual({ kind: 'command', command: 'nc "%h" %p' })
  expect(optionsOf(config, 'd').value.proxy).toEqual({ kind: 'none' })
})

test('what only the system’s client can do is named with its place', () => {
  const config = read('Host a\n  VerifyHostKeyDNS yes\nHost b\n  CheckHostIP no\nHost *\n  CheckHostIP yes\n')
  expect(optionsOf(config, 'a').value.needsOpenssh).toBe(`VerifyHostKeyDNS (${path}:2)`)
  expect(optionsOf(config, 'b').value).toEqual({})
})

describe('mistakes have a place', () => {
  test.each([
    ['Host\n', 'Host has no value'],
    ['Host a\n  User "x\n', 'a quote is not closed'],
    ['Match hots a\n', 'Match hots a: hots is not known'],
    ['Match host\n', 'Match host: host says nothing'],
    ['Match host a all\n', 'Match host a all: all stands alone'],
    ['Prot 22\n', 'ssh has no option Prot'],
  ])('%j in the file', (text, summary) => {
    expect(read(text).problems).toEqual([
      expect.objectContaining({ severity: 'error', summary, at: expect.objectContaining({ file: path }) }),
    ])
  })

  test('one that a line above passes over is none', () => {
    expect(read('IgnoreUnknown Use*,prot\nProt 22\nUseKeychain yes\nProtocol 2\n').problems).toEqual([])
  })

  test.each([
    ['Port ssh', 'Port is not a number from 1 to 65535: ssh'],
    ['StrictHostKeyChecking no', 'StrictHostKeyChecking no is not supported: host keys are always checked'],
    ['IdentityFile a b', 'IdentityFile takes one value, not 2'],
    ['RefuseConnection moved away', 'the ssh config refuses the connection: moved away'],
  ])('%s, for the hosts it is meant for', (line, summary) => {
    const config = read(`Host a\n  ${line}\n`)
    expect(config.problems).toEqual([])
    expect(optionsOf(config, 'b').problems).toEqual([])
    expect(optionsOf(config, 'a').problems).toEqual([
      expect.objectContaining({ severity: 'error', summary, at: { file: path, line: 2, column: 3 } }),
    ])
  })
})
