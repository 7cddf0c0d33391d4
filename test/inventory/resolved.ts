import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { parseInventory } from '../../src/documents/inventory-format.ts'
import { toValue } from '../../src/documents/to-value.ts'
import { type ResolvedInventory, resolveInventory } from '../../src/inventory/resolve.ts'
import type { Checked, Diagnostic } from '../../src/model/document.ts'
import type { Inventory } from '../../src/model/inventory.ts'

/** Several inventory files without variable files. */
export const resolved = (...texts: readonly string[]): Checked<ResolvedInventory> =>
  resolveInventory(
    texts.map((text, index) => parseInventory(text, `f${index}`).value),
    () => ({ inventory: [], playbook: [] }),
  )

/** A host's variables as plain values; those that tell where it was found left out. */
export const varsOf = (inventory: Inventory, host: string): { readonly [name: string]: unknown } => {
  const plain: { [name: string]: unknown } = {}
  for (const [name, binding] of inventory.hosts.get(host)?.vars ?? []) {
    if (binding.kind === 'written' && !name.startsWith('inventory_')) plain[name] = toValue(binding.node)
  }
  return plain
}

/** A directory with these files, gone when the test ends. */
export const directoryWith = (files: { readonly [path: string]: string }): string => {
  const directory = mkdtempSync(join(tmpdir(), 'ipvs-play-inventory-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), text)
  }
  return directory
}

/** Problems as short lines: severity, place, summary and hint. */
export const told = (problems: readonly Diagnostic[], directory = ''): readonly string[] =>
  problems.map(({ severity, at, summary, hint }) => {
    const place = at === undefined ? '' : `${at.file}:${at.line}:${at.column} `
    return `${severity}: ${place}${summary}${hint === undefined ? '' : ` (${hint})`}`.replaceAll(
      directory === '' ? '' : `${directory}/`,
      '',
    )
  })
