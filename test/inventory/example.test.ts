import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { directoryWith, varsOf } from './resolved.ts'

const root = resolve(import.meta.dirname, '../..')
const page = readFileSync(`${root}/docs/inventory.md`, 'utf8')
const block = (language: string): string => new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(page)?.[1] ?? ''
const read = async (files: { readonly [path: string]: string }) =>
  readInventory([directoryWith(files)], { playbookDirectories: [] })

test('the example inventory is what the playbooks ask for', async () => {
  const { value, problems } = await readInventory([`${root}/inventory`], { playbookDirectories: [`${root}/playbooks`] })
  expect(problems).toEqual([])
  expect(value.groups.get('director')).toEqual(['d1'])
  expect(value.groups.get('realserver')).toEqual(['rs1', 'rs2', 'rs3', 'rs4'])
  for (const host of value.hosts.keys()) expect(varsOf(value, host)).toMatchObject({ vip: '192.0.2.100' })
})

test('both fleets on the page are the same fleet', async () => {
  const [yaml, ini] = [await read({ 'hosts.yml': block('yaml') }), await read({ hosts: block('ini') })]
  expect([yaml.problems, ini.problems]).toEqual([[], []])
  expect([...ini.value.groups]).toEqual([...yaml.value.groups])
  for (const host of yaml.value.hosts.keys()) expect(varsOf(ini.value, host)).toEqual(varsOf(yaml.value, host))
})

const patterns = [...page.matchAll(/^\| `(.+?)` \| ((?:\w+ ?)+) \|/gm)].map(([, pattern = '', hosts = '']) => [
  pattern,
  hosts,
])

test('the table of patterns is found', () => {
  expect(patterns.length).toBeGreaterThan(10)
})

test.each(patterns)('%s selects %s, as the page says', async (pattern, hosts) => {
  const { value } = await read({ 'hosts.yml': block('yaml') })
  expect(selectHosts(pattern ?? '', value)).toEqual({ value: hosts?.split(' '), problems: [] })
})
