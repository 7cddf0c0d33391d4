import type { Readable } from 'node:stream'

/** Algorithms that one side would take, in its order of preference, as it says before anything is secret (RFC 4253, 7.1). */
export interface Offer {
  readonly kex: readonly string[]
  readonly hostKeys: readonly string[]
  readonly ciphers: readonly string[]
  readonly macs: readonly string[]
}

/** The first bytes of a server, looked into only when somebody asks. */
export interface Beginning {
  /** Its first line, or what it says in place of one. */
  greeting(): string
  /** Undefined while its offer is not there in full. */
  offer(): Offer | undefined
  /** Lets go of what was kept: a thousand connections would keep megabytes of it. */
  forget(): void
}

/** More than any greeting and offer take. */
const KEPT = 16 * 1024

export const watchBeginning = (stream: Readable): Beginning => {
  const chunks: Buffer[] = []
  let size = 0
  const keep = (chunk: Buffer): void => {
    chunks.push(chunk)
    size += chunk.length
    if (size >= KEPT) stream.off('data', keep)
  }
  stream.on('data', keep)
  return {
    forget: () => {
      stream.off('data', keep)
      chunks.length = 0
    },
    greeting: () => chunks[0]?.toString('latin1') ?? '',
    offer: () => readOffer(Buffer.concat(chunks)),
  }
}

/** A packet begins with its length, the length of its padding, and for an offer the number 20 and 16 random bytes. */
const LISTS_AT = 4 + 1 + 1 + 16
const KEXINIT = 20

export const readOffer = (bytes: Buffer): Offer | undefined => {
  const version = /(?:^|\n)SSH-[^\n]*\n/.exec(bytes.toString('latin1', 0, KEPT))
  if (version === null) return undefined
  const packet = bytes.subarray(version.index + version[0].length)
  if (packet.length < LISTS_AT || packet[5] !== KEXINIT || packet.length < 4 + packet.readUInt32BE(0)) return undefined
  const lists: string[][] = []
  for (let at = LISTS_AT; lists.length < 6; ) {
    if (at + 4 > packet.length) return undefined
    const end = at + 4 + packet.readUInt32BE(at)
    if (end > packet.length) return undefined
    lists.push(packet.toString('latin1', at + 4, end).split(','))
    at = end
  }
  const [kex = [], hostKeys = [], ciphers = [], , macs = []] = lists
  // Marks of extensions stand among the ways to exchange keys.
  return { kex: kex.filter((name) => !/^(ext-info|kex-strict)-/.test(name)), hostKeys, ciphers, macs }
}
