import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inventoryCases } from './inventory-cases.ts'
import { patternCases } from './pattern-cases.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/coming-from-ansible.md'), 'utf8')
const reasons = [...inventoryCases, ...patternCases].flatMap(({ differs }) => differs?.reason ?? [])

test.each([...new Set(reasons)])('docs/coming-from-ansible.md tells: %s', (reason) => {
  expect(page).toContain(`| ${reason} |`)
})
