/** The keywords that tasks have of their own or from the blocks and imports around them. */
import type { DocNode, MapEntry, MapNode, ScalarNode } from '../model/document.ts'
import {
  describe,
  mistake,
  type Report,
  readEnvironment,
  readTags,
  readText,
  readTexts,
  readVariables,
} from './playbook-fields.ts'
import { refuseOtherWords } from './playbook-implied.ts'
import { readSwitches, type SwitchesDocument } from './playbook-switches.ts'
import { present } from './present.ts'

export interface InheritedDocument extends SwitchesDocument {
  readonly name?: ScalarNode
  readonly when: readonly DocNode[]
  readonly tags: readonly string[]
  readonly notify: readonly ScalarNode[]
  readonly vars?: MapNode
  readonly environment?: DocNode
  readonly delegateTo?: ScalarNode
}

const inBraces = (text: string): boolean => text.trimStart().startsWith('{{') && text.trimEnd().endsWith('}}')

/** A condition is an expression already: braces around it are a habit from values, which Ansible puts up with too. */
export const readConditions = (node: DocNode, what: string, report: Report): readonly DocNode[] => {
  const conditions = node.kind === 'list' ? node.items : [node]
  return conditions.filter((condition) => {
    if (condition.kind !== 'scalar' || condition.value === null) {
      report(
        mistake(
          condition.at,
          `\`${what}\` must be a condition, not ${describe(condition)}`,
          'write an expression, or a list of them',
        ),
      )
      return false
    }
    if (typeof condition.value === 'string' && inBraces(condition.value))
      report({
        ...mistake(condition.at, `\`${what}\` is an expression already`, 'leave {{ and }} out'),
        severity: 'warning',
      })
    return true
  })
}

/** The text node of a keyword, where it is text. */
export const readTextNode = (node: DocNode, what: string, report: Report): ScalarNode | undefined =>
  readText(node, what, report) === undefined || node.kind !== 'scalar' ? undefined : node

/** Reads what `entries` hold of these keywords. */
export const readInherited = (entries: ReadonlyMap<string, MapEntry>, report: Report): InheritedDocument => {
  const read = <T>(key: string, reader: (value: DocNode, key: string, report: Report) => T): T | undefined => {
    const entry = entries.get(key)
    return entry === undefined ? undefined : reader(entry.value, key, report)
  }
  refuseOtherWords(entries, 'task', report)
  const optional = {
    name: read('name', readTextNode),
    vars: read('vars', readVariables),
    environment: read('environment', (node) => readEnvironment(node, report)),
    delegateTo: read('delegate_to', readTextNode),
  }
  return {
    when: read('when', readConditions) ?? [],
    tags: read('tags', (node) => readTags(node, report)) ?? [],
    notify: read('notify', readTexts) ?? [],
    ...readSwitches(entries, report),
    ...present(optional),
  }
}
