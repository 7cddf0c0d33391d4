import type { Checked } from '../model/document.ts'
import { type InventoryDocument, mistake, portVariable, toDocument } from './inventory-document.ts'
import { readHostPattern } from './inventory-hosts.ts'

/** Reads hosts given on the command line: `-i rs1,rs2:2222,` (the comma is what tells a list from a path). */
export const parseInventoryList = (text: string): Checked<InventoryDocument> => {
  const findings = [...text.matchAll(/[^,\s]+/g)].flatMap(({ 0: name, index }) => {
    const at = { file: '-i', line: 1, column: index + 1 }
    const hosts = readHostPattern(name)
    if (!hosts.ok) return mistake(at, hosts.summary, hosts.hint)
    const vars = hosts.port === undefined ? [] : [portVariable(hosts.port, at)]
    return [{ kind: 'hosts', group: 'ungrouped', names: hosts.names, at, vars } as const]
  })
  return toDocument('-i', findings)
}
