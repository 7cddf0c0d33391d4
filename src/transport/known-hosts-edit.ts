import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { ShownKey } from './host-key.ts'
import { type KnownKey, parseKnownHosts } from './known-hosts.ts'
import { knownHostsLine, takeLock } from './known-hosts-append.ts'

/** What becomes of one known_hosts file. */
export interface KnownHostsEdit {
  readonly file: string
  /** Keys that are no longer those of a name. */
  readonly drop: readonly { readonly name: string; readonly entry: KnownKey }[]
  readonly add: readonly { readonly name: string; readonly key: ShownKey }[]
  /** Hide new names although the file hides none. */
  readonly hash: boolean
}

/**
 * Rewrites the file in one step, under the lock that other runs heed: all other lines stay as they are, as do mode, owner,
 * and a symbolic link. Throws where that cannot be done, and the file is then as it was.
 */
export const editKnownHosts = async (edit: KnownHostsEdit): Promise<void> => {
  mkdirSync(dirname(edit.file), { recursive: true, mode: 0o700 })
  const lock = await takeLock(`${edit.file}.lock`)
  try {
    const there = statSync(edit.file, { throwIfNoEntry: false })
    const file = there === undefined ? edit.file : realpathSync(edit.file)
    const text = there === undefined ? '' : readFileSync(file, 'utf8')
    replace(file, edited(text, edit), there)
  } finally {
    unlinkSync(lock)
  }
}

const replace = (
  file: string,
  text: string,
  there: { readonly mode: number; readonly uid: number; readonly gid: number } | undefined,
): void => {
  const fresh = `${file}.${process.pid}.new`
  const descriptor = openSync(fresh, 'wx', (there?.mode ?? 0o600) & 0o777)
  try {
    writeSync(descriptor, text)
    fsyncSync(descriptor)
    closeSync(descriptor)
    if (there !== undefined) chownSync(fresh, there.uid, there.gid)
    renameSync(fresh, file)
  } catch (error) {
    unlinkSync(fresh)
    throw error
  }
}

/** The text of the file afterwards. Lines are found by what they say, should somebody have added others meanwhile. */
export const edited = (text: string, { file, drop, add, hash }: KnownHostsEdit): string => {
  const hashes = hash || parseKnownHosts(text, file).hashed.length > 0
  const kept = text.split('\n').flatMap((line) => {
    const [entry] = entriesOf(line, file)
    if (entry === undefined) return [line]
    const names = drop.filter((one) => says(one.entry, entry)).map(({ name }) => name)
    return names.length === 0 ? [line] : withoutNames(line, entry, names)
  })
  const before = kept.join('\n')
  const gap = before === '' || before.endsWith('\n') ? '' : '\n'
  return `${before}${gap}${add.map(({ name, key }) => knownHostsLine(name, key, hashes)).join('')}`
}

const entriesOf = (line: string, file: string): readonly KnownKey[] => {
  const { plain, patterns, hashed } = parseKnownHosts(line, file)
  return [...[...plain.values()].flat(), ...patterns, ...hashed]
}

const says = (one: KnownKey, other: KnownKey): boolean =>
  one.marker === other.marker && one.key === other.key && textOf(one) === textOf(other)

const textOf = ({ names }: KnownKey): string =>
  names.kind === 'hashed' ? `${names.salt.toString('base64')}|${names.hash.toString('base64')}` : names.patterns.join()

/** A line may be for several hosts: the others keep it. */
const withoutNames = (line: string, { names }: KnownKey, dropped: readonly string[]): readonly string[] => {
  if (names.kind === 'hashed') return []
  const [, indent = '', list = '', rest = ''] = /^(\s*)(\S+)(.*)$/s.exec(line) ?? []
  const left = list.split(',').filter((name) => !dropped.includes(name.toLowerCase()))
  return left.length === 0 ? [] : [`${indent}${left.join()}${rest}`]
}

/** Whether the key can be taken from this name alone; else the line is for a person to mend. */
export const canDrop = ({ names }: KnownKey): boolean =>
  names.kind === 'hashed' || !names.patterns.some((name) => /[*?!]/.test(name))
