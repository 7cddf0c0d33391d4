import { readdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { dirname, extname, join } from 'node:path'
import type { Diagnostic } from '../model/document.ts'
import { unsafeToRun } from './run-script.ts'
import { readTextFile } from './text-file.ts'

/** One inventory file that was found, with its text; or a script, to be run. */
type InventorySource =
  | { readonly kind: 'text'; readonly file: string; readonly text: string }
  | { readonly kind: 'script'; readonly file: string }

/** What one `-i` stands for: its files in order, and the directory that `group_vars/` and `host_vars/` lie in. */
interface InventoryPlace {
  readonly sources: readonly InventorySource[]
  readonly varsBeside: string
}

/** What Ansible leaves out of an inventory directory. */
const ignored =
  /^\.|^(?:host_vars|group_vars|vars_plugins)$|(?:\.pyc|\.pyo|\.swp|\.bak|~|\.rpm|\.md|\.txt|\.rst|\.orig|\.cfg|\.retry)$/

/**
 * Finds and reads the files of one `-i`: a file, or a directory in the order of its names, as Ansible walks it.
 * What is missing, unreadable or no inventory is added to `problems`; `undefined` if there is nothing at all.
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
    const hint = missing
      ? 'name a file or a directory with -i PATH; an ansible.cfg is not read'
      : 'look at its owner and mode'
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
    const entry = attempt(path, problems, () => statSync(path))
    if (entry?.isDirectory()) return sourcesBelow(path, [...above, real], problems)
    return entry?.isFile() ? readSource(path, entry, problems) : []
  })
}

const readSource = (path: string, entry: Stats, problems: Diagnostic[]): readonly InventorySource[] => {
  const read = attempt(path, problems, () => readTextFile(path))
  if (read === undefined) return []
  if (!read.ok) {
    problems.push(read.problem)
    return []
  }
  const isScript = read.text.startsWith('#!')
  const refusal = isScript ? unsafeToRun(path, entry) : missingFormat(path)
  if (refusal === undefined)
    return [isScript ? { kind: 'script', file: path } : { kind: 'text', file: path, text: read.text }]
  problems.push({ severity: 'error', at: { file: path, line: 1, column: 1 }, ...refusal })
  return []
}

const missingFormat = (path: string): { summary: string; hint: string } | undefined =>
  extname(path) === '.toml'
    ? { summary: 'inventories in TOML are not read', hint: 'write it as YAML or INI' }
    : undefined
