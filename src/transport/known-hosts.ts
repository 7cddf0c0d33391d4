import { createHash, createHmac } from 'node:crypto'
import type { Target } from '../model/connection.ts'
import { decodeKey } from './public-key.ts'
import { matchesPatterns } from './ssh-patterns.ts'

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

/** A file's lines, so that a fleet can be looked up in it: hashed names cost an HMAC per line and host. */
export interface KnownHostsFile {
  /** By name, for lines that list names as they are. */
  readonly plain: ReadonlyMap<string, readonly KnownKey[]>
  readonly patterns: readonly KnownKey[]
  readonly hashed: readonly KnownKey[]
  /** The hashed lines by key. */
  readonly hashedByKey: ReadonlyMap<string, readonly KnownKey[]>
}

/** The name under which a host's keys are known: its HostKeyAlias, else its address and port. */
export const nameOf = ({ address, port, hostKeyAlias }: Pick<Target, 'address' | 'port' | 'hostKeyAlias'>): string =>
  hostKeyAlias ?? knownHostsName(address, port)

/** `[host]:port` unless the port is 22; lower case, as OpenSSH compares names. */
export const knownHostsName = (address: string, port: number): string =>
  port === 22 ? address.toLowerCase() : `[${address.toLowerCase()}]:${port}`

/** `SHA256:…`, as ssh-keygen -l prints it. `key` is the wire form. */
export const fingerprint = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** Lines that sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" does not know are passed over, as OpenSSH does. */
export const parseKnownHosts = (text: string, file: string): KnownHostsFile => {
  const plain = new Map<string, KnownKey[]>()
  const hashedByKey = new Map<string, KnownKey[]>()
  const patterns: KnownKey[] = []
  const hashed: KnownKey[] = []
  text.split('\n').forEach((source, index) => {
    const entry = parseLine(source, file, index + 1)
    if (entry === undefined) return
    if (entry.names.kind === 'hashed') {
      hashed.push(entry)
      put(hashedByKey, entry.key, entry)
    } else if (entry.names.patterns.some((name) => /[*?!]/.test(name))) patterns.push(entry)
    else for (const name of entry.names.patterns) put(plain, name, entry)
  })
  return { plain, patterns, hashed, hashedByKey }
}

const put = (map: Map<string, KnownKey[]>, key: string, entry: KnownKey): void => {
  const list = map.get(key)
  if (list === undefined) map.set(key, [entry])
  else list.push(entry)
}

const parseLine = (source: string, file: string, line: number): KnownKey | undefined => {
  const words = source.trim().split(/[ \t]+/)
  const first = words[0] ?? ''
  if (first === '' || first.startsWith('#')) return undefined
  const marker = first === '@revoked' ? 'revoked' : first === '@cert-authority' ? 'ca' : 'none'
  if (marker === 'none' && first.startsWith('@')) return undefined
  const [hosts, type, encoded] = marker === 'none' ? words : words.slice(1)
  if (hosts === undefined || type === undefined || encoded === undefined) return undefined
  const blob = decodeKey(type, encoded)
  const names = parseNames(hosts)
  if (names === undefined || blob === undefined) return undefined
  return { marker, names, type, key: blob.toString('base64'), file, line }
}

const parseNames = (hosts: string): Names | undefined => {
  if (!hosts.startsWith('|')) return { kind: 'patterns', patterns: hosts.toLowerCase().split(',') }
  const [, magic, salt, hash] = hosts.split('|')
  if (magic !== '1' || salt === undefined || hash === undefined) return undefined
  return { kind: 'hashed', salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

/** What the files know of `name` (as `knownHostsName` writes it). */
export const lookUp = (files: readonly KnownHostsFile[], name: string): Known =>
  sort(files.flatMap((file) => [...listed(file, name), ...file.hashed.filter((entry) => isNamed(entry.names, name))]))

/** What the files say of this one key of `name`; quick however many hashed names there are. */
export const lookUpKey = (files: readonly KnownHostsFile[], name: string, key: string): Known =>
  sort(
    files.flatMap((file) => [
      ...listed(file, name).filter((entry) => entry.key === key),
      ...(file.hashedByKey.get(key) ?? []).filter((entry) => isNamed(entry.names, name)),
    ]),
  )

/** What the files know of `name` in lines that do not hash it. */
export const lookUpListed = (files: readonly KnownHostsFile[], name: string): Known =>
  sort(files.flatMap((file) => listed(file, name)))

/** Of which types a host may be asked for a key: one that is revoked too is none. */
export const usableTypes = ({ keys, revoked }: Known): readonly string[] =>
  keys.filter(({ key }) => !revoked.some((dead) => dead.key === key)).map(({ type }) => type)

const listed = (file: KnownHostsFile, name: string): readonly KnownKey[] => [
  ...(file.plain.get(name) ?? []),
  ...file.patterns.filter((entry) => isNamed(entry.names, name)),
]

const sort = (hits: readonly KnownKey[]): Known => ({
  keys: hits.filter((hit) => hit.marker === 'none'),
  revoked: hits.filter((hit) => hit.marker === 'revoked'),
  authorities: hits.filter((hit) => hit.marker === 'ca'),
})

const isNamed = (names: Names, name: string): boolean =>
  names.kind === 'hashed' ? hashName(names.salt, name).equals(names.hash) : matchesPatterns(names.patterns, name)

/** HMAC-SHA1 with the salt as key, as `HashKnownHosts` writes it. */
export const hashName = (salt: Buffer, name: string): Buffer => createHmac('sha1', salt).update(name).digest()
