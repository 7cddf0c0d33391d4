import { createPrivateKey } from 'node:crypto'
import { readStrings, wireType } from './wire.ts'

/** What a file of a key says of itself without a passphrase. */
export type KeyFile =
  | { readonly kind: 'plain'; readonly text: Buffer } // in a form that ssh2 reads
  | { readonly kind: 'encrypted'; readonly blob?: Buffer } // and its public half, where the file tells it
  | { readonly kind: 'token'; readonly blob: Buffer } // the private half is on a FIDO token
  | { readonly kind: 'public'; readonly blob: Buffer }

/** OpenSSH's PROTOCOL.key: magic, cipher, kdf, its options, the number of keys, the public key. */
const MAGIC = 'openssh-key-v1\0'

export const inspectKeyFile = (content: Buffer): KeyFile => {
  const text = content.toString('latin1')
  const [, label = '', body = ''] = /-----BEGIN ([A-Z ]+)-----([\s\S]*?)-----END/.exec(text) ?? []
  if (label === 'OPENSSH PRIVATE KEY') return inspectOpenssh(body, content)
  if (label === 'ENCRYPTED PRIVATE KEY' || /^Proc-Type: 4,ENCRYPTED/m.test(body)) return { kind: 'encrypted' }
  if (label === 'PRIVATE KEY') return { kind: 'plain', text: readPkcs8(content) ?? content }
  const [type = '', base64 = ''] = text.trim().split(/\s+/)
  const blob = Buffer.from(base64, 'base64')
  if (type !== '' && wireType(blob) === type) return { kind: 'public', blob }
  return { kind: 'plain', text: content }
}

const inspectOpenssh = (base64: string, content: Buffer): KeyFile => {
  const body = Buffer.from(base64, 'base64')
  if (body.toString('latin1', 0, MAGIC.length) !== MAGIC) return { kind: 'plain', text: content }
  const [cipher, kdf, options] = readStrings(body.subarray(MAGIC.length))
  const header = [cipher, kdf, options].reduce((sum, part) => sum + 4 + (part?.length ?? 0), MAGIC.length + 4)
  const blob = readStrings(body.subarray(header))[0]
  if (blob === undefined) return { kind: 'plain', text: content }
  if (wireType(blob).startsWith('sk-')) return { kind: 'token', blob }
  return cipher?.toString() === 'none' ? { kind: 'plain', text: content } : { kind: 'encrypted', blob }
}

/**
 * PKCS#8, as OpenSSL writes it, in the form that belongs to the key's type, which ssh2 reads.
 * @returns undefined where it cannot be opened, with this passphrase or at all
 */
export const readPkcs8 = (content: Buffer, passphrase?: string): Buffer | undefined => {
  try {
    const key = createPrivateKey({ key: content, ...(passphrase !== undefined && { passphrase }) })
    const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : key.asymmetricKeyType === 'ec' ? 'sec1' : undefined
    return type === undefined ? undefined : Buffer.from(key.export({ type, format: 'pem' }) as string)
  } catch {
    return undefined
  }
}
