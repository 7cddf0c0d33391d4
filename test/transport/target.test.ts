import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Target } from '../../src/model/connection.ts'
import type { ConnectionVars } from '../../src/transport/connection-vars.ts'
import type { Machine } from '../../src/transport/machine.ts'
import { readHops } from '../../src/transport/proxy-jump.ts'
import type { SshConfig } from '../../src/transport/ssh-config.ts'
import { readConfigLines } from '../../src/transport/ssh-config-lines.ts'
import { settingsOf } from '../../src/transport/ssh-settings.ts'
import { type ConnectionOptions, createTargetResolver } from '../../src/transport/target.ts'

const machine: Machine = {
  home: '/home/me',
  user: 'me',
  uid: 1000,
  hostname: 'desk.example.com',
  environment: { SSH_AUTH_SOCK: '/agent', KEYS: '/keys' },
  exists: (path) => !['/home/me/.ssh/id_ecdsa', '/home/me/.ssh/id_ecdsa_sk', '/tmp/krb5cc_1000'].includes(path),
}
/** Says the same of every host, or of the hosts by name. */
const config = (said: string | { readonly [name: string]: string }): SshConfig => ({
  for: (name) => {
    const text = typeof said === 'string' ? said : (said[name] ?? '')
    const lines = readConfigLines(text, 'config').value
    return { settings: settingsOf(lines) }
  },
  args: ['-F', 'config'],
  problems: [],
})
const resolve = (
  vars: ConnectionVars,
  options: ConnectionOptions = {},
  file: Parameters<typeof config>[0] = '',
  host = 'rs1',
) => createTargetResolver(options, config(file), machine)(host, vars)

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
      identityFiles: ['/home/me/.ssh/id_ed25519', '/home/me/.ssh/id_rsa', '/home/me/.ssh/id_ed25519_sk'],
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
      sshOptions: ['-F', 'config'],
    },
    problems: [],
  })
})

const FILE = `
HostName f.example.com
Port 3
User file
IdentityFile /file
IdentitiesOnly yes
UserKnownHostsFile /file-kh
GlobalKnownHostsFile none
StrictHostKeyChecking accept-new
ConnectTimeout 30
ServerAliveInterval 5
`

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
    keepAlive: { interval: 5, count: 3 },
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
    identityFiles: ['/home/me/inv', '/file'],
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
  expect(resolve(vars, options, 'StrictHostKeyChecking no')).toMatchObject({
    problems: [],
    value: {
      user: 'cli',
      identityFiles: ['cli.key', '/inv'],
      hostKey: 'accept-new',
      timeout: 1,
      sshOptions: [
        ...['-F', 'config', '-o', 'User=cli', '-o', 'IdentityFile=cli.key', '-o', 'IdentityFile=/inv'],
        ...['-o', 'StrictHostKeyChecking=accept-new', '-o', 'ConnectTimeout=1'],
      ],
    },
  })
})

test('the ssh config is asked about ansible_host, whose HostName then counts', () => {
  const file = { alias: 'HostName %h.Example.com' }
  expect(resolve({ ansible_host: 'alias' }, {}, file).value.address).toBe('alias.example.com')
  expect(resolve({}, {}, file).value.address).toBe('rs1')
  expect(resolve({ ansible_host: 'fe80::1%Eth0' }).value.address).toBe('fe80::1%Eth0')
})

test('home, tokens and variables in paths are expanded', () => {
  const { value, problems } = resolve(
    { ansible_host: '10.0.0.1', ansible_port: 2222, ansible_user: 'alice' },
    {},
    `IdentityFile %d/k-%h-%p-%r-%u-%n-%i-%k-%L-%l-%%h
     IdentityFile ~other/k
     IdentityFile ~/k
     IdentityFile \${KEYS}/%C
     UserKnownHostsFile ~/kh.%h
     GlobalKnownHostsFile /g.%h
     IdentityAgent ~/agent.%r
     HostKeyAlias Alias`,
  )
  expect(problems).toEqual([])
  expect(value).toMatchObject({
    identityFiles: [
      '/home/me/k-10.0.0.1-2222-alice-me-10.0.0.1-1000-Alias-desk-desk.example.com-%h',
      '~other/k',
      '/home/me/k',
      // sha1 of desk.example.com10.0.0.12222alice
      `/keys/${createHash('sha1').update('desk.example.com10.0.0.12222alice').digest('hex')}`,
    ],
    knownHosts: ['/home/me/kh.10.0.0.1'],
    globalKnownHosts: ['/g.%h'],
    agent: '/home/me/agent.alice',
    hostKeyAlias: 'alias',
  })
})

test.each([
  ['IdentityFile %x/k', 'rs1: %x means nothing in %x/k'],
  ['IdentityFile ${NOPE}/k', 'rs1: the environment has no NOPE, which ${NOPE}/k asks for'],
])('%s cannot be expanded', (line, summary) => {
  expect(resolve({}, {}, line).problems).toEqual([{ severity: 'error', summary }])
})

