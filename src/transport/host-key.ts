import { fingerprint, type Known, type KnownKey } from './known-hosts.ts'

/** What is to be done about the key that a host showed. */
export type Verdict =
  | { readonly kind: 'trusted' }
  | { readonly kind: 'new' } // nobody knows it, and the policy says to write it down
  | { readonly kind: 'rejected'; readonly reason: string; readonly hint: string }

/** The key that a host showed, in its wire form. */
export interface ShownKey {
  readonly type: string
  readonly blob: Buffer
}

/** The host as messages name it, and where a new key would go. */
export interface Naming {
  readonly host: string
  readonly address: string
  readonly port: number
  readonly files: readonly string[]
}

/** The type is the first string of the wire form (RFC 4253, 6.6). */
export const shownKey = (blob: Buffer): ShownKey => {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0)
  return { type: blob.toString('latin1', 4, 4 + length), blob }
}

/**
 * A changed key is refused whatever the policy; a key of another type than the known ones counts as changed,
 * because a server that holds the known key would have shown it.
 * @param anyPort keys known for the address without its port, which OpenSSH accepts too
 */
export const judge = (
  shown: ShownKey,
  known: Known,
  anyPort: () => Known,
  policy: 'strict' | 'accept-new',
  naming: Naming,
): Verdict => {
  const encoded = shown.blob.toString('base64')
  const same = (entry: KnownKey): boolean => entry.key === encoded
  const revoked = known.revoked.find(same)
  if (revoked !== undefined) return rejected(shown, naming, `is marked as revoked in ${place(revoked)}`, REVOKED)
  if (known.keys.some(same)) return { kind: 'trusted' }
  if (known.keys.length > 0) return changed(shown, known.keys, naming)
  const portless = naming.port === 22 ? undefined : anyPort()
  const revokedThere = portless?.revoked.find(same)
  if (revokedThere !== undefined) {
    return rejected(shown, naming, `is marked as revoked in ${place(revokedThere)}`, REVOKED)
  }
  if (portless?.keys.some(same)) return { kind: 'trusted' }
  if (known.authorities.length > 0) {
    return rejected(shown, naming, 'is not known: only a certificate authority is', AUTHORITY)
  }
  if (policy === 'accept-new') return { kind: 'new' }
  return rejected(shown, naming, `is not in ${naming.files.join(', ') || 'any known_hosts file'}`, unknownHint(naming))
}

const REVOKED = 'the key was taken out of service on purpose: find out why before anybody logs in'
const AUTHORITY = 'host certificates are not supported: add the host’s plain key to known_hosts'

const unknownHint = ({ address, port, files }: Naming): string => {
  const scan = `ssh-keyscan${port === 22 ? '' : ` -p ${port}`} ${address} >> ${files[0] ?? '~/.ssh/known_hosts'}`
  return `compare the fingerprint on the host's console, then: ${scan} (or accept new keys unseen: --host-key accept-new)`
}

const changed = (shown: ShownKey, known: readonly KnownKey[], naming: Naming): Verdict => {
  const listed = known.map(
    (entry) => `${entry.type} ${fingerprint(Buffer.from(entry.key, 'base64'))} (${place(entry)})`,
  )
  const name = naming.port === 22 ? naming.address : `'[${naming.address}]:${naming.port}'`
  return {
    kind: 'rejected',
    reason: `host key has changed: ${naming.host} shows ${shown.type} ${fingerprint(shown.blob)}, known is ${listed.join(', ')}`,
    hint: `somebody may be in between; if the host was installed anew: ssh-keygen -R ${name} -f ${known[0]?.file ?? ''}`,
  }
}

const rejected = (shown: ShownKey, { host }: Naming, why: string, hint: string): Verdict => ({
  kind: 'rejected',
  reason: `host key of ${host} (${shown.type} ${fingerprint(shown.blob)}) ${why}`,
  hint,
})

const place = (entry: KnownKey): string => `${entry.file}:${entry.line}`
