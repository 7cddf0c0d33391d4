import { exampleCase } from './example-case.ts'
import { generatedInventories } from './generated-inventories.ts'
import type { InventoryCase } from './inventory-case.ts'
import { directoryCases } from './inventory-directory-cases.ts'
import { iniCases } from './inventory-ini-cases.ts'
import { yamlCases } from './inventory-yaml-cases.ts'

/** Every inventory that is held to real Ansible. */
export const inventoryCases: readonly InventoryCase[] = [
  ...iniCases,
  ...yamlCases,
  ...directoryCases,
  ...generatedInventories(),
  exampleCase,
]
