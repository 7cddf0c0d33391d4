/** The length-prefixed strings of an SSH message or key (RFC 4251, 5), as far as they are whole. */
export const readStrings = (wire: Buffer): readonly Buffer[] => {
  const found: Buffer[] = []
  for (let at = 0; at + 4 <= wire.length; ) {
    const end = at + 4 + wire.readUInt32BE(at)
    if (end > wire.length) break
    found.push(wire.subarray(at + 4, end))
    at = end
  }
  return found
}

/** One length-prefixed string. */
export const writeString = (content: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length)
  return Buffer.concat([length, content])
}

/** The type of a public key, a certificate or a signature is its first string (RFC 4253, 6.6). */
export const wireType = (blob: Buffer): string => readStrings(blob)[0]?.toString('latin1') ?? ''
