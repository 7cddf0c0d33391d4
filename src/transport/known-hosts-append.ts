import { randomBytes } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from '../model/connection.ts'
import { judge, type ShownKey } from './host-key.ts'
import { hashName, nameOf, parseKnownHosts } from './known-hosts.ts'

/** Another writer is waited for this long, in ms; a lock that is older belongs to nobody any more. */
const LOCK_PATIENCE = 10_000

interface Problem {
  readonly reason: string
  readonly hint?: string
}

/**
 * Appends a host's key to the first known_hosts file in one write: 0600, under a lock, after reading the file again,
 * the name hashed where the file's are. A key that somebody else wrote meanwhile and that differs is a changed key.
 */
export const addKnownHost = async (target: Target, shown: ShownKey): Promise<Problem | undefined> => {
  const file = target.knownHosts[0]
  if (file === undefined) return { reason: `no known_hosts file to write the key of ${target.host} to` }
  try {
    if (statSync(file, { throwIfNoEntry: false })?.isFile() === false) return undefined // /dev/null: nothing is to be kept
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    const lock = await takeLock(`${file}.lock`)
    try {
      return append(file, target, shown)
    } finally {
      unlinkSync(lock)
    }
  } catch (error) {
    return { reason: `the key of ${target.host} could not be written to ${file}: ${(error as Error).message}` }
  }
}

export const takeLock = async (path: string): Promise<string> => {
  const until = performance.now() + LOCK_PATIENCE
  for (;;) {
    try {
      closeSync(openSync(path, 'wx', 0o600))
      return path
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    if (performance.now() > until) throw new Error(`${path} is held by another process`)
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now())
    if (age > LOCK_PATIENCE) unlinkSync(path)
    else await sleep(20)
  }
}

const append = (file: string, target: Target, shown: ShownKey): Problem | undefined => {
  const text = readOrEmpty(file)
  const parsed = parseKnownHosts(text, file)
  const verdict = judge(shown, [parsed], 'accept-new', { target, asked: target.host })
  if (verdict.kind === 'rejected') return verdict
  if (verdict.kind === 'trusted') return undefined
  const hash = target.hashKnownHosts || parsed.hashed.length > 0
  const line = `${text === '' || text.endsWith('\n') ? '' : '\n'}${knownHostsLine(nameOf(target), shown, hash)}`
  const descriptor = openSync(file, 'a', 0o600)
  try {
    writeSync(descriptor, line)
  } finally {
    closeSync(descriptor)
  }
  return undefined
}

/** With its end. @param hash  hide the name, as HashKnownHosts does */
export const knownHostsLine = (name: string, { type, blob }: ShownKey, hash: boolean): string =>
  `${hash ? hashed(name) : name} ${type} ${blob.toString('base64')}\n`

const hashed = (name: string): string => {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${hashName(salt, name).toString('base64')}`
}

const readOrEmpty = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
}
