import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSshArgs } from '../../src/transport/ssh-args.ts'
import { OTHER_NAMES, SSH_OPTIONS } from '../../src/transport/ssh-option-table.ts'
import { readOptions } from '../../src/transport/ssh-options.ts'
import { settingsOf } from '../../src/transport/ssh-settings.ts'

const recorded = readFileSync(join(import.meta.dirname, 'recorded/ssh_config_keywords'), 'utf8')
const keywords = recorded.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

test('no option of OpenSSH 9.2 and 10.0 is missing, and none stands twice', () => {
  const names = SSH_OPTIONS.map(({ name }) => name.toLowerCase())
  expect(keywords.filter((keyword) => !names.includes(keyword.toLowerCase()))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
  expect(names).toEqual([...names].sort())
  for (const name of Object.values(OTHER_NAMES)) expect(names).toContain(name)
})

test('docs/ssh.md has this table', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/ssh.md'), 'utf8')
  const rows = page
    .split('\n')
    .filter((line) => /^\| `[A-Za-z0-9]+` \| (honoured|needless|ignored|openssh|refused) \|/.test(line))
  expect(rows).toEqual(SSH_OPTIONS.map(({ name, handling, why }) => `| \`${name}\` | ${handling} | ${why} |`))
})

/** A value that each honoured option can have; the others that have no reader of their own are found by other means. */
const VALUES: Readonly<Record<string, string>> = {
  AddressFamily: 'inet',
  BindAddress: '::1',
  CertificateFile: '/c',
  Ciphers: 'aes128-ctr',
  ConnectTimeout: '5',
  GlobalKnownHostsFile: '/g',
  HashKnownHosts: 'yes',
  HostKeyAlgorithms: 'ssh-ed25519',
  HostKeyAlias: 'a',
  Hostname: 'h',
  IdentitiesOnly: 'yes',
  IdentityAgent: 'none',
  IdentityFile: '/i',
  KbdInteractiveAuthentication: 'no',
  KexAlgorithms: 'curve25519-sha256',
  MACs: 'hmac-sha1',
  PasswordAuthentication: 'no',
  Port: '2',
  PreferredAuthentications: 'password',
  ProxyCommand: 'nc',
  ProxyJump: 'j',
  PubkeyAuthentication: 'no',
  ServerAliveCountMax: '2',
  ServerAliveInterval: '2',
  StrictHostKeyChecking: 'accept-new',
  User: 'u',
  UserKnownHostsFile: '/k',
}
/** Honoured where files are read and blocks are chosen. */
const BY_THE_READER =
  /^(Host|Match|Include|IgnoreUnknown|Tag|CanonicalDomains|Canonicalize(Hostname|FallbackLocal|MaxDots|PermittedCNAMEs))$/

describe('each option does what the table says', () => {
  test.each(SSH_OPTIONS.map(({ name, handling }) => [name, handling] as const))('%s: %s', (name, handling) => {
    const value = VALUES[name] ?? 'yes'
    const read = readOptions(settingsOf([{ name, words: [value], rest: value }]), { hasTicket: true })
    const inArgs = readSshArgs(`-o ${name}=${value}`)
    if (handling === 'refused') expect(read.problems).toHaveLength(1)
    else expect(read.problems).toEqual([])
    if (handling === 'openssh') expect(read.value).toEqual({ needsOpenssh: name })
    else if (handling === 'honoured' && !BY_THE_READER.test(name)) expect(read.value).not.toEqual({})
    else expect(read.value).toEqual({})
    const isError = handling === 'ignored' || /^(Host|Match|Include)$/.test(name)
    expect(inArgs.problems).toHaveLength(isError ? 1 : 0)
  })
})
