import type { Target } from '../model/connection.ts'
import { plural } from '../reporters/printable.ts'
import type { ShownKey } from '../transport/host-key.ts'
import {
  fingerprint,
  type KnownHostsFile,
  type KnownKey,
  knownHostsName,
  lookUp,
  nameOf,
} from '../transport/known-hosts.ts'
import { canDrop, type KnownHostsEdit } from '../transport/known-hosts-edit.ts'

/** How a host's keys stand against what is known of it. */
export type Standing =
  | { readonly kind: 'known'; readonly target: Target }
  | { readonly kind: 'new'; readonly target: Target; readonly keys: readonly ShownKey[] }
  | {
      readonly kind: 'changed'
      readonly target: Target
      readonly keys: readonly ShownKey[]
      /** What is known, and not what the host shows. */
      readonly known: readonly KnownKey[]
    }
  | { readonly kind: 'refused'; readonly target: Target; readonly reason: string; readonly hint?: string }

/** A host that proves to hold one of its known keys, and no other than the known one of any type, is known. */
export const standingOf = (target: Target, keys: readonly ShownKey[], files: readonly KnownHostsFile[]): Standing => {
  const { keys: known, revoked } = lookUp(files, nameOf(target))
  const wire = (key: ShownKey): string => key.blob.toString('base64')
  const dead = revoked.find((entry) => keys.some((key) => wire(key) === entry.key))
  if (dead !== undefined) {
    const reason = `shows a key that ${dead.file}:${dead.line} marks as revoked`
    return { kind: 'refused', target, reason, hint: 'it was taken out of service on purpose: find out why' }
  }
  if (keys.length === 0) return { kind: 'refused', target, reason: 'shows no key of a type that can be checked here' }
  const isShown = (entry: KnownKey): boolean => keys.some((key) => wire(key) === entry.key)
  const other = known.filter((entry) => !isShown(entry) && keys.some(({ type }) => type === entry.type))
  const wrong = known.some(isShown) ? other.filter((entry) => !sameTypeShown(entry, known, isShown)) : known
  if (wrong.length > 0) return { kind: 'changed', target, keys, known: wrong }
  if (known.length > 0 || knownWithoutPort(target, keys, files)) return { kind: 'known', target }
  return { kind: 'new', target, keys }
}

/** Of several known keys of one type it is enough that the host shows one. */
const sameTypeShown = (entry: KnownKey, known: readonly KnownKey[], isShown: (entry: KnownKey) => boolean): boolean =>
  known.some((one) => one.type === entry.type && isShown(one))

const knownWithoutPort = (
  { address, port, hostKeyAlias }: Target,
  keys: readonly ShownKey[],
  files: readonly KnownHostsFile[],
) =>
  port !== 22 &&
  hostKeyAlias === undefined &&
  lookUp(files, knownHostsName(address, 22)).keys.some((entry) =>
    keys.some((key) => key.blob.toString('base64') === entry.key),
  )

/** What to write for those that were agreed to; by file, for hosts may have files of their own. */
export const editsFor = (agreed: readonly Standing[]): readonly KnownHostsEdit[] => {
  const edits = new Map<
    string,
    { drop: KnownHostsEdit['drop'][number][]; add: KnownHostsEdit['add'][number][]; hash: boolean }
  >()
  const of = (file: string) => {
    const edit = edits.get(file) ?? { drop: [], add: [], hash: false }
    edits.set(file, edit)
    return edit
  }
  for (const standing of agreed) {
    if (standing.kind !== 'new' && standing.kind !== 'changed') continue
    const { target, keys } = standing
    const name = nameOf(target)
    if (standing.kind === 'changed') for (const entry of standing.known) of(entry.file).drop.push({ name, entry })
    const first = target.knownHosts[0]
    if (first === undefined) continue
    const edit = of(first)
    edit.hash ||= target.hashKnownHosts
    for (const key of keys) {
      if (!edit.add.some((one) => one.name === name && one.key.blob.equals(key.blob))) edit.add.push({ name, key })
    }
  }
  return [...edits].map(([file, edit]) => ({ file, ...edit }))
}

/** Why a changed key cannot be replaced from here. */
export const obstacle = (standing: Standing): string | undefined => {
  const { knownHosts } = standing.target
  if (knownHosts[0] === undefined) return 'its configuration names no known_hosts file to write to'
  if (standing.kind !== 'changed') return undefined
  const foreign = standing.known.find(({ file }) => !knownHosts.includes(file))
  if (foreign !== undefined) return `${foreign.file} is not yours: mend line ${foreign.line} there`
  const shared = standing.known.find((entry) => !canDrop(entry))
  return shared === undefined ? undefined : `${shared.file}:${shared.line} is for other hosts too: mend it by hand`
}

/** Hosts whose keys are the same to the letter are told together. */
export const tellStandings = (standings: readonly Standing[]): string => {
  const lines: string[] = []
  const groups = new Map<
    string,
    { readonly names: string[]; readonly keys: readonly ShownKey[]; readonly known: readonly KnownKey[] }
  >()
  for (const standing of standings) {
    if (standing.kind !== 'new' && standing.kind !== 'changed') continue
    const known = standing.kind === 'changed' ? standing.known : []
    const shown = standing.keys.map(tellKey)
    const id = JSON.stringify([standing.kind, shown, known.map(({ key }) => key)])
    const group = groups.get(id) ?? { names: [], keys: standing.keys, known }
    groups.set(id, group)
    group.names.push(nameFor(standing.target))
  }
  for (const { names, keys, known } of groups.values()) {
    lines.push(`${known.length > 0 ? 'CHANGED' : 'new'}  ${names.join(', ')}`)
    for (const key of keys) lines.push(`    ${known.length > 0 ? 'shows ' : ''}${tellKey(key)}`)
    for (const entry of known)
      lines.push(
        `    known ${entry.type} ${fingerprint(Buffer.from(entry.key, 'base64'))} (${entry.file}:${entry.line})`,
      )
  }
  for (const standing of standings)
    if (standing.kind === 'refused') {
      lines.push(`not fetched  ${standing.target.host}: ${standing.reason}`)
      if (standing.hint !== undefined) lines.push(`    ${standing.hint}`)
    }
  const known = standings.filter(({ kind }) => kind === 'known').length
  if (known > 0) lines.push(`known already: ${plural(known, 'host')}`)
  return lines.map((line) => `${line}\n`).join('')
}

const tellKey = ({ type, blob }: ShownKey): string => `${type} ${fingerprint(blob)}`

const nameFor = (target: Target): string => {
  const name = nameOf(target)
  return name === target.host ? name : `${target.host} (${name})`
}
