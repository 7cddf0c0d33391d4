import { readFileSync, statSync } from 'node:fs'
import { type Known, type KnownHostsFile, lookUp, parseKnownHosts } from './known-hosts.ts'

/** Looks hosts up in files that are read again only when they change. */
export interface KnownHostsReader {
  /** @param name as `knownHostsName` writes it. A file that is absent knows nobody; one that cannot be read throws. */
  find(paths: readonly string[], name: string): Known
}

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
  return {
    find: (paths, name) =>
      lookUp(
        paths.map(read).filter((file) => file !== undefined),
        name,
      ),
  }
}
