import { readFileSync } from 'node:fs'
import type { ParsedKey } from 'ssh2'
import type { Ssh2 } from './ssh2-private.ts'
import { quickSigning } from './ssh2-private.ts'

/** A private key, or why it cannot be used. */
export type IdentityKey =
  | { readonly kind: 'key'; readonly file: string; readonly key: ParsedKey }
  | { readonly kind: 'unusable'; readonly file: string; readonly why: string }

/** Reads and parses each file once. */
export const createKeyReader = (ssh2: Ssh2): ((file: string) => IdentityKey) => {
  const kept = new Map<string, IdentityKey>()
  return (file) => {
    let key = kept.get(file)
    if (key === undefined) {
      key = readKey(ssh2, file)
      kept.set(file, key)
    }
    return key
  }
}

const readKey = (ssh2: Ssh2, file: string): IdentityKey => {
  const unusable = (why: string): IdentityKey => ({ kind: 'unusable', file, why })
  let content: Buffer
  try {
    content = readFileSync(file)
  } catch (error) {
    return unusable(
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String((error as Error).message),
    )
  }
  const parsed = ssh2.utils.parseKey(content)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined) return unusable('it holds no key')
  if (key instanceof Error) {
    return unusable(/encrypted|passphrase/i.test(key.message) ? 'encrypted: add it to ssh-agent' : key.message)
  }
  if (!key.isPrivateKey()) return unusable('it is a public key')
  return { kind: 'key', file, key: quickSigning(key) }
}
