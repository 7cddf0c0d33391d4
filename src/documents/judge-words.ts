/** Keys of what holds tasks: a block, an import, what is applied to an include. */
import type { MapNode } from '../model/document.ts'
import { mistake, type Report } from './playbook-fields.ts'
import { type BlockLike, blockKeywords, importKeywords, judgeBlockWord } from './playbook-words.ts'

export interface JudgedBy {
  /** Names of the task types. */
  readonly types: readonly string[]
  readonly report: Report
}

export const importWords = ['import_tasks', 'ansible.builtin.import_tasks', 'ansible.legacy.import_tasks']

/** Reports those that it does not have. */
export const judgeWords = (map: MapNode, what: BlockLike, { types, report }: JudgedBy): void => {
  const known: readonly string[] = what === 'a block' ? blockKeywords : importKeywords
  for (const { key } of map.entries) {
    const word = String(key.value)
    if (known.includes(word) || importWords.includes(word)) continue
    const { summary, hint } = judgeBlockWord(word, what, known, types)
    report(mistake(key.at, summary, hint))
  }
}