test.each([
  ['', '/agent'],
  ['IdentityAgent SSH_AUTH_SOCK', '/agent'],
  ['IdentityAgent $KEYS', '/keys'],
  ['IdentityAgent $NOPE', undefined],
  ['IdentityAgent none', undefined],
  ['IdentityAgent /sock', '/sock'],
])('%j names the agent %s', (line, agent) => {
  expect(resolve({}, {}, line).value.agent).toBe(agent)
})

describe('the way to a host', () => {
  const file = {
    rs1: 'ProxyJump ops@inner:2200',
    rs2: 'ProxyJump outer,ops@inner:2200',
    rs3: 'ProxyCommand nc -x "%h" %p %r %n %%',
    rs4: 'ProxyJump loop',
    rs5: 'ProxyJump gss',
    inner: 'HostName 10.0.0.2\nProxyJump outer',
    outer: 'HostName 10.0.0.1\nUser jump',
    loop: 'ProxyJump rs4',
    gss: 'HostbasedAuthentication yes',
  }
  const outer = { host: 'outer', address: '10.0.0.1', user: 'jump', port: 22, via: { kind: 'direct' } }
  const inner = { host: 'inner', address: '10.0.0.2', user: 'ops', port: 2200 }

  test.each(['rs1', 'rs2'])('%s: jump hosts are looked up in the config, and have ways of their own', (host) => {
    const { value, problems } = resolve({}, { user: 'me2', hostKey: 'accept-new' }, file, host)
    expect(problems).toEqual([])
    expect(value.user).toBe('me2')
    expect(value.via).toMatchObject({ target: { ...inner, via: { target: outer }, hostKey: 'accept-new' } })
  })

  test('hosts behind one jump host share it', () => {
    const resolveHost = createTargetResolver({}, config({ a: 'ProxyJump j', b: 'ProxyJump j' }), machine)
    const jumps = ['a', 'b'].map((host) => resolveHost(host, {}).value.via)
    expect(jumps[0]).toMatchObject({ kind: 'jump' })
    expect(jumps[0]?.kind === 'jump' && jumps[0].target).toBe(jumps[1]?.kind === 'jump' && jumps[1].target)
  })

  test('a command gets its tokens', () => {
    expect(resolve({ ansible_user: 'u' }, {}, file, 'rs3').value.via).toEqual({
      kind: 'command',
      command: 'nc -x "rs3" 22 u rs3 %',
    })
  })

  test('in a circle is a mistake', () => {
    expect(resolve({}, {}, file, 'rs4').problems).toEqual([
      expect.objectContaining({ summary: 'rs4: ProxyJump leads in a circle: me@rs4:22 -> me@loop:22 -> me@rs4:22' }),
    ])
  })

  test('what a jump host needs is needed for the hosts behind it', () => {
    expect(resolve({}, {}, file, 'rs5').value.needsOpenssh).toBe('HostbasedAuthentication (config:1)')
  })

  test.each(['', 'a@', '-x', 'a:0', 'a,,b', '[::1', '::1'])('ProxyJump %j cannot be read', (hops) => {
    expect(readHops(hops)).toBeUndefined()
  })
  test.each([
    ['a', [{ name: 'a' }]],
    [
      'u@d@a:22,[fe80::1]:2',
      [
        { name: 'a', user: 'u@d', port: 22 },
        { name: 'fe80::1', port: 2 },
      ],
    ],
    ['ssh://u@a:22/', [{ name: 'a', user: 'u', port: 22 }]],
  ])('ProxyJump %j', (hops, read) => {
    expect(readHops(hops)).toEqual(read)
  })
})

test('algorithms that ssh2 does not have are the system client’s', () => {
  expect(resolve({}, {}, 'Ciphers aes128-ctr').value.algorithms).toEqual({ ciphers: ['aes128-ctr'] })
  expect(resolve({}, {}, 'KexAlgorithms sntrup761x25519-sha512').value.needsOpenssh).toBe(
    'KexAlgorithms sntrup761x25519-sha512',
  )
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
    [{ ansible_port: 'ssh' }, /^rs1: ansible_port is not a port: ssh$/],
    [{ ansible_port: 0 }, /^rs1: ansible_port is not a port: 0$/],
    [{ ansible_port: 70000 }, /^rs1: ansible_port is not a port: 70000$/],
    [{ ansible_host: ['a'] }, /^rs1: ansible_host is not a text$/],
    [{ ansible_ssh_common_args: '-A' }, /^rs1: ansible_ssh_common_args: ssh option ForwardAgent is not supported/],
  ])('%j', (vars, summary) => {
    expect(resolve(vars).problems).toEqual([
      expect.objectContaining({ severity: 'error', summary: expect.stringMatching(summary) }),
    ])
  })
})
