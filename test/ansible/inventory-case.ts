import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readInventory } from '../../src/inventory/read.ts'
import type { ResolvedInventory } from '../../src/inventory/resolve.ts'
import { list } from '../../src/inventory/show.ts'
import type { Checked } from '../../src/model/document.ts'
import type { Question, Ruling } from './referee.ts'

/** An inventory that ipvs-play and Ansible both read. */
export interface InventoryCase {
  readonly name: string
  /** By path; one that begins with `#!` is made executable. */
  readonly files: Readonly<Record<string, string>>
  /** What `-i` names; `hosts` if not given. */
  readonly inventories?: readonly string[]
  /** Where a playbook would lie. */
  readonly playbookDirectory?: string
  /** A difference on purpose. */
  readonly differs?: { readonly reason: string; readonly ours: Answer } | undefined
}

/** The inventory as `--list` shows it, or that it was refused. */
export type Answer = { readonly list: unknown } | { readonly refused: true }

/** A difference: ipvs-play refuses what Ansible passes over. */
export const refused = (reason: string): InventoryCase['differs'] => ({ reason, ours: { refused: true } })

export const noHosts: InventoryCase['differs'] = {
  reason: 'An inventory of nothing is no mistake by itself; a run of no hosts is',
  ours: { list: { _meta: { hostvars: {} }, all: { children: ['ungrouped'] } } },
}

/** The answer for an inventory of one ungrouped host; without variables if none are given. */
export const withVars = (host: string, vars?: Readonly<Record<string, unknown>>): Answer => ({
  list: {
    _meta: { hostvars: vars === undefined ? {} : { [host]: vars } },
    all: { children: ['ungrouped'] },
    ungrouped: { hosts: [host] },
  },
})

/** Writes the files of each case into a directory of its name. */
export const layOut = (cases: readonly InventoryCase[], folder: string): void => {
  for (const { name, files } of cases) {
    mkdirSync(join(folder, name), { recursive: true })
    for (const [path, text] of Object.entries(files)) {
      const file = join(folder, name, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
    }
  }
}

const inventoriesOf = ({ inventories = ['hosts'] }: InventoryCase): readonly string[] => inventories

const basedir = ({ playbookDirectory }: InventoryCase): readonly string[] =>
  playbookDirectory === undefined ? [] : ['--playbook-dir', playbookDirectory]

export const inventoryQuestion = (one: InventoryCase, args: readonly string[]): Question => ({
  argv: ['ansible-inventory', ...inventoriesOf(one).flatMap((path) => ['-i', path]), ...basedir(one), ...args],
  cwd: one.name,
})

/** Ansible goes on without what it cannot read, unless it is told to refuse. */
export const strictAnsible = { ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: '1' }

export const answerOf = ({ code, stdout }: Ruling): Answer =>
  code === 0 ? { list: withoutProfile(JSON.parse(stdout)) } : { refused: true }

/** A mark of ansible-core 2.19 for itself. */
const withoutProfile = (list: { _meta: { profile?: string } }): unknown => {
  const { profile: _, ...meta } = list._meta
  return { ...list, _meta: meta }
}

/** Reads the case with its files below a directory. */
export const readCase = (one: InventoryCase, directory: string): Promise<Checked<ResolvedInventory>> =>
  readInventory(
    inventoriesOf(one).map((path) => (path.includes(',') ? path : join(directory, path))),
    { playbookDirectories: one.playbookDirectory === undefined ? [] : [join(directory, one.playbookDirectory)] },
  )

/** What ipvs-play makes of it. */
export const ourAnswer = async (one: InventoryCase, folder: string): Promise<Answer> => {
  const { value, problems } = await readCase(one, join(folder, one.name))
  if (problems.some(({ severity }) => severity === 'error')) return { refused: true }
  return { list: JSON.parse(list(value, { as: 'json' })) }
}
