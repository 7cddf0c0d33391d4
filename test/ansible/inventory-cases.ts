import type { InventoryCase } from './inventory-case.ts'
import { iniCases } from './inventory-ini-cases.ts'

/** Every inventory that is held to real Ansible. */
export const inventoryCases: readonly InventoryCase[] = [...iniCases]
