import { join } from 'node:path'
import { toValue } from '../../src/documents/to-value.ts'
import { parseYaml } from '../../src/documents/yaml.ts'
import { selectHosts } from '../../src/inventory/patterns.ts'
import { graph, host, list } from '../../src/inventory/show.ts'
import type { Value } from '../../src/model/document.ts'
import { textOf } from '../../src/template/python-text.ts'
import { type InventoryCase, inventoryQuestion, readCase } from './inventory-case.ts'
import { inventoryCases } from './inventory-cases.ts'
import type { Question, Ruling } from './referee.ts'

/** The other ways in which `ansible-inventory` shows an inventory. */
const views = [
  ['--graph'],
  ['--graph', '--vars'],
  ['--graph', 'web'],
  ['--list', '--yaml'],
  ['--list', '--limit', 'w*'],
  ['--list', '--yaml', '--limit', '!w1'],
  ['--host', 'w1'],
  ['--host', 'w1', '--yaml'],
] as const

const shown = [
  'ini groups',
  'ini depth and priority',
  'yaml groups',
  'beside: files of groups and hosts',
  'beside: the inventory over files, files over it',
  'beside: the playbook too',
  'script: with _meta',
  'a directory as it is in the field',
]

interface View {
  readonly name: string
  readonly of: InventoryCase
  readonly args: readonly string[]
}

export const inventoryViews: readonly View[] = inventoryCases
  .filter(({ name }) => shown.includes(name))
  .flatMap((of) => views.map((args) => ({ name: `${of.name}: ${args.join(' ')}`, of, args })))

export const viewQuestion = ({ of, args }: View): Question => inventoryQuestion(of, args)

/** Text of a tree as it is, anything else as the value it writes. */
export const viewOf = ({ args }: View, { code, stdout }: Ruling): Value => {
  if (code !== 0) return 'refused'
  return args.includes('--graph') ? stdout.trimEnd() : written(stdout)
}

const written = (text: string): Value => {
  const node = parseYaml(text, 'stdout', 'data').value
  const value = node === undefined ? null : toValue(node)
  if (typeof value !== 'object' || value === null || !('_meta' in value)) return value
  const { _meta: meta, ...groups } = value
  return { ...groups, _meta: { hostvars: (meta as { hostvars: Value }).hostvars } }
}

export const ourView = async ({ of, args }: View, folder: string): Promise<Value> => {
  const { value } = await readCase(of, join(folder, of.name))
  const limit = args.includes('--limit') ? { within: selectHosts(args.at(-1) ?? '', value).value } : {}
  const as = args.includes('--yaml') ? 'yaml' : 'json'
  if (args[0] === '--graph') {
    const vars = args.includes('--vars') ? textOf : undefined
    return graph(value, args[1] === 'web' ? 'web' : undefined, vars) ?? 'refused'
  }
  const text = args[0] === '--host' ? host(value, args[1] ?? '', { as }) : list(value, { as, ...limit })
  return text === undefined ? 'refused' : written(text)
}
