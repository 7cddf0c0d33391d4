import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Target } from '../../src/model/connection.ts'
import { lookUp, parseKnownHosts } from '../../src/transport/known-hosts.ts'
import { createTransport } from '../../src/transport/transports.ts'
import { part, seed } from '../part.ts'
import { command } from './fleet.ts'
import { lacks } from './needs.ts'
import { type KeyType, makeKey, type Sshd, startSshd } from './sshd.ts'

const signal = new AbortController().signal
const TYPES: readonly KeyType[] = ['ed25519', 'ecdsa', 'rsa']
type Verdict = 'known' | 'unknown' | 'changed' | 'revoked'

/** A line before the port is known: whose key, under which name, how written. */
const line = fc.record({
  key: fc.constantFrom(...TYPES, 'stranger', 'stranger-rsa', 'broken'),
  names: fc.constantFrom(
    'PORT',
    'PORT',
    'ALIAS',
    'ALIAS',
    'BARE',
    'other',
    'PORT,ALIAS',
    '*',
    'al*,!ALIAS',
    '[127.*]:*',
    '[127.0.0.?]:*',
    'AL?AS',
  ),
  hash: fc.boolean(),
  marker: fc.constantFrom('', '', '', '', '@revoked ', '@strange '),
  ending: fc.constantFrom('', ' a comment', '\r', '\t'),
  noise: fc.constantFrom(
    '',
    '',
    '# comment\n',
    '\n',
    'truncated\n',
    'x ssh-ed25519\n',
    '|1|bad|hash ssh-ed25519 AAAA\n',
  ),
})
const situation = fc.record({
  lines: fc.array(line, { maxLength: 4 }),
  second: fc.array(line, { maxLength: 2 }),
  alias: fc.boolean(),
})

/** Files over which ours and ssh once came apart. */
const PLAIN = { hash: false, marker: '', ending: '', noise: '' }
const FOUND = [
  {
    lines: [
      { ...PLAIN, key: 'ecdsa', names: 'AL?AS' },
      { ...PLAIN, key: 'stranger', names: 'ALIAS', hash: true },
    ],
    second: [],
    alias: true,
  },
  {
    lines: [{ ...PLAIN, key: 'ed25519', names: 'PORT' }],
    second: [
      { ...PLAIN, key: 'ecdsa', names: 'PORT' },
      { ...PLAIN, key: 'ed25519', names: 'PORT', marker: '@revoked ' },
    ],
    alias: false,
  },
  {
    lines: [{ ...PLAIN, key: 'ed25519', names: 'PORT,ALIAS', marker: '@revoked ' }],
    second: [{ ...PLAIN, key: 'ecdsa', names: 'ALIAS', hash: true }],
    alias: true,
  },
  {
    lines: [{ ...PLAIN, key: 'ed25519', names: 'PORT', marker: '@revoked ' }],
    second: [
      { ...PLAIN, key: 'ecdsa', names: 'PORT', hash: true },
      { ...PLAIN, key: 'stranger', names: 'PORT' },
    ],
    alias: false,
  },
  {
    lines: [{ ...PLAIN, key: 'ecdsa', names: 'PORT,ALIAS', marker: '@revoked ' }],
    second: [{ ...PLAIN, key: 'ecdsa', names: 'ALIAS' }],
    alias: true,
  },
]

