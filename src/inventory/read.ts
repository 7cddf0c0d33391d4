import { existsSync } from 'node:fs'
import type { InventoryDocument } from '../documents/inventory-document.ts'
import { parseInventory } from '../documents/inventory-format.ts'
import { parseInventoryList } from '../documents/inventory-list.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import { type ResolvedInventory, resolveInventory } from './resolve.ts'
import { findSources } from './sources.ts'
import { readVarsDirectory, type VarsDirectory } from './vars-directory.ts'

/**
 * Reads inventories in order, later ones over earlier ones, with `group_vars/` and `host_vars/` beside each of them and
 * in each playbook directory (which win). A path is a YAML or INI file, a directory of them, or hosts with commas.
 * Every mistake in all files is in `problems`; the value is as much as could be read. Never rejects for what the files hold.
 */
export const readInventory = async (
  paths: readonly string[],
  options: { readonly playbookDirectories: readonly string[] },
): Promise<Checked<ResolvedInventory>> => {
  const problems: Diagnostic[] = []
  const documents: InventoryDocument[] = []
  const beside: string[] = []
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
    for (const { file, text } of place.sources) take(parseInventory(text, file))
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
  return { value: resolved.value, problems: [...problems, ...resolved.problems, ...varsProblems] }
}
