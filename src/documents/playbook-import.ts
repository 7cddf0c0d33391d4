/** `import_playbook` in a list of plays. */
import type { DocNode, MapNode, Position, ScalarNode } from '../model/document.ts'
import { entriesOf, mistake, type Report, readPlainNode, readTags, readVariables } from './playbook-fields.ts'
import { readConditions } from './playbook-inherited.ts'
import { present } from './present.ts'

export interface ImportedPlaybook {
  readonly kind: 'import'
  readonly at: Position
  /** Absent: it was reported that it names no file. */
  readonly file?: ScalarNode
  readonly when: readonly DocNode[]
  readonly tags: readonly string[]
  readonly vars?: MapNode
}

const words = ['import_playbook', 'ansible.builtin.import_playbook', 'ansible.legacy.import_playbook']
const others = ['name', 'when', 'tags', 'vars']

export const isPlaybookImport = (map: MapNode): boolean =>
  map.entries.some(({ key }) => words.includes(String(key.value)))

export const readPlaybookImport = (map: MapNode, report: Report): ImportedPlaybook => {
  const entries = entriesOf(map)
  for (const { key } of map.entries)
    if (![...words, ...others].includes(String(key.value)))
      report(
        mistake(key.at, `\`${String(key.value)}\` does not go with \`import_playbook\``, `it has ${others.join(', ')}`),
      )
  const given = words.flatMap((word) => entries.get(word) ?? [])[0]
  const read = <T>(key: string, reader: (value: DocNode) => T): T | undefined => {
    const entry = entries.get(key)
    return entry === undefined ? undefined : reader(entry.value)
  }
  return {
    kind: 'import',
    at: map.at,
    when: read('when', (value) => readConditions(value, 'when', report)) ?? [],
    tags: read('tags', (value) => readTags(value, report)) ?? [],
    ...present({
      file: given && readPlainNode(given.value, 'import_playbook', report),
      vars: read('vars', (value) => readVariables(value, 'vars', report)),
    }),
  }
}
