import { isUtf8 } from 'node:buffer'
import { accessSync, constants, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { Diagnostic } from '../model/document.ts'

/** One inventory file that was found, with its text. */
interface InventorySource {
  readonly file: string
  readonly text: string
}

/** What one `-i` stands for: its files in order, and the directory that `group_vars/` and `host_vars/` lie in. */
interface InventoryPlace {
  readonly sources: readonly InventorySource[]
  readonly varsBeside: string
}

/** What Ansible leaves out of an inventory directory; `.ini` is left out too, with a warning. */
const ignored =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/

/**
 * Finds and reads the files of one `-i`: a file, or a directory in the order of its names, as Ansible walks it.
 * What is missing, unreadable or no inventory is added to `problems`; `undefined` if there is nothing at all. Files are read synchronously: they are few, and
 * each trip through the thread pool would cost more than the reading.
 */
export const findSources = (path: string, problems: Diagnostic[]): InventoryPlace | undefined => {
  const entry = attempt(path, problems, () => statSync(path))
  if (entry === undefined) return undefined
  if (!entry.isDirectory()) return { sources: readSource(path, entry, problems), varsBeside: dirname(path) }
  const before = problems.length
  const sources = sourcesBelow(path, [], problems)
  if (sources.length === 0 && problems.length === before) {
    const hint = 'put a file with hosts into it, such as hosts.yml'
    problems.push({ severity: 'warning', summary: `the inventory directory '${path}' holds no inventory file`, hint })
  }
  return { sources, varsBeside: path }
}

const attempt = <T>(path: string, problems: Diagnostic[], action: () => T): T | undefined => {
  try {
    return action()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const missing = code === 'ENOENT' || code === 'ENOTDIR'
    const summary = missing ? `there is no inventory '${path}'` : `the inventory '${path}' cannot be read (${code})`
    const hint = missing ? 'name a file or a directory with -i PATH' : 'look at its owner and mode'
    problems.push({ severity: 'error', summary, hint })
    return undefined
  }
}

/** `above` are the directories on the way, so that a link that leads up is followed once. */
const sourcesBelow = (
  directory: string,
  above: readonly string[],
  problems: Diagnostic[],
): readonly InventorySource[] => {
  const real = realpathSync(directory)
  const names = above.includes(real) ? [] : (attempt(directory, problems, () => readdirSync(directory).sort()) ?? [])
  return names.flatMap((name) => {
    if (ignored.test(name)) return []
    const path = join(directory, name)
    if (extname(name) === '.ini') return warnOfIni(path, problems)
    const entry = attempt(path, problems, () => statSync(path))
    if (entry?.isDirectory()) return sourcesBelow(path, [...above, real], problems)
    return entry?.isFile() ? readSource(path, entry, problems) : []
  })
}

const warnOfIni = (path: string, problems: Diagnostic[]): readonly InventorySource[] => {
  const summary = `${path} is not read: in a directory the extension .ini is ignored, as in Ansible`
  problems.push({ severity: 'warning', summary, hint: 'drop the extension, or name the file itself with -i' })
  return []
}

const readSource = (path: string, entry: Stats, problems: Diagnostic[]): readonly InventorySource[] => {
  const bytes = attempt(path, problems, () => readFileSync(path))
  if (bytes === undefined) return []
  const refusal = refusalOf(path, entry, bytes)
  if (refusal === undefined) return [{ file: path, text: bytes.toString('utf8') }]
  problems.push({ severity: 'error', at: { file: path, line: 1, column: 1 }, ...refusal })
  return []
}

const refusalOf = (path: string, entry: Stats, bytes: Buffer): { summary: string; hint: string } | undefined => {
  if (bytes.subarray(0, 2).toString('latin1') === '#!') {
    const hint = `write its result into a file: ansible-inventory -i ${path} --list --yaml > hosts.yml`
    const summary = isExecutable(path, entry) ? 'executable inventories come later' : 'this is a script, no inventory'
    return { summary, hint }
  }
  if (extname(path) === '.toml') return { summary: 'inventories in TOML are not read', hint: 'write it as YAML or INI' }
  return isUtf8(bytes) ? undefined : { summary: 'this file is not text in UTF-8', hint: 'save it as UTF-8' }
}

const isExecutable = (path: string, entry: Stats): boolean => {
  if (!entry.isFile()) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
