import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject, sign, verify } from 'node:crypto'
import type { Client, ParsedKey } from 'ssh2'
import { readStrings } from './wire.ts'

/**
 * The one place that relies on what ssh2 does not promise: five shortcuts that take a third off a connection's CPU time
 * (docs/decisions/0003-ssh2-private.md). Each looks first whether what it needs is there, and else leaves ssh2 as it is.
 */

/** ssh2 as a dynamic import gives it. */
export type Ssh2 = typeof import('ssh2')

/** The hash that belongs to a key type when the protocol names none; null: the signature scheme has its own. */
const HASH: Record<string, string | null> = {
  'ssh-ed25519': null,
  'ssh-rsa': 'sha1',
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
}

/** Signs with one KeyObject made here, where ssh2 has OpenSSL parse the PEM for every signature. */
export const quickSigning = (key: ParsedKey): ParsedKey => {
  const hash = HASH[key.type]
  if (hash === undefined || typeof key.sign !== 'function') return key
  let object: KeyObject
  try {
    object = createPrivateKey(key.getPrivatePEM())
  } catch {
    return key
  }
  // ssh2 expects the error as the result
  key.sign = (data, algorithm) => attempt(() => sign(algorithm ?? hash, data as Buffer, object)) as Buffer
  return key
}

