/** How many strings the wire form of a public key has, its type among them (RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4). */
const FIELDS: Readonly<Record<string, number>> = {
  'ssh-ed25519': 2,
  'ecdsa-sha2-nistp256': 3,
  'ecdsa-sha2-nistp384': 3,
  'ecdsa-sha2-nistp521': 3,
  'ssh-rsa': 3,
  'ssh-dss': 5,
  'sk-ssh-ed25519@openssh.com': 3,
  'sk-ecdsa-sha2-nistp256@openssh.com': 4,
}

/** The wire form of a key of this type from its base64, or undefined where OpenSSH would not take it for one either. */
export const decodeKey = (type: string, encoded: string): Buffer | undefined => {
  const fields = FIELDS[type]
  if (fields === undefined || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined
  const wire = Buffer.from(encoded, 'base64')
  const strings = readStrings(wire)
  if (strings?.length !== fields || strings[0]?.toString('latin1') !== type) return undefined
  if (type.endsWith('ssh-ed25519') && strings[1]?.length !== 32) return undefined
  return wire
}

/** The length-prefixed strings that it is made of; undefined where it is not. */
const readStrings = (wire: Buffer): readonly Buffer[] | undefined => {
  const strings: Buffer[] = []
  let at = 0
  while (at + 4 <= wire.length) {
    const end = at + 4 + wire.readUInt32BE(at)
    if (end > wire.length) return undefined
    strings.push(wire.subarray(at + 4, end))
    at = end
  }
  return at === wire.length ? strings : undefined
}
