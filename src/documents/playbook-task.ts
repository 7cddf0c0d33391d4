/** One task of a playbook: its keywords, and which task type it is. */
import type { DocNode, MapEntry, MapNode, Position, ScalarNode } from '../model/document.ts'
import {
  checkVariableName,
  describe,
  entriesOf,
  isNothing,
  mistake,
  type Report,
  readBoolean,
  readEnvironment,
  readPlainText,
  readTags,
  readText,
  readTexts,
  readVariables,
} from './playbook-fields.ts'
import { judgeTaskWord, shortName, taskKeywords } from './playbook-words.ts'

export interface TaskDocument {
  readonly at: Position
  readonly name?: ScalarNode
  /** The task type's short name, and its arguments. Absent: it was reported that no type could be told. */
  readonly work?: { readonly type: string; readonly args: DocNode }
  readonly when: readonly DocNode[]
  readonly loop?: DocNode
  readonly register?: ScalarNode
  readonly become?: boolean
  readonly becomeUser?: string
  readonly notify: readonly ScalarNode[]
  readonly noLog: boolean
  readonly ignoreErrors: boolean
  readonly environment?: DocNode
  readonly vars?: MapNode
  readonly tags: readonly string[]
}

/** `undefined` values left out, so that optional fields are absent. */
export const present = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }

const isKeyword = (word: string): boolean => (taskKeywords as readonly string[]).includes(word)

const inBraces = (text: string): boolean => text.trimStart().startsWith('{{') && text.trimEnd().endsWith('}}')

/** A condition is an expression already: braces around it are a habit from values, which Ansible puts up with too. */
const readConditions = (node: DocNode, report: Report): readonly DocNode[] => {
  const conditions = node.kind === 'list' ? node.items : [node]
  return conditions.filter((condition) => {
    if (condition.kind !== 'scalar' || condition.value === null) {
      report(mistake(condition.at, `\`when\` must be a condition, not ${describe(condition)}`))
      return false
    }
    if (typeof condition.value === 'string' && inBraces(condition.value))
      report({
        ...mistake(condition.at, '`when` is an expression already', 'leave {{ and }} out'),
        severity: 'warning',
      })
    return true
  })
}

const readLoop = (node: DocNode, report: Report): DocNode | undefined => {
  if (node.kind === 'list') return node
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{')) return node
  const hint =
    node.kind === 'map' ? 'write `loop: "{{ … | dict2items }}"`' : 'write a list, or a template that yields one'
  report(mistake(node.at, `\`loop\` must be a list, not ${describe(node)}`, hint))
  return undefined
}

const readRegister = (node: DocNode, report: Report): ScalarNode | undefined => {
  const name = readText(node, 'register', report)
  if (name === undefined || node.kind !== 'scalar') return undefined
  checkVariableName(name, node.at, report)
  return node
}

/** Arguments at the level of their task type: the most common slip of indentation. */
const outdented = (types: readonly MapEntry[], word: string): string | undefined => {
  const [type] = types
  return types.length === 1 && type !== undefined && isNothing(type.value) && word.includes('.')
    ? `indent it, so that it is below \`${type.key.source}:\``
    : undefined
}

const findType = (map: MapNode, known: readonly string[], report: Report): MapEntry | undefined => {
  const types = map.entries.filter(({ key }) => known.includes(shortName(String(key.value))))
  const others = map.entries.filter((entry) => !isKeyword(String(entry.key.value)) && !types.includes(entry))
  for (const { key } of others) {
    const word = String(key.value)
    const verdict = judgeTaskWord(word, known)
    report(mistake(key.at, verdict.summary, outdented(types, word) ?? verdict.hint))
  }
  const [first, second] = types
  if (second !== undefined)
    report(
      mistake(
        second.key.at,
        `a task is of one type, and this one is \`${first?.key.source}\` and \`${second.key.source}\``,
        'make it two tasks',
      ),
    )
  if (first === undefined && others.length === 0)
    report(mistake(map.at, 'this task does nothing: it names no task type', `the task types are ${known.join(', ')}`))
  return second === undefined ? first : undefined
}

/**
 * A task as it was written.
 * @param known  names of the task types
 * @returns nothing when it is not a map; everything wrong with it is reported either way
 */
export const readTask = (node: DocNode, known: readonly string[], report: Report): TaskDocument | undefined => {
  if (node.kind !== 'map') {
    report(
      mistake(
        node.at,
        `a task is a map, not ${describe(node)}`,
        `begin it with \`- name: …\`, then the task type below`,
      ),
    )
    return undefined
  }
  const entries = entriesOf(node)
  const read = <T>(key: string, reader: (value: DocNode) => T): T | undefined => {
    const entry = entries.get(key)
    return entry === undefined ? undefined : reader(entry.value)
  }
  const flag = (key: string) => read(key, (value) => readBoolean(value, key, report))
  const name = read('name', (value) =>
    readText(value, 'name', report) === undefined ? undefined : (value as ScalarNode),
  )
  const fields = {
    name,
    loop: read('loop', (value) => readLoop(value, report)),
    register: read('register', (value) => readRegister(value, report)),
    become: flag('become'),
    becomeUser: read('become_user', (value) => readPlainText(value, 'become_user', report)),
    environment: read('environment', (value) => readEnvironment(value, report)),
    vars: read('vars', (value) => readVariables(value, 'vars', report)),
  }
  const lists = {
    when: read('when', (value) => readConditions(value, report)) ?? [],
    notify: read('notify', (value) => readTexts(value, 'notify', report)) ?? [],
    tags: read('tags', (value) => readTags(value, report)) ?? [],
  }
  const flags = { noLog: flag('no_log') ?? false, ignoreErrors: flag('ignore_errors') ?? false }
  const type = findType(node, known, report)
  const work = type && { type: shortName(String(type.key.value)), args: type.value }
  return { at: node.at, ...lists, ...flags, ...present({ ...fields, work }) }
}
