import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { thisMachine } from '../../src/transport/machine.ts'
import { readHops } from '../../src/transport/proxy-jump.ts'
import { readSshConfig } from '../../src/transport/ssh-config.ts'
import { createAskSsh } from '../../src/transport/ssh-g.ts'
import { readOptions } from '../../src/transport/ssh-options.ts'
import { argsOf, mergeSettings, type Settings, settingsOf } from '../../src/transport/ssh-settings.ts'
import { expandPath, expandTokens, tokensOf } from '../../src/transport/ssh-tokens.ts'
import { part, seed } from '../part.ts'
import { lacks } from './needs.ts'

/** Names that configurations speak of, and that are asked about. */
const NAMES = ['web1', 'web2', 'db1', 'db.example.com', 'WEB1', 'alias']
const USERS = ['root', 'ops', 'deploy']

const pattern = fc.constantFrom(...NAMES, '*', 'web*', 'w?b1', '*.example.com', 'db?', 'real', 'real.*')
const maybeNot = fc.constantFrom('', '', '', '!')
const patterns = fc
  .array(fc.tuple(maybeNot, pattern), { minLength: 1, maxLength: 3 })
  .map((all) => all.map(([not, one]) => `${not}${one}`))
const quoted = (text: string) => fc.constantFrom(text, text, `"${text}"`)
const file = fc
  .constantFrom('/k/a', '/k/b', '~/.ssh/k c', '%d/k.%h', '/k/%r@%n-%p', '/k/%%')
  .map((path) => (path.includes(' ') ? `"${path}"` : path))

const knownHosts = fc.constantFrom('/k/a', '~/k', '%d/k.%h', '/k/%r@%n-%p', '/k/%%')

const option = fc.oneof(
  fc
    .constantFrom('real', '%h.example.com', 'real.example.com', '10.0.0.7')
    .chain(quoted)
    .map((value) => `HostName ${value}`),
  fc.integer({ min: 1, max: 65535 }).map((port) => `Port ${port}`),
  fc
    .constantFrom(...USERS)
    .chain(quoted)
    .map((user) => `User ${user}`),
  file.map((path) => `IdentityFile ${path}`),
  file.map((path) => `CertificateFile ${path}`),
  fc.array(knownHosts, { minLength: 1, maxLength: 3 }).map((paths) => `UserKnownHostsFile ${paths.join(' ')}`),
  fc.constantFrom('/g/a /g/b', 'none').map((value) => `GlobalKnownHostsFile ${value}`),
  fc.constantFrom('yes', 'no', 'true', 'false').map((value) => `IdentitiesOnly ${value}`),
  fc.constantFrom('none', '/agent', 'SSH_AUTH_SOCK').map((value) => `IdentityAgent ${value}`),
  fc.constantFrom('yes', 'ask', 'accept-new').map((value) => `StrictHostKeyChecking ${value}`),
  fc.constantFrom('Alias', 'other.name').map((value) => `HostKeyAlias ${value}`),
  fc.constantFrom('5', '1m30s', '2h', 'none').map((value) => `ConnectTimeout ${value}`),
  fc.constantFrom('0', '30', '1m').map((value) => `ServerAliveInterval ${value}`),
  fc.constantFrom('1', '9').map((value) => `ServerAliveCountMax ${value}`),
  fc.constantFrom('any', 'inet', 'inet6').map((value) => `AddressFamily ${value}`),
  fc.constantFrom('10.0.0.9', '::1').map((value) => `BindAddress ${value}`),
  fc.constantFrom('yes', 'no').map((value) => `HashKnownHosts ${value}`),
  fc.constantFrom('none', 'jump', 'ops@jump:2200', 'a,b@c:1', 'ssh://u@j:9').map((value) => `ProxyJump ${value}`),
  fc.constantFrom('none', 'nc %h %p', 'nc "%h" %p | cat # no comment').map((value) => `ProxyCommand ${value}`),
  fc.constantFrom('aes128-ctr,aes256-ctr', 'aes128-ctr').map((value) => `Ciphers ${value}`),
  fc.constantFrom('curve25519-sha256', 'ecdh-sha2-nistp256').map((value) => `KexAlgorithms ${value}`),
  fc.constantFrom('hmac-sha2-256', 'hmac-sha1').map((value) => `MACs ${value}`),
  fc.constantFrom('ssh-ed25519', 'rsa-sha2-512,ssh-ed25519').map((value) => `HostKeyAlgorithms ${value}`),
  fc.constantFrom('# a comment', '', 'ForwardAgent yes', 'IgnoreUnknown Nonsense', 'SendEnv LANG LC_*'),
)
const spelled = fc
  .tuple(option, fc.constantFrom('', '  ', '\t'), fc.constantFrom('asis', 'lower', 'upper', 'equals'))
  .map(([line, indent, how]) => {
    const [name = '', ...rest] = line.split(' ')
    if (line === '' || line.startsWith('#')) return line
    if (how === 'equals') return `${indent}${name}=${rest.join(' ')}`
    return `${indent}${how === 'lower' ? name.toLowerCase() : how === 'upper' ? name.toUpperCase() : name} ${rest.join(' ')}`
  })

