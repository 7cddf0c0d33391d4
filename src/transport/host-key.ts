import type { Target } from '../model/connection.ts'
import {
  fingerprint,
  type Known,
  type KnownHostsFile,
  type KnownKey,
  knownHostsName,
  lookUp,
  lookUpKey,
  nameOf,
  usableTypes,
} from './known-hosts.ts'

/** What is to be done about the key that a host showed. */
export type Verdict =
  | { readonly kind: 'trusted' }
  | { readonly kind: 'new' } // nobody knows it, and the policy says to write it down
  | Rejected

interface Rejected {
  readonly kind: 'rejected'
  readonly reason: string
  readonly hint: string
  /** Why the system's ssh may come to another verdict. */
  readonly byOpenssh?: string
  /** Types of the known keys, where the host showed one of another type: it is to be asked for these. */
  readonly askFor?: readonly string[]
}

/** The key that a host showed, in its wire form. */
export interface ShownKey {
  readonly type: string
  readonly blob: Buffer
}

/** The host that showed a key. */
export interface Shower {
  readonly target: Target
  /** The host of the inventory for whose sake it was connected to: itself, or one behind it. */
  readonly asked: string
}

/** The type is the first string of the wire form (RFC 4253, 6.6). */
export const shownKey = (blob: Buffer): ShownKey => {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0)
  return { type: blob.toString('latin1', 4, 4 + length), blob }
}

/**
 * A changed key is refused whatever the policy; a key of another type than the known ones counts as changed, because a
 * server that holds the known key shows it when asked for that type. As with OpenSSH, a key that is known for the address
 * without its port will do where none is known with it.
 */
export const judge = (
  shown: ShownKey,
  files: readonly KnownHostsFile[],
  policy: 'strict' | 'accept-new',
  shower: Shower,
): Verdict => {
  const { address, port, hostKeyAlias } = shower.target
  const name = nameOf(shower.target)
  const key = shown.blob.toString('base64')
  const same = lookUpKey(files, name, key)
  const revoked = same.revoked[0]
  if (revoked !== undefined) {
    const verdict = rejected(shown, shower, `is marked as revoked in ${place(revoked)}`, REVOKED)
    return { ...verdict, ...askFor(shown, lookUp(files, name)) }
  }
  if (same.keys.length > 0) return { kind: 'trusted' }
  const known = lookUp(files, name)
  if (known.keys.length > 0) return changed(shown, known, shower)
  if (port !== 22 && hostKeyAlias === undefined) {
    const portless = lookUpKey(files, knownHostsName(address, 22), key)
    const dead = portless.revoked[0]
    if (dead !== undefined) return rejected(shown, shower, `is marked as revoked in ${place(dead)}`, REVOKED)
    if (portless.keys.length > 0) return { kind: 'trusted' }
  }
  if (known.authorities.length > 0) {
    const byOpenssh = 'known_hosts has a certificate authority for it'
    return { ...rejected(shown, shower, 'is not known: only a certificate authority is', AUTHORITY), byOpenssh }
  }
  if (policy === 'accept-new') return { kind: 'new' }
  const searched = [...shower.target.knownHosts, ...shower.target.globalKnownHosts].join(', ')
  return rejected(shown, shower, `is not in ${searched || 'any known_hosts file'}`, unknownHint(shower.asked))
}

export const REVOKED = 'the key was taken out of service on purpose: find out why before anybody logs in'
const AUTHORITY = 'the host shows no certificate of it: add its plain key to known_hosts'

export const unknownHint = (asked: string): string =>
  `compare the fingerprint on the host's console, then: ipvs-play trust ${asked} (or accept new keys unseen: --host-key accept-new)`

/** A host may be asked for a key of another type where one is known, and not revoked, and none of the shown type is. */
const askFor = ({ type }: ShownKey, known: Known): Pick<Rejected, 'askFor'> => {
  const types = usableTypes(known)
  return types.length === 0 || types.includes(type) ? {} : { askFor: types }
}

const changed = (shown: ShownKey, known: Known, shower: Shower): Verdict => ({
  ...askFor(shown, known),
  kind: 'rejected',
  ...changedWords(`${shown.type} ${fingerprint(shown.blob)}`, known.keys, shower),
})

/** @param shown  type and fingerprint */
export const changedWords = (shown: string, known: readonly KnownKey[], { target, asked }: Shower) => {
  const listed = known.map(
    (entry) => `${entry.type} ${fingerprint(Buffer.from(entry.key, 'base64'))} (${place(entry)})`,
  )
  const name = nameOf(target)
  const quoted = /^[\w.-]+$/.test(name) ? name : `'${name}'`
  return {
    reason: `host key has changed: ${target.host} shows ${shown}, known is ${listed.join(', ')}`,
    hint: `somebody may be in between; if the host was installed anew: ipvs-play trust --replace ${asked}, or ssh-keygen -R ${quoted} -f ${known[0]?.file ?? ''}`,
  }
}

const rejected = (
  shown: ShownKey,
  { target: { host } }: Shower,
  why: string,
  hint: string,
): Extract<Verdict, { kind: 'rejected' }> => ({
  kind: 'rejected',
  reason: `host key of ${host} (${shown.type} ${fingerprint(shown.blob)}) ${why}`,
  hint,
})

const place = (entry: KnownKey): string => `${entry.file}:${entry.line}`
