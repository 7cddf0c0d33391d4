import { extname } from 'node:path'
import type { Checked } from '../model/document.ts'
import type { InventoryDocument } from './inventory-document.ts'
import { parseInventoryIni } from './inventory-ini.ts'
import { parseInventoryYaml } from './inventory-yaml.ts'

/**
 * Reads an inventory in the format that its name or, where that says nothing, its first line tells. Ansible tries YAML
 * and then INI; telling them apart first keeps the mistakes of one format from being reported as those of the other.
 */
export const parseInventory = (text: string, file: string): Checked<InventoryDocument> =>
  isYaml(text, file) ? parseInventoryYaml(text, file) : parseInventoryIni(text, file)

const isYaml = (text: string, file: string): boolean => {
  const extension = extname(file)
  if (extension === '.yml' || extension === '.yaml' || extension === '.json') return true
  if (extension === '.ini') return false
  const first = /^\uFEFF?(?:[ \t]*(?:[#;].*)?(?:\r\n|\n|\r))*[ \t]*(.*)/.exec(text)?.[1] ?? ''
  return /^(?:---|%YAML|\{)/.test(first) || /^(?:"[^"]*"|'[^']*'|[^\s=[\]"']+):(?:\s|$)/.test(first)
}
