import { readFileSync, statSync } from 'node:fs'
import { type KnownHostsFile, parseKnownHosts } from './known-hosts.ts'

/** Gives files as they are now, read again only when they changed. A file that is absent is left out; one that cannot be read throws. */
export type KnownHostsReader = (paths: readonly string[]) => readonly KnownHostsFile[]

interface Kept {
  readonly stamp: string
  readonly file: KnownHostsFile
}

/** Reads are synchronous: they happen once for all hosts, and a stat costs microseconds. */
export const createKnownHostsReader = (): KnownHostsReader => {
  const kept = new Map<string, Kept>()
  const read = (path: string): KnownHostsFile | undefined => {
    const stat = statSync(path, { throwIfNoEntry: false, bigint: true })
    if (stat === undefined) return undefined
    const stamp = `${stat.mtimeNs}/${stat.size}/${stat.ino}`
    const known = kept.get(path)
    if (known?.stamp === stamp) return known.file
    const file = parseKnownHosts(readFileSync(path, 'utf8'), path)
    kept.set(path, { stamp, file })
    return file
  }
  return (paths) => paths.map(read).filter((file) => file !== undefined)
}
