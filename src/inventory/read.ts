import { existsSync } from 'node:fs'
import type { InventoryDocument, Variable } from '../documents/inventory-document.ts'
import { parseInventory } from '../documents/inventory-format.ts'
import { parseInventoryList } from '../documents/inventory-list.ts'
import { createKeyring, hideAll, type Keyring } from '../documents/keyring.ts'
import { isVault } from '../documents/vault.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import { type ResolvedInventory, resolveInventory } from './resolve.ts'
import { runScript } from './run-script.ts'
import { findSources } from './sources.ts'
import { readVarsDirectory, type VarsDirectory } from './vars-directory.ts'

export interface InventoryOptions {
  readonly playbookDirectories: readonly string[]
  readonly scripts?: 'run' | 'leave'
  /** For vaults; without one they are a mistake. */
  readonly keyring?: Keyring
}

/**
 * Reads inventories in order, later ones over earlier ones, with `group_vars/` and `host_vars/` beside each of them and
 * in each playbook directory (which win). A path is a YAML or INI file, a script, a directory of them, or hosts with
 * commas. Scripts that are left make the inventory `incomplete`.
 * Every mistake in all files is in `problems`; the value is as much as could be read. Never rejects for what the files hold.
 */
export const readInventory = async (
  paths: readonly string[],
  { playbookDirectories, scripts = 'run', keyring = createKeyring([]) }: InventoryOptions,
): Promise<Checked<ResolvedInventory>> => {
  const problems: Diagnostic[] = []
  const documents: InventoryDocument[] = []
  const beside: string[] = []
  const notRun: string[] = []
  const take = ({ value, problems: found }: Checked<InventoryDocument>): void => {
    documents.push(value)
    problems.push(...found)
  }
  for (const path of paths) {
    if (path.includes(',') && !existsSync(path)) {
      take(parseInventoryList(path))
      continue
    }
    const place = findSources(path, problems)
    if (place === undefined) continue
    beside.push(place.varsBeside)
    for (const source of place.sources) {
      if (source.kind === 'text') take(readText(source, keyring))
      else if (scripts !== 'leave') take(await runScript(source.file))
      else notRun.push(source.file)
    }
  }
  const varsProblems: Diagnostic[] = []
  const read = new Map<string, VarsDirectory>()
  const resolved = resolveInventory(documents, (tree) => {
    const directory = (path: string): VarsDirectory => {
      const known = read.get(path) ?? readVarsDirectory(path, tree, { keyring, problems: varsProblems })
      read.set(path, known)
      return known
    }
    return { inventory: beside.map(directory), playbook: playbookDirectories.map(directory) }
  })
  const sealed = documents.some(({ file }) => keyring.sealed.has(file))
  const left = notRun.map(
    (file): Diagnostic => ({
      severity: 'warning',
      summary: `${file} was not run, so its hosts and variables are not checked`,
      at: { file, line: 1, column: 1 },
      hint: 'see what it gives with: ipvs-play inventory --graph',
    }),
  )
  const value = notRun.length > 0 || sealed ? { ...resolved.value, incomplete: true } : resolved.value
  return { value, problems: [...problems, ...left, ...resolved.problems, ...varsProblems] }
}

/** An inventory may be a vault as a whole; what it says of hosts and groups is a secret then. */
const readText = (
  { text, file }: { readonly text: string; readonly file: string },
  keyring: Keyring,
): Checked<InventoryDocument> => {
  const opened = keyring.openFile(text, file)
  if (opened.value === undefined) return { value: { file, statements: [] }, problems: opened.problems }
  const parsed = parseInventory(opened.value, file)
  if (isVault(text)) for (const { node } of variablesOf(parsed.value)) hideAll(node, keyring)
  return parsed
}

const variablesOf = ({ statements }: InventoryDocument): readonly Variable[] =>
  statements.flatMap((one) => (one.kind === 'var' ? [one.variable] : one.kind === 'hosts' ? one.vars : []))
