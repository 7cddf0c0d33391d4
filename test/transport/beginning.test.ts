import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readOffer, watchBeginning } from '../../src/transport/beginning.ts'

const list = (text: string): Buffer => {
  const size = Buffer.alloc(4)
  size.writeUInt32BE(text.length)
  return Buffer.concat([size, Buffer.from(text)])
}
/** As RFC 4253 has it, without the padding's bytes. */
const kexinit = (...lists: readonly string[]): Buffer => {
  const body = Buffer.concat([Buffer.of(4, 20), Buffer.alloc(16, 7), ...lists.map(list), Buffer.alloc(5)])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.length)
  return Buffer.concat([size, body])
}
const version = Buffer.from('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n')
const packet = kexinit(
  'curve25519-sha256,ext-info-s,kex-strict-s-v00@openssh.com',
  'ssh-ed25519,rsa-sha2-512',
  'aes128-ctr',
  'x',
  'hmac-sha1',
  'x',
  'none',
  'none',
  '',
  '',
)

describe('what a server says first', () => {
  test('is its version and its algorithms, in pieces of any size', async () => {
    const stream = new PassThrough()
    const beginning = watchBeginning(stream)
    for (const byte of Buffer.concat([version, packet])) stream.write(Buffer.of(byte))
    await new Promise((resolve) => stream.end(resolve))
    expect(beginning.offer()).toEqual({
      kex: ['curve25519-sha256'],
      hostKeys: ['ssh-ed25519', 'rsa-sha2-512'],
      ciphers: ['aes128-ctr'],
      macs: ['hmac-sha1'],
    })
  })

  test('may have lines before the version', () => {
    expect(readOffer(Buffer.concat([Buffer.from('hello\r\nthere\n'), version, packet]))?.ciphers).toEqual([
      'aes128-ctr',
    ])
  })

  test('is unknown while it is not there in full, and of what is not SSH', () => {
    const whole = Buffer.concat([version, packet])
    for (let end = 0; end < whole.length; end++) expect(readOffer(whole.subarray(0, end))).toBeUndefined()
    expect(readOffer(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'))).toBeUndefined()
  })

  test('throws for nothing that a server may send', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(200), (bytes, at) => {
        const broken = Buffer.from(packet)
        broken.set(bytes.subarray(0, Math.max(0, broken.length - at)), Math.min(at, broken.length))
        readOffer(Buffer.concat([version, broken]))
        readOffer(Buffer.concat([version, Buffer.from(bytes)]))
      }),
    )
  })
})
