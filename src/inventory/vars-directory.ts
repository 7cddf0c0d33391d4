import { readdirSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { type Keyring, readWithKeyring } from '../documents/keyring.ts'
import { parseVarsFile } from '../documents/vars-file.ts'
import type { Diagnostic, MapNode } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { localNames } from './localhost.ts'
import { readTextFile } from './text-file.ts'

/** What `group_vars/` and `host_vars/` of one directory hold: by name, the files' maps in rising precedence. */
export interface VarsDirectory {
  readonly groups: ReadonlyMap<string, readonly MapNode[]>
  readonly hosts: ReadonlyMap<string, readonly MapNode[]>
}

/** Names that may have files of variables; anything else in these directories is not read. */
export interface Named {
  readonly groups: ReadonlyMap<string, unknown>
  readonly hosts: ReadonlyMap<string, unknown>
}

const extensions = ['', '.yml', '.yaml', '.json']

/** What reading needs and leaves behind. */
export interface Reading {
  readonly keyring: Keyring
  /** Mistakes are added. */
  readonly problems: Diagnostic[]
}

/** Reads `group_vars/` and `host_vars/` of a directory. */
export const readVarsDirectory = (directory: string, named: Named, reading: Reading): VarsDirectory => ({
  groups: readFolder(join(directory, 'group_vars'), { what: 'group', names: named.groups }, reading),
  hosts: readFolder(join(directory, 'host_vars'), { what: 'host', names: named.hosts }, reading),
})

interface Wanted {
  readonly what: 'group' | 'host'
  readonly names: ReadonlyMap<string, unknown>
}

const readFolder = (folder: string, wanted: Wanted, reading: Reading): ReadonlyMap<string, readonly MapNode[]> => {
  const { problems } = reading
  const found = new Map<string, readonly MapNode[]>()
  const entries = list(folder, problems)
  if (entries === undefined) return found
  // One listing, not four questions for each of thousands of hosts.
  const present = new Set(entries)
  const used = new Set<string>()
  for (const entry of entries) {
    const owners = namesOf(entry, wanted)
    if (owners.length === 0) warnOfMisspelt(folder, entry, wanted, problems)
    for (const name of owners) {
      if (used.has(name)) continue
      used.add(name)
      const files = extensions.map((extension) => name + extension).filter((file) => present.has(file))
      const [first, ...others] = files
      if (first === undefined) continue
      for (const other of others) problems.push(overshadowed(join(folder, other), join(folder, first)))
      found.set(name, readEntry(join(folder, first), reading))
    }
  }
  return found
}

/** Whose variables a file holds: `rs1.yml` is of the host rs1, and also of one that is called so. */
const namesOf = (entry: string, { what, names }: Wanted): readonly string[] => {
  const extension = extname(entry)
  const stem = extension !== '' && extensions.includes(extension) ? entry.slice(0, -extension.length) : entry
  return [...new Set([entry, stem])].filter((name) => names.has(name) || (what === 'host' && localNames.has(name)))
}

const list = (folder: string, problems: Diagnostic[]): readonly string[] | undefined => {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT') return undefined
    const summary = code === 'ENOTDIR' ? `${folder} is not a directory` : `${folder} cannot be read (${code})`
    problems.push({ severity: code === 'ENOTDIR' ? 'warning' : 'error', summary })
    return undefined
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)

const overshadowed = (file: string, by: string): Diagnostic => ({
  severity: 'warning',
  summary: `${file} is not read, because ${by} is there, as in Ansible`,
  hint: 'move it into a directory of that name',
})

/** A name close to a known one is a slip; other names may belong to another inventory. */
const warnOfMisspelt = (folder: string, entry: string, { what, names }: Wanted, problems: Diagnostic[]): void => {
  const extension = extname(entry)
  if (extension === '' || !extensions.includes(extension) || entry.startsWith('.') || names.size > mostCompared) return
  const name = entry.slice(0, -extension.length)
  const guess = nearest(name, names.keys())
  if (guess === undefined || guess.replace(/\d+/g, '') === name.replace(/\d+/g, '')) return
  const summary = `${join(folder, entry)} belongs to no ${what}, so it is not read`
  problems.push({ severity: 'warning', summary, hint: `did you mean ${guess}${extension}?` })
}

const mostCompared = 500

const readEntry = (path: string, reading: Reading): readonly MapNode[] => {
  let files: readonly string[]
  try {
    files = statSync(path).isDirectory() ? filesBelow(path, 0) : [path]
  } catch (error) {
    return unreadable(path, codeOf(error), reading.problems)
  }
  return files.flatMap((file) => readFile(file, reading))
}

/** Links that lead in a circle end here. */
const deepest = 10

/** Files below a directory in the order of their names; hidden files, backups and other extensions are left out. */
const filesBelow = (directory: string, depth: number): readonly string[] =>
  readdirSync(directory)
    .sort()
    .filter((name) => !name.startsWith('.') && !name.endsWith('~') && depth < deepest)
    .flatMap((name) => {
      const path = join(directory, name)
      const extension = extname(name)
      const entry = statSync(path)
      if (entry.isDirectory()) return extension === '' ? filesBelow(path, depth + 1) : []
      return entry.isFile() && extensions.includes(extension) ? [path] : []
    })

const readFile = (path: string, { keyring, problems }: Reading): readonly MapNode[] => {
  let read: ReturnType<typeof readTextFile>
  try {
    read = readTextFile(path)
  } catch (error) {
    return unreadable(path, codeOf(error), problems)
  }
  if (!read.ok) {
    problems.push(read.problem)
    return []
  }
  const checked = readWithKeyring({ text: read.text, file: path }, keyring, parseVarsFile)
  problems.push(...checked.problems)
  return checked.value === undefined ? [] : [checked.value]
}

const unreadable = (path: string, code: string, problems: Diagnostic[]): readonly MapNode[] => {
  problems.push({ severity: 'error', summary: `${path} cannot be read (${code})`, hint: 'look at its owner and mode' })
  return []
}
