import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limitHosts, selectHosts } from '../../src/inventory/patterns.ts'
import { readInventory } from '../../src/inventory/read.ts'
import { type PatternCase, patternFiles } from './pattern-cases.ts'
import type { Question, Ruling } from './referee.ts'

/** The hosts of a pattern in order; none where it was refused, since Ansible's exit code does not tell the two apart. */
export type Selection = readonly string[]

export const nameOf = ({ inventory, pattern, limit }: PatternCase): string =>
  `${inventory}: ${pattern}${limit === undefined ? '' : ` --limit ${limit}`}`

export const layOutPatterns = (folder: string): void => {
  for (const [name, text] of Object.entries(patternFiles)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, name), text)
  }
}

export const patternQuestion = ({ inventory, pattern, limit }: PatternCase): Question => ({
  argv: ['ansible', '-i', inventory, '--list-hosts', ...(limit === undefined ? [] : ['--limit', limit]), '--', pattern],
})

/** A name that matches nothing is passed over with a warning, unless Ansible is told otherwise. */
export const strictPatterns = { ANSIBLE_HOST_PATTERN_MISMATCH: 'error' }

export const selectionOf = ({ code, stdout }: Ruling): Selection => {
  if (code !== 0) return []
  const [, ...lines] = stdout.trimEnd().split('\n')
  return lines.map((line) => line.trim())
}

export const ourSelection = async ({ inventory, pattern, limit }: PatternCase, folder: string): Promise<Selection> => {
  const { value } = await readInventory([join(folder, inventory)], { playbookDirectories: [] })
  const all = selectHosts(pattern, value)
  const within = limitHosts(all.value, limit?.replaceAll('@', `@${folder}/`), value)
  return [...all.problems, ...within.problems].some(({ severity }) => severity === 'error') ? [] : within.value
}
