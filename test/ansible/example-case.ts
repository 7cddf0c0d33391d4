import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { InventoryCase } from './inventory-case.ts'

const folder = join(import.meta.dirname, 'example')

/** An inventory as teams have it that use Ansible: it must work as it is. */
export const exampleCase: InventoryCase = {
  name: 'a directory as it is in the field',
  files: Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path, 'utf8')]),
  ),
  inventories: ['.'],
}
