import { describe, expect, test } from 'vitest'
import { editsFor, obstacle, standingOf, tellStandings } from '../../src/cli/trust-plan.ts'
import { shownKey } from '../../src/transport/host-key.ts'
import { parseKnownHosts } from '../../src/transport/known-hosts.ts'
import { edited } from '../../src/transport/known-hosts-edit.ts'
import { aTarget } from '../transport/a-target.ts'
import { newKeyPair } from '../transport/new-key.ts'

const keyOf = () => {
  const [type = '', encoded = ''] = newKeyPair('ed25519').public.split(' ')
  return { text: `${type} ${encoded.trim()}`, key: shownKey(Buffer.from(encoded, 'base64')) }
}
const [ours, other, third] = [keyOf(), keyOf(), keyOf()]
const target = aTarget({ knownHosts: ['/kh'] })
const standing = (text: string, keys = [ours.key], file = '/kh') =>
  standingOf(target, keys, [parseKnownHosts(text, file)])

test.each([
  ['', 'new'],
  [`10.0.0.1 ${ours.text}\n`, 'known'],
  [`10.0.0.1 ${ours.text}\n10.0.0.1 ${other.text}\n`, 'known'],
  [`10.0.0.1 ${other.text}\n`, 'changed'],
  [`10.0.0.1 ${ours.text}\n@revoked * ${ours.text}\n`, 'refused'],
  [`@cert-authority * ${other.text}\n`, 'new'],
])('%j: %s', (text, kind) => {
  expect(standing(text).kind).toBe(kind)
})

test('a host without a key that can be checked is not new', () => {
  expect(standing('', []).kind).toBe('refused')
})

describe('a file is edited line by line', () => {
  const rewrite = (text: string, hash = false): string => {
    const [edit] = editsFor([standing(text)])
    return edited(text, { file: '/kh', drop: [], add: [], ...edit, hash })
  }
  test.each([
    ['', `10.0.0.1 ${ours.text}\n`],
    ['# c', `# c\n10.0.0.1 ${ours.text}\n`],
    [`10.0.0.1 ${other.text} comment\nx y\n`, `x y\n10.0.0.1 ${ours.text}\n`],
    [`a,10.0.0.1,b ${other.text} c\n`, `a,b ${other.text} c\n10.0.0.1 ${ours.text}\n`],
    [`@revoked 10.0.0.1 ${third.text}\n`, `@revoked 10.0.0.1 ${third.text}\n10.0.0.1 ${ours.text}\n`],
  ])('%j', (text, after) => {
    expect(rewrite(text)).toBe(after)
  })
  test('hashed where that is wished', () => {
    expect(rewrite('', true)).toMatch(/^\|1\|\S+ ssh-ed25519 \S+\n$/)
  })
})

test.each([
  [`10.0.0.1 ${other.text}\n`, '/kh', undefined],
  [`10.0.0.* ${other.text}\n`, '/kh', '/kh:1 is for other hosts too: mend it by hand'],
  [`10.0.0.1 ${other.text}\n`, '/etc/kh', '/etc/kh is not yours: mend line 1 there'],
])('%j in %s can be replaced, or why not', (text, file, why) => {
  expect(obstacle(standing(text, [ours.key], file))).toBe(why)
})

test('hosts that share their keys are told together', () => {
  const twin = { ...target, host: 'rs2', address: '10.0.0.2' }
  const told = tellStandings([standing(''), standingOf(twin, [ours.key], []), standingOf(twin, [other.key], [])])
  expect(told).toMatch(/^new {2}rs1 \(10\.0\.0\.1\), rs2 \(10\.0\.0\.2\)\n {4}ssh-ed25519 SHA256:\S+\nnew {2}rs2 /)
})
