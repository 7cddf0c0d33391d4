import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { preferKnown } from '../../src/transport/algorithms.ts'

const ALL = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
  'ssh-rsa',
]

test.each([
  ['nothing known', []],
  ['the first known', ['ssh-ed25519']],
  ['the first two known', ['ecdsa-sha2-nistp256', 'ssh-ed25519']],
  ['only a type that ssh2 lacks', ['sk-ssh-ed25519@openssh.com']],
])("%s: ssh2's own order", (_, known) => {
  expect(preferKnown(known)).toBeUndefined()
})

test.each([
  ['rsa', ['ssh-rsa'], ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa', 'ssh-ed25519']],
  ['rsa beside ed25519', ['ssh-rsa', 'ssh-ed25519'], ['ssh-ed25519', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']],
  ['ecdsa', ['ecdsa-sha2-nistp256'], ['ecdsa-sha2-nistp256', 'ssh-ed25519']],
])('%s is asked for first, the rest after it', (_, known, start) => {
  const order = preferKnown(known) ?? []
  expect(order.slice(0, start.length)).toEqual(start)
  expect([...order].sort()).toEqual([...ALL].sort())
})

test('ssh2 knows every algorithm that may be asked for', () => {
  const client = new ssh2.Client()
  client.on('error', () => {})
  const serverHostKey = [...(preferKnown(['ssh-rsa']) ?? [])] as never
  expect(() =>
    client.connect({ port: 1, host: '127.0.0.1', username: 'x', algorithms: { serverHostKey } }),
  ).not.toThrow()
  client.destroy()
})
