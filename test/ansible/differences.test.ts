import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { inventoryCases } from './inventory-cases.ts'
import { patternCases } from './pattern-cases.ts'
import { playbookCases } from './playbook-cases.ts'
import { recordedAnswers } from './recorded.ts'
import { differences } from './template-differences.ts'

const page = readFileSync(join(import.meta.dirname, '../../docs/coming-from-ansible.md'), 'utf8')
const sectionOf = (heading: string): string => {
  const [, section = ''] = page.split(`## ${heading}\n`)
  return section.slice(0, section.search(/^## /m))
}
const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].sort()

test.each([...new Set([...inventoryCases, ...patternCases].flatMap(({ differs }) => differs?.reason ?? []))])(
  'inventories differ for a reason that the page tells: %s',
  (reason) => {
    expect(sectionOf('Inventory')).toContain(`| ${reason} |`)
  },
)

test('Ansible was asked of these playbooks, and of no others', () => {
  expect(unique(Object.keys(recordedAnswers('playbooks')))).toEqual(unique(playbookCases.map(({ name }) => name)))
})

test('playbooks differ in what the page lists, and in nothing else', () => {
  const [, table = ''] = sectionOf('Playbooks').split('| difference | why |\n|---|---|\n')
  const told = [...table.matchAll(/^\| (.+?) \| .+ \|$/gm)].map(([, difference = '']) => difference)
  expect(unique(told)).toEqual(unique(playbookCases.flatMap(({ differs }) => differs?.difference ?? [])))
})

test('templates differ in what the page lists, and in nothing else', () => {
  const told = [...sectionOf('Templates').matchAll(/^- \*\*(.+?)\.\*\*/gm)].map(([, heading = '']) => heading)
  expect(unique(told)).toEqual(unique(differences.map(({ heading }) => heading)))
})