describe.skipIf(lacks('known_hosts beside ssh and ssh-keygen', 'root', 'sshd', 'ssh'))('known_hosts', () => {
  let sshd: Sshd
  let keys: ReadonlyMap<string, string>
  beforeAll(async () => {
    sshd = await startSshd({ hostKeys: TYPES })
    const publicKey = (path: string): string => readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
    keys = new Map([
      ...TYPES.map((type) => [type, publicKey(join(sshd.dir, `host_${type}`))] as const),
      ['stranger', publicKey(makeKey(sshd.dir, 'stranger'))],
      ['stranger-rsa', publicKey(makeKey(sshd.dir, 'stranger-rsa', 'rsa'))],
      ['broken', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOP/q6nJ'],
    ])
  })
  afterAll(() => sshd?.stop())

  const write = (path: string, lines: readonly (typeof line extends fc.Arbitrary<infer T> ? T : never)[]): string => {
    const port = `[127.0.0.1]:${sshd.port}`
    const meant = (names: string): string =>
      names
        .replaceAll('PORT', port)
        .replaceAll('ALIAS', 'alias')
        .replaceAll('AL?AS', 'al?as')
        .replaceAll('BARE', '127.0.0.1')
    const hashed = (name: string, key: string): string => {
      const scratch = join(sshd.dir, 'scratch')
      writeFileSync(scratch, `${name} ${key}\n`)
      execFileSync('ssh-keygen', ['-q', '-H', '-f', scratch], { stdio: 'ignore' })
      return readFileSync(scratch, 'utf8').trimEnd()
    }
    const text = lines.map(({ key, names, hash, marker, ending, noise }) => {
      const [name, blob] = [meant(names), keys.get(key) ?? '']
      const plain = hash && key !== 'broken' && !/[*?!,]/.test(name) ? hashed(name, blob) : `${name} ${blob}`
      return `${noise}${marker}${plain}${ending}\n`
    })
    writeFileSync(path, text.join(''))
    return path
  }

  /** What ssh says of it, with no key to log in: who gets as far as the login knows the host. */
  const asSsh = async (files: readonly string[], alias: boolean): Promise<Verdict> => {
    const options = [
      ...[`UserKnownHostsFile=${files.join(' ')}`, 'GlobalKnownHostsFile=none', 'StrictHostKeyChecking=yes'],
      ...['BatchMode=yes', 'PubkeyAuthentication=no', 'UpdateHostKeys=no', 'LogLevel=INFO'],
      ...(alias ? ['HostKeyAlias=alias'] : []),
    ].flatMap((one) => ['-o', one])
    const { stderr } = await command(['ssh', '-F', 'none', '-p', `${sshd.port}`, ...options, 'root@127.0.0.1', 'true'])
    if (/REVOKED HOST KEY/.test(stderr)) return 'revoked'
    if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(stderr)) return 'changed'
    if (/No \S+ host key is known/.test(stderr)) return 'unknown'
    if (/Permission denied/.test(stderr)) return 'known'
    throw new Error(stderr)
  }
  const asHere = async (files: readonly string[], alias: boolean): Promise<Verdict> => {
    const target: Target = {
      ...sshd.target,
      knownHosts: files,
      identityFiles: [],
      ...(alias && { hostKeyAlias: 'alias' }),
    }
    const opened = await createTransport({ connectLimit: [6, 30], random: () => 0 }).open(target, signal)
    if (opened.kind === 'open') throw new Error('nobody can log in')
    if (/marked as revoked/.test(opened.reason)) return 'revoked'
    if (/has changed/.test(opened.reason)) return 'changed'
    if (/is not in/.test(opened.reason)) return 'unknown'
    if (/accepts/.test(opened.reason)) return 'known'
    throw new Error(opened.reason)
  }
  /** Numbers of the lines that are about a name; ssh-keygen does not look whether the key of a line is one. */
  const linesOf = (file: string, name: string): readonly number[] => {
    const { stdout } = spawnSync('ssh-keygen', ['-F', name, '-f', file], { encoding: 'utf8' })
    const text = readFileSync(file, 'utf8').split('\n')
    const found = [...stdout.matchAll(/^# Host .* found: line (\d+)/gm)].map(([, number]) => Number(number))
    return found.filter((number) => !text[number - 1]?.includes(keys.get('broken') ?? ''))
  }

  test('generated files mean to us what they mean to ssh-keygen -F and to ssh', async () => {
    const seen = new Set<Verdict>()
    const runs = part('known_hosts beside ssh and ssh-keygen: files', 200, 40)
    await fc.assert(
      fc.asyncProperty(situation, async ({ lines, second, alias }) => {
        const files = [write(join(sshd.dir, 'kh1'), lines), write(join(sshd.dir, 'kh2'), second)]
        const name = alias ? 'alias' : `[127.0.0.1]:${sshd.port}`
        for (const file of files) {
          const {
            keys: plain,
            revoked,
            authorities,
          } = lookUp([parseKnownHosts(readFileSync(file, 'utf8'), file)], name)
          const ours = [...plain, ...revoked, ...authorities].map((entry) => entry.line).sort((a, b) => a - b)
          expect(ours).toEqual(linesOf(file, name))
        }
        const theirs = await asSsh(files, alias)
        seen.add(theirs)
        expect(await asHere(files, alias)).toBe(theirs)
      }),
      { numRuns: runs, seed, examples: FOUND.map((one) => [one]) },
    )
    expect([...seen].sort()).toEqual(['changed', 'known', 'revoked', 'unknown'])
  })
})
