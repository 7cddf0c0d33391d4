/** Signature algorithms for host keys in ssh2's own order, by the key type that they need. */
const HOST_KEY_ALGORITHMS: readonly (readonly [algorithm: string, type: string])[] = [
  ['ssh-ed25519', 'ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
  ['ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp384'],
  ['ecdsa-sha2-nistp521', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'ssh-rsa'],
  ['rsa-sha2-256', 'ssh-rsa'],
  ['ssh-rsa', 'ssh-rsa'],
]

/**
 * Asks for a key of a known type first, so that a host with several keys shows the one that can be checked.
 * @param known key types that known_hosts holds for the host
 * @returns undefined where that is ssh2's own order anyway
 */
export const preferKnown = (known: readonly string[]): readonly string[] | undefined => {
  const isKnown = ([, type]: readonly [string, string]): boolean => known.includes(type)
  const first = HOST_KEY_ALGORITHMS.filter(isKnown)
  const inOrder = first.every((entry, index) => entry === HOST_KEY_ALGORITHMS[index])
  if (inOrder) return undefined
  const rest = HOST_KEY_ALGORITHMS.filter((entry) => !isKnown(entry))
  return [...first, ...rest].map(([algorithm]) => algorithm)
}
