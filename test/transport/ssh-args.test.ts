import { describe, expect, test } from 'vitest'
import { readSshArgs, splitWords } from '../../src/transport/ssh-args.ts'

describe('splitWords splits as a shell does', () => {
  test.each([
    ['', []],
    ['  a   b ', ['a', 'b']],
    [`-o 'A=b c' -o "D=e \\" f"`, ['-o', 'A=b c', '-o', 'D=e " f']],
    [`a'b'"c"d\\ e`, ['abcd e']],
    [`'' ""`, ['', '']],
    ['"a\\b"', ['a\\b']],
  ])('%j', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })
  test.each(["a 'b", 'a "b', 'a\\'])('%j is left open', (text) => {
    expect(splitWords(text)).toBeUndefined()
  })
})

describe('readSshArgs', () => {
  test.each([
    ['-o UserKnownHostsFile=/kh', { userKnownHosts: ['/kh'] }],
    ['-oUserKnownHostsFile=/kh', { userKnownHosts: ['/kh'] }],
    ['-o "UserKnownHostsFile /kh"', { userKnownHosts: ['/kh'] }],
    ['-o "userknownhostsfile=/a /b"', { userKnownHosts: ['/a', '/b'] }],
    ['-o UserKnownHostsFile=none', { userKnownHosts: [] }],
    ['-o GlobalKnownHostsFile=/g', { globalKnownHosts: ['/g'] }],
    ['-o IdentitiesOnly=yes', { identitiesOnly: true }],
    ['-o IdentitiesOnly=no', { identitiesOnly: false }],
    ['-o StrictHostKeyChecking=accept-new', { hostKey: 'accept-new' }],
    ['-o StrictHostKeyChecking=yes', { hostKey: 'strict' }],
    ['-o ConnectTimeout=5', { timeout: 5 }],
    ['-o Port=2222 -o User=alice', { port: 2222, user: 'alice' }],
    ['-p 2222 -l alice -i /k', { port: 2222, user: 'alice', identityFiles: ['/k'] }],
    ['-o IdentityFile=/a -i /b', { identityFiles: ['/a', '/b'] }],
    ['-o Port=1 -o Port=2', { port: 1 }],
    ['-o ProxyCommand=none', {}],
    ['', {}],
  ])('%s', (text, value) => {
    expect(readSshArgs(text)).toEqual({ value, problems: [] })
  })

  test.each([
    ['-o ProxyJump=bastion', /^ProxyJump is not supported yet$/],
    ['-J bastion', /^ProxyJump is not supported yet$/],
    [`-o 'ProxyCommand=ssh -W %h:%p b'`, /^ProxyCommand is not supported yet$/],
    ['-o ControlMaster=auto', /^ssh option ControlMaster is not supported$/],
    ['-o StrictHostKeyChecking=no', /^StrictHostKeyChecking no is not supported: host keys are always checked$/],
    ['-o Port=http', /^Port is not a number from 1 to 65535: http$/],
    ['-o Port=70000', /^Port is not a number/],
    ['-o IdentitiesOnly=maybe', /^IdentitiesOnly is neither yes nor no/],
    ['-o User', /^User has no value$/],
    ['-o', /^-o has no value$/],
    ['-C', /^-C is not supported$/],
    ['host', /^host is not supported$/],
    [`-o 'User=x`, /^a quote is not closed$/],
  ])('%s is a mistake', (text, summary) => {
    expect(readSshArgs(text).problems).toEqual([
      expect.objectContaining({ severity: 'error', summary: expect.stringMatching(summary) }),
    ])
  })

  test('all mistakes are found, and what is right is kept', () => {
    const { value, problems } = readSshArgs('-C -o Port=2222 -o ControlPersist=60')
    expect(value).toEqual({ port: 2222 })
    expect(problems).toHaveLength(2)
  })
})
