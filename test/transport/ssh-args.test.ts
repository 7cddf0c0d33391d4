import { describe, expect, test } from 'vitest'
import { readSshArgs, splitWords } from '../../src/transport/ssh-args.ts'
import { readOptions } from '../../src/transport/ssh-options.ts'

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

const read = (text: string) => {
  const { value, problems } = readSshArgs(text)
  const options = readOptions(value, { hasTicket: true })
  return { value: options.value, problems: [...problems, ...options.problems] }
}

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
    ['-o ConnectTimeout=1m30s', { timeout: 90 }],
    ['-o Port=2222 -o User=alice', { port: 2222, user: 'alice' }],
    ['-p 2222 -l alice -i /k', { port: 2222, user: 'alice', identityFiles: ['/k'] }],
    ['-o IdentityFile=/a -i /b -i /a', { identityFiles: ['/a', '/b'] }],
    ['-o Port=1 -o Port=2', { port: 1 }],
    ['-o ProxyCommand=none', { proxy: { kind: 'none' } }],
    ['-J a@b:1,c', { proxy: { kind: 'jump', hops: 'a@b:1,c' } }],
    [`-o 'ProxyCommand=ssh -W "%h:%p" b' -J x`, { proxy: { kind: 'command', command: 'ssh -W "%h:%p" b' } }],
    ['-4 -b 10.0.0.9', { addressFamily: 'inet', bindAddress: '10.0.0.9' }],
    ['-o Ciphers=aes128-ctr -m hmac-sha1', { ciphers: 'aes128-ctr', macs: 'hmac-sha1' }],
    ['-o PasswordAuthentication=no', { methods: ['publickey', 'keyboard-interactive'] }],
    ['-o PreferredAuthentications=password,gssapi-with-mic', { methods: ['password'] }],
    ['-C -T -vq -o ControlMaster=auto -o ControlPersist=60s -o ForwardAgent=no', {}],
    ['-o GSSAPIAuthentication=yes', { needsOpenssh: 'GSSAPIAuthentication (ansible_ssh_common_args)' }],
    ['-K', { needsOpenssh: 'GSSAPIAuthentication (ansible_ssh_common_args)' }],
    ['-o BindInterface=none -o RequiredRSASize=1024 -o PubkeyAcceptedAlgorithms=+ssh-rsa', {}],
    ['-o RequiredRSASize=3072', { needsOpenssh: 'RequiredRSASize (ansible_ssh_common_args)' }],
    ['', {}],
  ])('%s', (text, value) => {
    expect(read(text)).toEqual({ value, problems: [] })
  })

  test.each([
    ['-o ForwardAgent=yes', /^ssh option ForwardAgent is not supported: no host ever gets hold of your agent$/],
    ['-A', /^ssh option ForwardAgent is not supported/],
    ['-o Cypher=x', /^ssh has no option Cypher$/],
    ['-o Include=/x', /^ssh has no option Include$/],
    ['-F /etc/x', /^-F is not supported$/],
    ['-L 1:b:2', /^-L is not supported$/],
    [
      '-o StrictHostKeyChecking=no',
      /^ansible_ssh_common_args: StrictHostKeyChecking no is not supported: host keys are always checked$/,
    ],
    ['-o Port=http', /Port is not a number from 1 to 65535: http$/],
    ['-o Port=70000', /Port is not a number/],
    ['-o IdentitiesOnly=maybe', /IdentitiesOnly is neither yes nor no/],
    ['-o User', /^User has no value$/],
    ['-o', /^-o has no value$/],
    ['host', /^host is not supported$/],
    [`-o 'User=x`, /^a quote is not closed$/],
  ])('%s is a mistake', (text, summary) => {
    expect(read(text).problems).toEqual([
      expect.objectContaining({ severity: 'error', summary: expect.stringMatching(summary) }),
    ])
  })

  test('without a ticket Kerberos is no matter', () => {
    const { value } = readSshArgs('-K')
    expect(readOptions(value, { hasTicket: false })).toEqual({ value: {}, problems: [] })
  })

  test('all mistakes are found, and what is right is kept', () => {
    const { value, problems } = read('-A -o Port=2222 -o SetEnv=A=b')
    expect(value).toEqual({ port: 2222 })
    expect(problems).toHaveLength(2)
  })
})
