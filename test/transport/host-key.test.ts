import { describe, expect, test } from 'vitest'
import { judge, shownKey } from '../../src/transport/host-key.ts'
import { parseKnownHosts } from '../../src/transport/known-hosts.ts'
import { aTarget } from './a-target.ts'

const string = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
const wire = (type: string, ...fields: readonly (string | number)[]): Buffer =>
  Buffer.concat(
    [type, ...fields].map((one) => string(typeof one === 'number' ? Buffer.alloc(32, one) : Buffer.from(one))),
  )
const ours = wire('ssh-ed25519', 1)
const other = wire('ssh-ed25519', 2)
const ecdsa = wire('ecdsa-sha2-nistp256', 'nistp256', 3)
const line = (names: string, blob: Buffer, marker = ''): string =>
  `${marker}${names} ${shownKey(blob).type} ${blob.toString('base64')}`

const judged = (
  knownHosts: readonly string[],
  blob: Buffer,
  policy: 'strict' | 'accept-new' = 'strict',
  port = 22,
  hostKeyAlias?: string,
) => {
  const file = parseKnownHosts(knownHosts.join('\n'), '/kh')
  const target = aTarget({ port, knownHosts: ['/kh', '/kh2'], ...(hostKeyAlias !== undefined && { hostKeyAlias }) })
  return judge(shownKey(blob), [file], policy, { target, asked: 'rs9' })
}

test('the type of a key is read from its wire form', () => {
  expect(shownKey(ecdsa).type).toBe('ecdsa-sha2-nistp256')
  expect(shownKey(Buffer.alloc(2)).type).toBe('')
})

describe('trusted', () => {
  test.each([
    ['the known key', [line('10.0.0.1', ours)], 22],
    ['one of several', [line('10.0.0.1', other), line('10.0.0.1', ours)], 22],
    ['known with its port', [line('[10.0.0.1]:2222', ours)], 2222],
    ['known without its port', [line('10.0.0.1', ours)], 2222],
  ])('%s', (_, lines, port) => {
    expect(judged(lines, ours, 'strict', port)).toEqual({ kind: 'trusted' })
    expect(judged(lines, ours, 'accept-new', port)).toEqual({ kind: 'trusted' })
  })
})

describe('never trusted, whatever the policy', () => {
  test.each([
    ['another key of the type', [line('10.0.0.1', other)], 22, /has changed.*known is ssh-ed25519 SHA256:.*\/kh:1/],
    ['a key of another type only', [line('10.0.0.1', ecdsa)], 22, /has changed.*known is ecdsa-sha2-nistp256 SHA256/],
    [
      'the portless key, where another is known with the port',
      [line('[10.0.0.1]:2222', other), line('10.0.0.1', ours)],
      2222,
      /has changed/,
    ],
    ['revoked', [line('*', ours, '@revoked '), line('10.0.0.1', ours)], 22, /marked as revoked in \/kh:1/],
    ['revoked without its port', [line('10.0.0.1', ours, '@revoked ')], 2222, /marked as revoked/],
    [
      'only a certificate authority is known',
      [line('*', other, '@cert-authority ')],
      22,
      /only a certificate authority/,
    ],
  ])('%s', (_, lines, port, reason) => {
    for (const policy of ['strict', 'accept-new'] as const) {
      expect(judged(lines, ours, policy, port)).toMatchObject({
        kind: 'rejected',
        reason: expect.stringMatching(reason),
        hint: expect.stringMatching(/./),
      })
    }
  })
})

test('an unknown key is refused with its fingerprint and the next move, or accepted by policy', () => {
  expect(judged([line('10.0.0.2', ours)], ours)).toEqual({
    kind: 'rejected',
    reason: 'host key of rs1 (ssh-ed25519 SHA256:RXm/ruZ0eTzRXKwi1AQEDynB0VgHQ2ac9KPSFdf/YnA) is not in /kh, /kh2',
    hint: "compare the fingerprint on the host's console, then: ipvs-play trust rs9 (or accept new keys unseen: --host-key accept-new)",
  })
  expect(judged([], ours, 'accept-new')).toEqual({ kind: 'new' })
})

test('a changed key names the line to remove', () => {
  expect(judged([line('[10.0.0.1]:2222', other)], ours, 'strict', 2222)).toMatchObject({
    hint: expect.stringContaining("ipvs-play trust --replace rs9, or ssh-keygen -R '[10.0.0.1]:2222' -f /kh"),
  })
})

test('an alias takes the place of address and port', () => {
  expect(judged([line('web', ours)], ours, 'strict', 2222, 'web')).toEqual({ kind: 'trusted' })
  expect(judged([line('10.0.0.1', ours), line('[web]:2222', ours)], ours, 'strict', 2222, 'web')).toMatchObject({
    kind: 'rejected',
  })
  expect(judged([line('web', other)], ours, 'strict', 22, 'web')).toMatchObject({
    hint: expect.stringContaining('ssh-keygen -R web -f /kh'),
  })
})

test('where the shown key is revoked, other known types are to be asked for', () => {
  const revoked = line('10.0.0.1', ours, '@revoked ')
  expect(judged([revoked, line('10.0.0.1', ecdsa)], ours)).toMatchObject({ askFor: ['ecdsa-sha2-nistp256'] })
  expect(judged([revoked, line('10.0.0.1', ecdsa), line('10.0.0.1', other)], ours)).not.toHaveProperty('askFor')
  expect(judged([revoked], ours)).not.toHaveProperty('askFor')
})

test('a key of another type says which types to ask for', () => {
  expect(judged([line('10.0.0.1', ecdsa)], ours)).toMatchObject({ askFor: ['ecdsa-sha2-nistp256'] })
  expect(judged([line('10.0.0.1', other)], ours)).not.toHaveProperty('askFor')
})
