import { readFileSync } from 'node:fs'
import type { ParsedKey } from 'ssh2'
import { inspectKeyFile, type KeyFile, readPkcs8 } from './key-file.ts'
import { quickSigning, type Ssh2 } from './ssh2-private.ts'

/** What a file that is named as a key is good for. */
export type IdentityKey =
  | { readonly kind: 'key'; readonly file: string; readonly key: ParsedKey }
  /** An agent may hold the private half. */
  | { readonly kind: 'half'; readonly file: string; readonly blob: Buffer; readonly why: string }
  | { readonly kind: 'token'; readonly file: string }
  | { readonly kind: 'unusable'; readonly file: string; readonly why: string }

/** The keys of a run: each file is read and parsed once. */
export interface KeyStore {
  read(ssh2: Ssh2, file: string): IdentityKey
  /** Whether the file holds a key that needs a passphrase which was not given yet. */
  isLocked(file: string): boolean
  /** @returns whether it is the passphrase; the key is open from now on */
  unlock(ssh2: Ssh2, file: string, passphrase: string): boolean
  /** Undefined: nobody tells. */
  publicHalfOf(file: string): Buffer | undefined
  /** What locked keys were opened with, for the system's ssh. */
  passphraseOf(file: string): string | undefined
}

export const createKeyStore = (): KeyStore => {
  const kept = new Map<string, IdentityKey>()
  const passphrases = new Map<string, string>()
  return {
    read: (ssh2, file) => {
      const key = kept.get(file) ?? readKey(ssh2, file)
      kept.set(file, key)
      return key
    },
    isLocked: (file) => {
      const content = passphrases.has(file) ? undefined : readIfThere(file)
      return Buffer.isBuffer(content) && inspectKeyFile(content).kind === 'encrypted'
    },
    unlock: (ssh2, file, passphrase) => {
      const content = readIfThere(file)
      const key = Buffer.isBuffer(content)
        ? parse(ssh2, readPkcs8(content, passphrase) ?? content, passphrase)
        : content
      if (typeof key === 'string') return false
      kept.set(file, { kind: 'key', file, key })
      passphrases.set(file, passphrase)
      return true
    },
    publicHalfOf: (file) => {
      const content = readIfThere(file)
      const found = typeof content === 'string' ? undefined : inspectKeyFile(content)
      return found !== undefined && 'blob' in found ? found.blob : publicHalf(`${file}.pub`)
    },
    passphraseOf: (file) => passphrases.get(file),
  }
}

/** Text: why not. */
const readIfThere = (file: string): Buffer | string => {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'no such file' : message
  }
}

const readKey = (ssh2: Ssh2, file: string): IdentityKey => {
  const content = readIfThere(file)
  const found: KeyFile | undefined = typeof content === 'string' ? undefined : inspectKeyFile(content)
  if (found?.kind === 'token') return { kind: 'token', file }
  if (found?.kind === 'plain') {
    const key = parse(ssh2, found.text)
    return typeof key === 'string' ? { kind: 'unusable', file, why: key } : { kind: 'key', file, key }
  }
  const why =
    found === undefined
      ? (content as string)
      : found.kind === 'public'
        ? 'only its public half, and no agent holds the other'
        : 'encrypted: its passphrase was not given, and no agent holds it'
  const blob = found?.blob ?? publicHalf(`${file}.pub`)
  return blob === undefined ? { kind: 'unusable', file, why } : { kind: 'half', file, blob, why }
}

const publicHalf = (file: string): Buffer | undefined => {
  const content = readIfThere(file)
  const found = typeof content === 'string' ? undefined : inspectKeyFile(content)
  return found?.kind === 'public' ? found.blob : undefined
}

/** Text: why not. */
const parse = (ssh2: Ssh2, content: Buffer, passphrase?: string): ParsedKey | string => {
  const parsed = ssh2.utils.parseKey(content, passphrase)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (key === undefined) return 'it holds no key'
  if (key instanceof Error) return key.message
  return key.isPrivateKey() ? quickSigning(key) : 'it is a public key'
}
