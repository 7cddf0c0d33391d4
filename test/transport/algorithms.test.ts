import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { keyTypeOf, preferKnown, readAlgorithms, SUPPLIES } from '../../src/transport/algorithms.ts'

const constants = createRequire(import.meta.url)('ssh2/lib/protocol/constants.js')

/** A server that chooses its own primes could stop this process for minutes: Node tests each. */
const slow = (name: string): boolean => name.startsWith('diffie-hellman-group-exchange-')

test.each([
  ['kex', 'KEX'],
  ['ciphers', 'CIPHER'],
  ['macs', 'MAC'],
] as const)('%s are those of ssh2, but for group exchange', (name, theirs) => {
  const { usual, more } = SUPPLIES[name]
  const without = (names: readonly string[]): readonly string[] => names.filter((each) => !slow(each))
  expect(usual).toEqual(without(constants[`DEFAULT_${theirs}`]))
  expect([...usual, ...more]).toEqual(without(constants[`SUPPORTED_${theirs}`]))
})

test('host keys are those of ssh2, but SHA-1 and DSA are not usual', () => {
  const { usual, more } = SUPPLIES.hostKeys
  expect([...usual, ...more]).toEqual(constants.SUPPORTED_SERVER_HOST_KEY)
  expect(usual).not.toContain('ssh-rsa')
})

describe('a list is read as OpenSSH does', () => {
  const supply = { usual: ['a1', 'a2', 'b1'], more: ['c1', 'c2'] }
  test.each([
    ['b1,a1', ['b1', 'a1']],
    ['c*', ['c1', 'c2']],
    ['?1', ['a1', 'b1', 'c1']],
    ['+c2', ['a1', 'a2', 'b1', 'c2']],
    ['+a1', ['a1', 'a2', 'b1']],
    ['-a*', ['b1']],
    ['^c1,b1', ['c1', 'b1', 'a1', 'a2']],
    ['sntrup761,a2', ['a2']],
    ['sntrup761', []],
    ['-*', []],
  ])('%s', (list, names) => {
    expect(readAlgorithms(list, supply)).toEqual(names)
  })
})

describe('which key a host is asked for', () => {
  const usual = SUPPLIES.hostKeys.usual
  test.each([
    ['nothing known', []],
    ['the best known', ['ssh-ed25519']],
    ['the best and another known', ['ssh-rsa', 'ssh-ed25519']],
    ['only a type that ssh2 lacks', ['sk-ssh-ed25519@openssh.com']],
  ])('%s: the usual order', (_, known) => {
    expect(preferKnown(known)).toEqual(usual)
  })

  test.each([
    ['rsa', ['ssh-rsa'], ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']],
    ['ecdsa', ['ecdsa-sha2-nistp256'], ['ecdsa-sha2-nistp256', 'ssh-ed25519']],
  ])('%s is asked for first, the rest after it', (_, known, start) => {
    const order = preferKnown(known)
    expect(order.slice(0, start.length)).toEqual(start)
    expect([...order].sort()).toEqual([...usual].sort())
  })

  test('of a list of its own', () => {
    expect(preferKnown(['ssh-rsa'], ['ssh-ed25519', 'rsa-sha2-256'])).toEqual(['rsa-sha2-256', 'ssh-ed25519'])
    expect(keyTypeOf('rsa-sha2-256')).toBe('ssh-rsa')
  })
})
