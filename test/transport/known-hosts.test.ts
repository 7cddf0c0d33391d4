import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  fingerprint,
  hashName,
  type KnownKey,
  knownHostsName,
  lookUp,
  lookUpKey,
  lookUpListed,
  parseKnownHosts,
} from '../../src/transport/known-hosts.ts'

const path = join(import.meta.dirname, 'recorded/known_hosts')
const file = parseKnownHosts(readFileSync(path, 'utf8'), path)
const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIOP/q6nJRebWneD7vU5MhwvqZZVxhWE0p1uVquxREZQv'

/** What `ssh-keygen -F NAME -f known_hosts` of OpenSSH 9.2 printed, without line 13, whose key cannot be decoded. */
const FOUND_BY_OPENSSH: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['rs1', ['3', '9', '10 revoked']],
  ['10.0.0.1', ['3']],
  ['[rs1]:2222', ['4']],
  ['[rs1]:2223', []],
  ['a.example.com', ['5']],
  ['x.y.example.com', ['5']],
  ['bad.example.com', []],
  ['example.com', []],
  ['neg.a', []],
  ['rs3', ['8']],
  ['10.0.1.2', ['7']],
  ['10.0.12.2', []],
  ['h.ca.net', ['11 ca']],
  ['[10.0.0.9]:1', ['15']],
  ['10.0.0.9', []],
  ['indented', ['16']],
  ['crlf', ['17']],
  ['2001:db8::1', ['18']],
  ['[2001:db8::1]:22022', ['19']],
  ['hashed.host', ['20']],
  ['[hashed.host]:2200', ['21']],
  ['nobody', []],
  ['*', []],
]

describe('lookUp finds what OpenSSH finds', () => {
  test.each(FOUND_BY_OPENSSH)('%s', (name, lines) => {
    const { keys, revoked, authorities } = lookUp([file], name)
    const found = [
      ...keys.map((entry) => `${entry.line}`),
      ...revoked.map((entry) => `${entry.line} revoked`),
      ...authorities.map((entry) => `${entry.line} ca`),
    ]
    expect(found.sort()).toEqual([...lines].sort())
  })
})

test.each(FOUND_BY_OPENSSH)('%s: lookUpKey finds of each key what lookUp finds', (name) => {
  const all = lookUp([file], name)
  for (const key of new Set([...all.keys, ...all.revoked, ...all.authorities].map((entry) => entry.key))) {
    const only = (entries: readonly KnownKey[]) => entries.filter((entry) => entry.key === key)
    expect(lookUpKey([file], name, key)).toEqual({
      keys: only(all.keys),
      revoked: only(all.revoked),
      authorities: only(all.authorities),
    })
  }
  expect(lookUpKey([file], name, 'AAAA')).toEqual({ keys: [], revoked: [], authorities: [] })
})

test('lookUpListed passes hashed names over', () => {
  expect(lookUpListed([file], 'hashed.host').keys).toEqual([])
  expect(lookUpListed([file], 'a.example.com').keys).toHaveLength(1)
})

test('several files are read as one', () => {
  const other = parseKnownHosts(`rs1 ssh-ed25519 ${KEY}\n`, '/other')
  expect(lookUp([file, other], 'rs1').keys.map((entry) => `${entry.file}:${entry.line}`)).toEqual([
    `${path}:3`,
    `${path}:9`,
    '/other:1',
  ])
})

test('a file with a hashed name is known as one that hashes', () => {
  expect(file.hashed).toHaveLength(2)
  expect(parseKnownHosts(`rs1 ssh-ed25519 ${KEY}`, 'f').hashed).toHaveLength(0)
})

test.each([
  ['rs1', 22, 'rs1'],
  ['RS1.Example.COM', 22, 'rs1.example.com'],
  ['10.0.0.1', 2222, '[10.0.0.1]:2222'],
  ['2001:db8::1', 22, '2001:db8::1'],
  ['2001:db8::1', 2222, '[2001:db8::1]:2222'],
])('%s port %i is listed as %s', (address, port, name) => {
  expect(knownHostsName(address, port)).toBe(name)
})

test('the fingerprint is the one that ssh-keygen -l prints', () => {
  expect(fingerprint(Buffer.from(KEY, 'base64'))).toBe('SHA256:lzZsN5/YUAY4w/tdO0tuLJm2q86hoN1oqGKC9wQBuxE')
})

test('a hashed name is found again, and no other', () => {
  const name = fc.stringMatching(/^[a-z0-9.]{1,20}$/)
  fc.assert(
    fc.property(name, name, fc.uint8Array({ minLength: 20, maxLength: 20 }), (one, other, bytes) => {
      const salt = Buffer.from(bytes)
      const line = `|1|${salt.toString('base64')}|${hashName(salt, one).toString('base64')} ssh-ed25519 ${KEY}`
      const hashed = parseKnownHosts(line, 'f')
      expect(lookUp([hashed], one).keys).toHaveLength(1)
      expect(lookUp([hashed], other).keys).toHaveLength(one === other ? 1 : 0)
    }),
  )
})

test('no text at all makes the reader fail', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[|@,!*?1:a\\[\]() =\t\n]{0,80}$/), fc.string(), (text, name) => {
      lookUp([parseKnownHosts(text, 'f')], name)
    }),
  )
})