const list = patterns.map((all) => all.join(','))
const criterion = fc.oneof(
  fc
    .tuple(maybeNot, fc.constantFrom('host', 'originalhost'), list)
    .map(([not, name, value]) => `${not}${name} ${value}`),
  fc.tuple(maybeNot, fc.constantFrom(...USERS, 'o*,deploy')).map(([not, value]) => `${not}user ${value}`),
  fc.constantFrom('localuser root', '!localuser root', 'localuser nobody,r*'),
)
const head = fc.oneof(
  { weight: 3, arbitrary: patterns.map((all) => `Host ${all.join(' ')}`) },
  { weight: 3, arbitrary: fc.array(criterion, { minLength: 1, maxLength: 3 }).map((all) => `Match ${all.join(' ')}`) },
  fc.constantFrom('Match all', 'Match final all', 'Match final host *.example.com', 'Match canonical all'),
)
const body = fc.array(spelled, { maxLength: 5 })
const block = fc.tuple(head, body).map(([first, lines]) => [first, ...lines].join('\n'))
const text = fc
  .tuple(body, fc.array(block, { maxLength: 5 }))
  .map(([lines, blocks]) => [...lines, ...blocks].join('\n'))
/** A file that includes one of its own somewhere, a directory of files, or nothing. */
const whole = fc.record({
  before: text,
  include: fc.constantFrom(
    '',
    'Include DIR/inner',
    'Include DIR/parts/*.conf',
    'Include DIR/parts/1* nowhere',
    '  Include "DIR/parts/2.conf"',
  ),
  after: text,
  inner: text,
  parts: fc.tuple(text, text),
  name: fc.constantFrom(...NAMES),
  said: fc.constantFrom('', '', 'User ops', 'Port 9', 'HostName real', 'ProxyJump x'),
})

/** Both sides with what OpenSSH takes where nothing is said, and paths as `-G` prints them. */
const filled = (settings: Settings, name: string, pathsAre: 'written' | 'expanded'): object => {
  const { value, problems } = readOptions(settings, { hasTicket: false })
  expect(problems).toEqual([])
  const { hostname = name, port = 22, user = 'root', hostKeyAlias } = value
  const address = expandTokens(hostname, { h: name }).toLowerCase()
  const tokens = tokensOf({ name, address, port, user, alias: hostKeyAlias, jump: '' }, thisMachine())
  const knownHosts = value.userKnownHosts?.map((path) =>
    pathsAre === 'written' ? expandPath(path, tokens, { ...thisMachine(), home: '/root' }) : path,
  )
  return {
    ...{ identitiesOnly: false, hashKnownHosts: false, aliveInterval: 0, aliveCount: 3, addressFamily: 'any' },
    ...{ hostKey: 'strict', proxy: { kind: 'none' } },
    ...value,
    ...{ hostname: address, port, user, hostKeyAlias: hostKeyAlias?.toLowerCase(), userKnownHosts: knownHosts },
    methods: undefined,
    ...(value.proxy?.kind === 'jump' && { proxy: readHops(value.proxy.hops) }),
  }
}

describe.skipIf(lacks('ssh configs beside ssh -G', 'ssh', 'root'))('what ssh -G says of a host', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-ssh-config-'))
    mkdirSync(join(folder, 'parts'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is what is read of generated configurations', () => {
    const askSsh = createAskSsh()
    const runs = part('ssh configs beside ssh -G: configurations', 1000, 150)
    fc.assert(
      fc.property(whole, ({ before, include, after, inner, parts, name, said: line }) => {
        const put = (path: string, content: string): void => writeFileSync(join(folder, path), `${content}\n`)
        put('config', [before, include.replaceAll('DIR', folder), after].join('\n'))
        put('inner', inner)
        parts.forEach((content, index) => {
          put(`parts/${index + 1}.conf`, content)
        })
        const [option = '', value = ''] = line.split(' ')
        const said = line === '' ? settingsOf([]) : settingsOf([{ name: option, words: [value], rest: value }])
        const path = join(folder, 'config')
        const config = readSshConfig({ path, home: '/root', user: 'root', mayRun: false })
        expect(config.problems).toEqual([])
        const theirs = askSsh(name, ['-F', path, ...argsOf(said)])
        if ('problem' in theirs) throw new Error(theirs.problem)
        const read = mergeSettings([said, config.for(name, said).settings])
        expect(filled(read, name, 'written')).toEqual(filled(theirs.settings, name, 'expanded'))
      }),
      { numRuns: runs, seed },
    )
  })
})
