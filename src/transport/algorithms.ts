import type { Algorithms } from 'ssh2'
import type { Target } from '../model/connection.ts'
import type { Offer } from './beginning.ts'
import { matchesPattern } from './ssh-patterns.ts'

/** What ssh2 offers unless told otherwise, in its order, and what else it can. */
interface Supply {
  readonly usual: readonly string[]
  readonly more: readonly string[]
}

/**
 * SHA-1 signatures and DSA only where HostKeyAlgorithms asks for them, as in OpenSSH since 8.8; else as ssh2 has it, but for
 * group exchange: Node checks the server's prime, 90 s for 8192 bits, in which the whole process stands still.
 */
export const SUPPLIES = {
  hostKeys: {
    usual: [
      'ssh-ed25519',
      'ecdsa-sha2-nistp256',
      'ecdsa-sha2-nistp384',
      'ecdsa-sha2-nistp521',
      'rsa-sha2-512',
      'rsa-sha2-256',
    ],
    more: ['ssh-rsa', 'ssh-dss'],
  },
  kex: {
    usual: [
      'curve25519-sha256@libssh.org',
      'curve25519-sha256',
      'ecdh-sha2-nistp256',
      'ecdh-sha2-nistp384',
      'ecdh-sha2-nistp521',
      'diffie-hellman-group14-sha256',
      'diffie-hellman-group15-sha512',
      'diffie-hellman-group16-sha512',
      'diffie-hellman-group17-sha512',
      'diffie-hellman-group18-sha512',
    ],
    more: ['diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  },
  ciphers: {
    usual: [
      'aes128-gcm@openssh.com',
      'aes256-gcm@openssh.com',
      'aes128-ctr',
      'aes192-ctr',
      'chacha20-poly1305@openssh.com',
      'aes256-ctr',
    ],
    more: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc', 'aes128-gcm', 'aes256-gcm'],
  },
  macs: {
    usual: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
    more: ['hmac-md5', 'hmac-sha2-256-96', 'hmac-sha2-512-96', 'hmac-ripemd160', 'hmac-sha1-96', 'hmac-md5-96'],
  },
} satisfies Record<string, Supply>

/**
 * A list as ssh_config(5) has it: names and wildcards by commas, with `+` behind the usual ones, with `^` before them,
 * with `-` those that stay. What ssh2 does not know is left out; an empty list: nothing is left.
 */
export const readAlgorithms = (list: string, { usual, more }: Supply): readonly string[] => {
  const [, sign = '', names = ''] = /^([+^-]?)(.*)$/s.exec(list) ?? []
  const patterns = names.split(',')
  const all = [...usual, ...more]
  const named = patterns.flatMap((pattern) => all.filter((name) => matchesPattern(pattern, name)))
  if (sign === '-') return usual.filter((name) => !named.includes(name))
  if (sign === '+') return [...new Set([...usual, ...named])]
  return [...new Set(sign === '^' ? [...named, ...usual] : named)]
}

/**
 * Asks for a key of a known type first, so that a host with several keys shows the one that can be checked. As OpenSSH
 * does it: not where the best algorithm is for a known type anyway.
 * @param known key types that known_hosts holds for the host
 */
export const preferKnown = (
  known: readonly string[],
  algorithms: readonly string[] = SUPPLIES.hostKeys.usual,
): readonly string[] => {
  const isKnown = (algorithm: string): boolean => known.includes(keyTypeOf(algorithm))
  const [best] = algorithms
  if (best === undefined || isKnown(best)) return algorithms
  return [...algorithms.filter(isKnown), ...algorithms.filter((algorithm) => !isKnown(algorithm))]
}

/** The type of key that a signature algorithm needs. */
export const keyTypeOf = (algorithm: string): string => (algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm)

/** What is offered to a host. @param hostKeys  signature algorithms, in the order of preference */
export const offerTo = ({ algorithms }: Target, hostKeys: readonly string[]): Offer => ({
  kex: algorithms.kex ?? SUPPLIES.kex.usual,
  hostKeys,
  ciphers: algorithms.ciphers ?? SUPPLIES.ciphers.usual,
  macs: algorithms.macs ?? SUPPLIES.macs.usual,
})

/** The same under the names of ssh2, which knows them all. */
export const asSsh2Has = ({ kex, hostKeys, ciphers, macs }: Offer): Algorithms =>
  ({ kex, serverHostKey: hostKeys, cipher: ciphers, hmac: macs }) as unknown as Algorithms