/** Any key at all (here 32 zero bytes), to get hold of the prototype. */
const SAMPLE = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${'A'.repeat(43)}`
/** Marks a prototype whose `verify` is ours. */
const QUICK = Symbol('quick verify')

/**
 * Verifies host key signatures through JWK import, where ssh2 writes a PEM that OpenSSL parses again.
 * Changes the prototype that all parsed keys share: for every user of ssh2 in this process, to the same effect.
 * @returns whether it took
 */
export const quickVerifying = (ssh2: Ssh2): boolean => {
  const parsed = ssh2.utils.parseKey(SAMPLE)
  if (parsed instanceof Error) return false
  const shared = Object.getPrototypeOf(parsed) as Partial<ParsedKey> & { [QUICK]?: true }
  const plain = shared.verify
  if (shared[QUICK] === true) return true
  if (typeof plain !== 'function' || typeof shared.getPublicSSH !== 'function') return false
  shared.verify = function (this: ParsedKey, data, signature, algorithm) {
    const key = publicKey(this.type, this.getPublicSSH())
    const hash = HASH[this.type]
    if (key === undefined || hash === undefined) return plain.call(this, data, signature, algorithm)
    return attempt(() => verify(algorithm ?? hash, data as Buffer, key, signature)) as boolean
  }
  shared[QUICK] = true
  return true
}

const attempt = <T>(run: () => T): T | Error => {
  try {
    return run()
  } catch (error) {
    return error as Error
  }
}

/** Key types whose wire form is quick to import; RFC 8709 and RFC 4253, 6.6. */
const publicKey = (type: string, wire: Buffer): KeyObject | undefined => {
  const [, first, second] = readStrings(wire)
  if (first === undefined) return undefined
  try {
    if (type === 'ssh-ed25519') {
      return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') }, format: 'jwk' })
    }
    if (type === 'ssh-rsa' && second !== undefined) {
      const [e, n] = [first.toString('base64url'), second.toString('base64url')]
      return createPublicKey({ key: { kty: 'RSA', e, n }, format: 'jwk' })
    }
  } catch {
    // ssh2 is to say what is wrong with it
  }
  return undefined
}

/** A curve25519 exchange of ssh2 (its lib/protocol/kex.js). */
interface Exchange {
  readonly type?: unknown
  readonly _keys?: { readonly privateKey: KeyObject; readonly publicKey: KeyObject } | null
  /** The host's public key, once it came. */
  readonly _dhData?: Buffer
  generateKeys?: () => void
  computeSecret?: (other: Buffer) => Buffer | Error
  [QUICK]?: true
}

/**
 * To be called while the host key is judged. Imports the host's curve25519 key as JWK from the next connection on, where ssh2
 * has OpenSSL write and parse DER. Ours is never exported as JWK: see docs/decisions/0003-ssh2-private.md. It takes only if it comes to what ssh2 itself comes to in the exchange at hand.
 */
export const quickExchange = (client: Client): boolean => {
  const exchange: Exchange | undefined = (client as unknown as Private)._protocol?._kex
  if (exchange?.type !== '25519') return false
  const shared: Exchange = Object.getPrototypeOf(exchange)
  if (shared[QUICK] === true) return true
  const { computeSecret } = shared
  const theirs = exchange._dhData
  if (computeSecret === undefined || theirs === undefined) return false
  const secret = attempt(() => jwkSecret(exchange, theirs))
  if (!same(computeSecret.call(exchange, theirs), secret)) return false
  shared.computeSecret = function (this: Exchange, other) {
    this.generateKeys?.()
    return attempt(() => jwkSecret(this, other))
  }
  shared[QUICK] = true
  return true
}

const same = (one: unknown, other: unknown): boolean =>
  Buffer.isBuffer(one) && Buffer.isBuffer(other) && one.equals(other)

/** @returns an mpint without its length (RFC 4251, 5) */
const jwkSecret = ({ _keys }: Exchange, other: Buffer): Buffer => {
  if (_keys === undefined || _keys === null) throw new Error('no key pair')
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: other.toString('base64url') },
    format: 'jwk',
  })
  const secret = diffieHellman({ privateKey: _keys.privateKey, publicKey })
  const first = secret.findIndex((byte) => byte !== 0)
  const digits = secret.subarray(first)
  return (digits[0] ?? 0) < 0x80 ? digits : Buffer.concat([Buffer.alloc(1), digits])
}

type Signer = (data: Buffer, done: (signature: Buffer) => void) => void
interface Private {
  _remoteVer?: unknown
  _protocol?: {
    _handlers?: { USERAUTH_FAILURE?: (protocol: unknown, left: unknown, partial: unknown) => void }
    _kex?: Exchange
    authPK?: (user: string, key: ParsedKey, algorithm?: string | Signer, signer?: Signer) => void
  }
}

/**
 * To be called on 'handshake'. OpenSSH announces its host keys after the login and ssh2 asks it to prove each of them,
 * unless the server is not OpenSSH: we have checked the one key that counts.
 */
export const skipHostKeysProve = (client: Client): boolean => {
  const inside = client as unknown as Private
  if (typeof inside._remoteVer !== 'string') return false
  inside._remoteVer = ''
  return true
}

/** RSA signature algorithms and their hashes (RFC 8332). */
const RSA_HASH: Record<string, string> = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }

/**
 * To be called on 'handshake'. Sends the signature at once, where ssh2 asks first whether the key would do:
 * one round trip less. Keys that sign elsewhere (an agent's) are still asked about.
 * @param isOurs whether the key is one of those that sign here, at no cost to a user
 */
export const skipKeyProbe = (client: Client, isOurs: (key: ParsedKey) => boolean): boolean => {
  const protocol = (client as unknown as Private)._protocol
  const plain = protocol?.authPK
  if (protocol === undefined || typeof plain !== 'function') return false
  protocol.authPK = (user, key, algorithm, signer) => {
    const asked = typeof algorithm === 'function' || signer !== undefined
    if (asked || !isOurs(key)) {
      plain.call(protocol, user, key, algorithm, signer)
      return
    }
    const signNow: Signer = (data, done) => {
      const signature: Buffer | Error = key.sign(data, RSA_HASH[algorithm ?? ''])
      if (signature instanceof Error) plain.call(protocol, user, key, algorithm)
      else done(signature)
    }
    plain.call(protocol, user, key, algorithm, signNow)
  }
  return true
}

/**
 * To be called on 'handshake'. Tells each refusal with the methods that the host would still take, which ssh2 keeps to itself
 * after keys of an agent.
 */
export const onRefusal = (client: Client, refused: (left: readonly string[], partial: boolean) => void): boolean => {
  const handlers = (client as unknown as Private)._protocol?._handlers
  const plain = handlers?.USERAUTH_FAILURE
  if (handlers === undefined || typeof plain !== 'function') return false
  handlers.USERAUTH_FAILURE = (protocol, left, partial) => {
    refused(Array.isArray(left) ? left.map(String) : [], partial === true)
    plain(protocol, left, partial)
  }
  return true
}
