import { describe, expect, test } from 'vitest'
import type { Target } from '../../src/model/connection.ts'
import type { SshConfig } from '../../src/transport/ssh-config.ts'
import type { SshOptions } from '../../src/transport/ssh-options.ts'
import { type ConnectionOptions, type ConnectionVars, type Machine, resolveTarget } from '../../src/transport/target.ts'

const machine: Machine = {
  home: '/home/me',
  user: 'me',
  agent: '/agent',
  exists: (path) => path !== '/home/me/.ssh/id_ecdsa',
}
const config = (value: SshOptions): SshConfig => ({ for: () => ({ value, problems: [] }) })
const resolve = (vars: ConnectionVars, options: ConnectionOptions = {}, file: SshOptions = {}) =>
  resolveTarget('rs1', vars, options, config(file), machine)

test('nothing said: the defaults', () => {
  expect(resolve({})).toEqual({
    value: {
      host: 'rs1',
      wants: 'ssh',
      address: 'rs1',
      port: 22,
      user: 'me',
      via: { kind: 'direct' },
      addressFamily: 'any',
      identityFiles: ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_rsa'],
      certificateFiles: [],
      identitiesOnly: false,
      agent: '/agent',
      knownHosts: ['/home/me/.ssh/known_hosts', '/home/me/.ssh/known_hosts2'],
      globalKnownHosts: ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'],
      hostKey: 'strict',
      hashKnownHosts: false,
      algorithms: {},
      timeout: 10,
      keepAlive: { interval: 15, count: 3 },
      sshName: 'rs1',
      sshOptions: [],
    },
    problems: [],
  })
})

const FILE: SshOptions = {
  hostname: 'f.example.com',
  port: 3,
  user: 'file',
  identityFiles: ['/file'],
  identitiesOnly: true,
  userKnownHosts: ['/file-kh'],
  globalKnownHosts: [],
  hostKey: 'accept-new',
  timeout: 30,
}

test('an ssh config is above the defaults', () => {
  expect(resolve({}, {}, FILE).value).toMatchObject({
    address: 'f.example.com',
    port: 3,
    user: 'file',
    identityFiles: ['/file'],
    identitiesOnly: true,
    knownHosts: ['/file-kh'],
    globalKnownHosts: [],
    hostKey: 'accept-new',
    timeout: 30,
  })
})

test.each<[string, Target['wants'], string]>([
  ['ssh', 'ssh', 'ops'],
  ['smart', 'ssh', 'ops'],
  ['openssh', 'openssh', 'ops'],
  ['ansible.builtin.local', 'local', 'me'], // nobody logs in: it is who runs this
])('ansible_connection: %s', (ansible_connection, wants, user) => {
  const { value, problems } = resolve({ ansible_connection, ansible_user: 'ops' })
  expect({ wants: value.wants, user: value.user, problems }).toEqual({ wants, user, problems: [] })
})

test('the inventory is above an ssh config', () => {
  const vars: ConnectionVars = {
    ansible_port: 2222,
    ansible_user: 'inv',
    ansible_ssh_private_key_file: '~/inv',
    ansible_ssh_common_args:
      '-o UserKnownHostsFile=/inv-kh -o GlobalKnownHostsFile=/inv-g -o IdentitiesOnly=no -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -o User=args',
  }
  expect(resolve(vars, {}, FILE).value).toMatchObject({
    port: 2222,
    user: 'inv',
    identityFiles: ['/home/me/inv'],
    identitiesOnly: false,
    knownHosts: ['/inv-kh'],
    globalKnownHosts: ['/inv-g'],
    hostKey: 'strict',
    timeout: 5,
  })
})

test('the command line is above all', () => {
  const options = { user: 'cli', privateKey: 'cli.key', hostKey: 'accept-new', timeout: 1 } as const
  const vars = {
    ansible_user: 'inv',
    ansible_ssh_private_key_file: '/inv',
    ansible_ssh_common_args: '-o ConnectTimeout=5',
  }
  expect(resolve(vars, options, { hostKey: 'strict' }).value).toMatchObject({
    user: 'cli',
    identityFiles: ['cli.key'],
    hostKey: 'accept-new',
    timeout: 1,
  })
})

test('the ssh config is asked about ansible_host, whose HostName then counts', () => {
  const asked: string[] = []
  const file: SshConfig = {
    for: (name) => {
      asked.push(name)
      return { value: name === 'alias' ? { hostname: '%h.example.com' } : {}, problems: [] }
    },
  }
  expect(resolveTarget('rs1', { ansible_host: 'alias' }, {}, file, machine).value.address).toBe('alias.example.com')
  expect(resolveTarget('rs1', {}, {}, file, machine).value.address).toBe('rs1')
  expect(asked).toEqual(['alias', 'rs1'])
})

test('home and tokens in paths are expanded', () => {
  const { value } = resolve(
    { ansible_host: '10.0.0.1', ansible_port: 2222, ansible_user: 'alice' },
    {},
    {
      identityFiles: ['%d/k-%h-%p-%r-%u-%n-%%h', '~other/k', '~/k'],
      userKnownHosts: ['~/kh.%h'],
      globalKnownHosts: [],
    },
  )
  expect(value.identityFiles).toEqual(['/home/me/k-10.0.0.1-2222-alice-me-10.0.0.1-%h', '~other/k', '/home/me/k'])
  expect(value.knownHosts).toEqual(['/home/me/kh.10.0.0.1'])
})

test.each<[ConnectionVars]>([
  [{ ansible_connection: 'ssh' }],
  [{ ansible_connection: 'smart' }],
  [{ ansible_connection: 'ansible.builtin.ssh' }],
  [{ ansible_port: '2222' }],
  [{ ansible_host: null }],
])('%j is fine', (vars) => {
  expect(resolve(vars).problems).toEqual([])
})

describe('mistakes name the host and the variable', () => {
  test.each<[ConnectionVars, RegExp]>([
    [{ ansible_connection: 'winrm' }, /^rs1: ansible_connection: winrm is not supported$/],
    [{ ansible_connection: 'docker' }, /^rs1: ansible_connection: docker is not supported$/],
    [{ ansible_connection: 'constructor' }, /^rs1: ansible_connection: constructor is not supported$/],
    [{ ansible_password: 'x' }, /^rs1: login with a password is not supported yet$/],
    [{ ansible_port: 'ssh' }, /^rs1: ansible_port is not a port: ssh$/],
    [{ ansible_port: 0 }, /^rs1: ansible_port is not a port: 0$/],
    [{ ansible_port: 70000 }, /^rs1: ansible_port is not a port: 70000$/],
    [{ ansible_host: ['a'] }, /^rs1: ansible_host is not a text$/],
    [{ ansible_ssh_common_args: '-J b' }, /^rs1: ansible_ssh_common_args: ProxyJump is not supported yet$/],
  ])('%j', (vars, summary) => {
    expect(resolve(vars).problems).toEqual([
      expect.objectContaining({ severity: 'error', summary: expect.stringMatching(summary) }),
    ])
  })

  test('a password in a message is never the password', () => {
    expect(JSON.stringify(resolve({ ansible_password: 'S3cret' }))).not.toContain('S3cret')
  })
})
