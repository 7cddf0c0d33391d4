/** The keywords that tasks have of their own or from the blocks and imports around them. */
import type { BecomeMethod } from '../model/connection.ts'
import type { DocNode, MapEntry, MapNode, ScalarNode } from '../model/document.ts'
import { readBecomeMethod } from './become-method.ts'
import {
  describe,
  isNothing,
  mistake,
  type Report,
  readBoolean,
  readCount,
  readEnvironment,
  readPlainText,
  readTags,
  readText,
  readTexts,
  readVariables,
} from './playbook-fields.ts'
import { present } from './present.ts'

export interface InheritedDocument {
  readonly name?: ScalarNode
  readonly when: readonly DocNode[]
  readonly tags: readonly string[]
  readonly notify: readonly ScalarNode[]
  readonly vars?: MapNode
  readonly environment?: DocNode
  readonly become?: boolean
  readonly becomeUser?: string
  readonly becomeMethod?: BecomeMethod
  readonly noLog?: boolean
  readonly ignoreErrors?: boolean
  readonly ignoreUnreachable?: boolean
  readonly anyErrorsFatal?: boolean
  readonly runOnce?: boolean
  readonly checkMode?: boolean
  readonly diff?: boolean
  /** Hosts at once. */
  readonly throttle?: number
  /** Seconds. */
  readonly timeout?: number
  readonly delegateTo?: ScalarNode
}

const inBraces = (text: string): boolean => text.trimStart().startsWith('{{') && text.trimEnd().endsWith('}}')

/** A condition is an expression already: braces around it are a habit from values, which Ansible puts up with too. */
export const readConditions = (node: DocNode, what: string, report: Report): readonly DocNode[] => {
  const conditions = node.kind === 'list' ? node.items : [node]
  return conditions.filter((condition) => {
    if (condition.kind !== 'scalar' || condition.value === null) {
      report(mistake(condition.at, `\`${what}\` must be a condition, not ${describe(condition)}`))
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
  const seconds = (node: DocNode, key: string) => readCount(node, key, 0, report)
  const hosts = (node: DocNode, key: string) => (isNothing(node) ? undefined : readCount(node, key, 0, report))
  const optional = {
    name: read('name', readTextNode),
    vars: read('vars', readVariables),
    environment: read('environment', (node) => readEnvironment(node, report)),
    become: read('become', readBoolean),
    becomeUser: read('become_user', readPlainText),
    becomeMethod: read('become_method', readBecomeMethod),
    noLog: read('no_log', readBoolean),
    ignoreErrors: read('ignore_errors', readBoolean),
    ignoreUnreachable: read('ignore_unreachable', readBoolean),
    anyErrorsFatal: read('any_errors_fatal', readBoolean),
    runOnce: read('run_once', readBoolean),
    checkMode: read('check_mode', readBoolean),
    diff: read('diff', readBoolean),
    throttle: read('throttle', hosts),
    timeout: read('timeout', seconds),
    delegateTo: read('delegate_to', readTextNode),
  }
  return {
    when: read('when', readConditions) ?? [],
    tags: read('tags', (node) => readTags(node, report)) ?? [],
    notify: read('notify', readTexts) ?? [],
    ...present(optional),
  }
}
