import { createHash, createHmac } from 'node:crypto'

/** One usable line of a known_hosts file. */
export interface KnownKey {
  readonly marker: 'none' | 'revoked' | 'ca'
  readonly names: Names
  /** As the file says it: `ssh-ed25519`. */
  readonly type: string
  /** The key's wire form in base64; equal keys are equal text. */
  readonly key: string
  readonly file: string
  /** Counts from 1. */
  readonly line: number
}

type Names =
  | { readonly kind: 'patterns'; readonly patterns: readonly string[] }
  | { readonly kind: 'hashed'; readonly salt: Buffer; readonly hash: Buffer }

/** Everything that known_hosts files say about one host. */
export interface Known {
  readonly keys: readonly KnownKey[]
  readonly revoked: readonly KnownKey[]
  readonly authorities: readonly KnownKey[]
}

/** A file's lines, with those that name one host plainly found without a search. */
export interface KnownHostsFile {
  readonly plain: ReadonlyMap<string, readonly KnownKey[]>
  readonly searched: readonly KnownKey[]
  readonly hashes: boolean
}

/** `[host]:port` unless the port is 22; lower case, as OpenSSH compares names. */
export const knownHostsName = (address: string, port: number): string =>
  port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`

/** `SHA256:…`, as ssh-keygen -l prints it. `key` is the wire form. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** Lines that sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" does not know are passed over, as OpenSSH does. */
export const parseKnownHosts = (text: string, file: string): KnownHostsFile => {
  const plain = new Map<string, KnownKey[]>()
  const searched: KnownKey[] = []
  let hashes = false
  text.split('\n').forEach((source, index) => {
    const entry = parseLine(source, file, index + 1)
    if (entry === undefined) return
    if (entry.names.kind === 'hashed') hashes = true
    if (entry.names.kind === 'hashed' || entry.names.patterns.some((name) => /[*?!]/.test(name))) {
      searched.push(entry)
      return
    }
    for (const name of entry.names.patterns) {
      const list = plain.get(name)
      if (list === undefined) plain.set(name, [entry])
      else list.push(entry)
    }
  })
  return { plain, searched, hashes }
}

const parseLine = (source: string, file: string, line: number): KnownKey | undefined => {
  const words = source.trim().split(/[ \t]+/)
  const first = words[0] ?? ''
  if (first === '' || first.startsWith('#')) return undefined
  const marker = first === '@revoked' ? 'revoked' : first === '@cert-authority' ? 'ca' : 'none'
  if (marker === 'none' && first.startsWith('@')) return undefined
  const [hosts, type, encoded] = marker === 'none' ? words : words.slice(1)
  if (hosts === undefined || type === undefined || encoded === undefined) return undefined
  const blob = Buffer.from(encoded, 'base64')
  const names = parseNames(hosts)
  if (names === undefined || blob.length < 8) return undefined
  return { marker, names, type, key: blob.toString('base64'), file, line }
}

const parseNames = (hosts: string): Names | undefined => {
  if (!hosts.startsWith('|')) return { kind: 'patterns', patterns: hosts.toLowerCase().split(',') }
  const [, magic, salt, hash] = hosts.split('|')
  if (magic !== '1' || salt === undefined || hash === undefined) return undefined
  return { kind: 'hashed', salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

/** What the files know of `name` (as `knownHostsName` writes it). */
export const lookUp = (files: readonly KnownHostsFile[], name: string): Known => {
  const keys: KnownKey[] = []
  const revoked: KnownKey[] = []
  const authorities: KnownKey[] = []
  const hits = files.flatMap((file) => [
    ...(file.plain.get(name) ?? []),
    ...file.searched.filter((entry) => isNamed(entry.names, name)),
  ])
  for (const hit of hits) {
    if (hit.marker === 'revoked') revoked.push(hit)
    else if (hit.marker === 'ca') authorities.push(hit)
    else keys.push(hit)
  }
  return { keys, revoked, authorities }
}

const isNamed = (names: Names, name: string): boolean => {
  if (names.kind === 'hashed') return hashName(names.salt, name).equals(names.hash)
  let found = false
  for (const pattern of names.patterns) {
    if (pattern.startsWith('!')) {
      if (matches(pattern.slice(1), name)) return false
    } else if (!found) found = matches(pattern, name)
  }
  return found
}

/** HMAC-SHA1 with the salt as key, as `HashKnownHosts` writes it. */
export const hashName = (salt: Buffer, name: string): Buffer => createHmac('sha1', salt).update(name).digest()

/** OpenSSH's own patterns: only `*` and `?` mean something. */
const matches = (pattern: string, name: string): boolean => {
  if (!/[*?]/.test(pattern)) return pattern === name
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${source}$`, 's').test(name)
}
