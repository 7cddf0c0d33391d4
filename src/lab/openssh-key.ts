import { generateKeyPairSync, randomBytes } from 'node:crypto'

export interface OpenSshKey {
  /** The file that ssh and sshd read: openssh-key-v1, not encrypted. */
  readonly privateText: string
  /** `ssh-ed25519 AAAA…`, without comment or newline. */
  readonly publicLine: string
}

/** A new ed25519 key in OpenSSH's own format, so that no ssh-keygen is needed. Source: PROTOCOL.key of OpenSSH. */
export const generateOpenSshKey = (comment: string): OpenSshKey => {
  // As JWK a new key must not be exported: Node 20 may lock itself up (docs/decisions/0003-ssh2-private.md).
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32) // RFC 8410: both end in the key itself
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32)
  const publicBlob = Buffer.concat([field('ssh-ed25519'), field(point)])
  const check = randomBytes(4)
  const secret = padded(Buffer.concat([check, check, publicBlob, field(Buffer.concat([seed, point])), field(comment)]))
  const body = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field('none'), // cipher
    field('none'), // key derivation
    field(''),
    uint32(1),
    field(publicBlob),
    field(secret),
  ])
  const lines = body.toString('base64').match(/.{1,70}/g) ?? []
  return {
    privateText: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join('\n')}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicLine: `ssh-ed25519 ${publicBlob.toString('base64')}`,
  }
}

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const field = (content: string | Buffer): Buffer => {
  const bytes = Buffer.from(content)
  return Buffer.concat([uint32(bytes.length), bytes])
}

/** To the block size of `none`, 8, with 1 2 3 … */
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.from(Array.from({ length: (8 - (bytes.length % 8)) % 8 }, (_, index) => index + 1))])
