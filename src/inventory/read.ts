import { existsSync } from 'node:fs'
import type { InventoryDocument } from '../documents/inventory-document.ts'
import { parseInventory } from '../documents/inventory-format.ts'
import { parseInventoryList } from '../documents/inventory-list.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import { type ResolvedInventory, resolveInventory } from './resolve.ts'
import { runScript } from './run-script.ts'
import { findSources } from './sources.ts'
import { readVarsDirectory, type VarsDirectory } from './vars-directory.ts'

/**
 * Reads inventories in order, later ones over earlier ones, with `group_vars/` and `host_vars/` beside each of them and
 * in each playbook directory (which win). A path is a YAML or INI file, a script, a directory of them, or hosts with
 * commas. Scripts that are left make the inventory `incomplete`.
 * Every mistake in all files is in `problems`; the value is as much as could be read. Never rejects for what the files hold.
 */
export const readInventory = async (
  paths: readonly string[],
  options: { readonly playbookDirectories: readonly string[]; readonly scripts?: 'run' | 'leave' },
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
      if (source.kind === 'text') take(parseInventory(source.text, source.file))
      else if (options.scripts !== 'leave') take(await runScript(source.file))
      else notRun.push(source.file)
    }
  }
  const varsProblems: Diagnostic[] = []
  const read = new Map<string, VarsDirectory>()
  const resolved = resolveInventory(documents, (tree) => {
    const directory = (path: string): VarsDirectory => {
      const known = read.get(path) ?? readVarsDirectory(path, tree, varsProblems)
      read.set(path, known)
      return known
    }
    return { inventory: beside.map(directory), playbook: options.playbookDirectories.map(directory) }
  })
  const left = notRun.map(
    (file): Diagnostic => ({
      severity: 'warning',
      summary: `${file} was not run, so its hosts and variables are not checked`,
      at: { file, line: 1, column: 1 },
      hint: 'see what it gives with: ipvs-play inventory --graph',
    }),
  )
  const value = notRun.length > 0 ? { ...resolved.value, incomplete: true } : resolved.value
  return { value, problems: [...problems, ...left, ...resolved.problems, ...varsProblems] }
}
