import type { Checked } from '../model/document.ts'
import { type InventoryDocument, mistake, toDocument } from './inventory-document.ts'
import { portOf, readHostPattern } from './inventory-hosts.ts'

/** Reads hosts given on the command line: `-i rs1,rs2:2222,` (the comma is what tells a list from a path). */
export const parseInventoryList = (text: string): Checked<InventoryDocument> => {
  const findings = [...text.matchAll(/[^,\s]+/g)].flatMap(({ 0: name, index }) => {
    const at = { file: '-i', line: 1, column: index + 1 }
    const hosts = readHostPattern(name)
    if (!hosts.ok) return mistake(at, hosts.summary, hosts.hint)
    return [{ kind: 'hosts', group: 'ungrouped', names: hosts.names, at, ...portOf(hosts), vars: [] } as const]
  })
  return toDocument('-i', findings)
}
