/** The text of a playbook as plays and tasks that remember their places. */
import type { Checked, Diagnostic, DocNode, MapNode, Position, ScalarNode } from '../model/document.ts'
import {
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
  textOf,
} from './playbook-fields.ts'
import { present, readTask, type TaskDocument } from './playbook-task.ts'
import { judgePlayWord, playKeywords } from './playbook-words.ts'
import { parseYaml } from './yaml.ts'

export type { TaskDocument } from './playbook-task.ts'

export interface PlayDocument {
  readonly at: Position
  readonly name?: ScalarNode
  /** Patterns; may hold {{ }}. */
  readonly hosts: readonly ScalarNode[]
  readonly vars?: MapNode
  readonly varsFiles: readonly ScalarNode[]
  /** A task that is no map leaves a gap, so that the others keep their numbers. */
  readonly tasks: readonly (TaskDocument | undefined)[]
  readonly handlers: readonly (TaskDocument | undefined)[]
  /** Limits may hold {{ }}: their shape is checked when they are rendered. */
  readonly serial?: DocNode
  readonly maxFail?: DocNode
  readonly maxUnreachable?: DocNode
  readonly tags: readonly string[]
  readonly become?: boolean
  readonly becomeUser?: string
  readonly environment?: DocNode
}

const readTasks = (
  node: DocNode | undefined,
  what: string,
  types: readonly string[],
  report: Report,
): (TaskDocument | undefined)[] => {
  if (node === undefined || isNothing(node)) return []
  if (node.kind === 'list') return node.items.map((item) => readTask(item, types, report))
  report(mistake(node.at, `\`${what}\` must be a list, not ${describe(node)}`, 'begin each task with `- `'))
  return []
}

const readHandlers = (
  node: DocNode | undefined,
  types: readonly string[],
  report: Report,
): (TaskDocument | undefined)[] => {
  const handlers = readTasks(node, 'handlers', types, report)
  const names = new Map<string, Position>()
  for (const handler of handlers) {
    if (handler === undefined) continue
    const name = handler.name && textOf(handler.name)
    const twin = name === undefined ? undefined : names.get(name)
    if (name === undefined) report(mistake(handler.at, 'a handler needs a name', '`notify` calls it by its name'))
    else if (twin !== undefined)
      report(
        mistake(
          handler.at,
          `a second handler is called "${name}"`,
          `the first one is at line ${twin.line}; give each its own name`,
        ),
      )
    else names.set(name, handler.at)
  }
  return handlers
}

const judgeWords = (map: MapNode, types: readonly string[], report: Report): void => {
  for (const { key } of map.entries) {
    const word = String(key.value)
    if ((playKeywords as readonly string[]).includes(word)) continue
    const { summary, hint } = judgePlayWord(word, types)
    report(mistake(key.at, summary, hint))
  }
}

const readPlay = (map: MapNode, types: readonly string[], report: Report): PlayDocument => {
  const entries = entriesOf(map)
  const node = (key: string): DocNode | undefined => entries.get(key)?.value
  const read = <T>(key: string, reader: (value: DocNode) => T): T | undefined => {
    const value = node(key)
    return value === undefined ? undefined : reader(value)
  }
  const before = map.entries.some(({ key }) => !(playKeywords as readonly string[]).includes(String(key.value)))
  judgeWords(map, types, report)
  const hosts = read('hosts', (value) => {
    if (isNothing(value)) report(mistake(value.at, '`hosts` is empty', 'name a group, a host or a pattern'))
    return readTexts(value, 'hosts', report)
  })
  if (hosts === undefined && !before)
    report(mistake(map.at, 'this play names no hosts', 'add `hosts:` with a group, a host or a pattern'))
  const name = read('name', (value) =>
    readText(value, 'name', report) === undefined ? undefined : (value as ScalarNode),
  )
  const optional = {
    name,
    vars: read('vars', (value) => readVariables(value, 'vars', report)),
    serial: node('serial'),
    maxFail: node('max_fail'),
    maxUnreachable: node('max_unreachable'),
    become: read('become', (value) => readBoolean(value, 'become', report)),
    becomeUser: read('become_user', (value) => readPlainText(value, 'become_user', report)),
    environment: read('environment', (value) => readEnvironment(value, report)),
  }
  return {
    at: map.at,
    hosts: hosts ?? [],
    varsFiles: read('vars_files', (value) => readTexts(value, 'vars_files', report)) ?? [],
    tasks: readTasks(node('tasks'), 'tasks', types, report),
    handlers: readHandlers(node('handlers'), types, report),
    tags: read('tags', (value) => readTags(value, report)) ?? [],
    ...present(optional),
  }
}

/** A list of tasks where plays should be: a task file, or `hosts:` forgotten. */
const looksLikeTask = (map: MapNode, types: readonly string[]): boolean =>
  !map.entries.some(({ key }) => ['hosts', 'tasks', 'import_playbook'].includes(String(key.value))) &&
  map.entries.some(({ key }) => types.includes(String(key.value)))

const readItem = (item: DocNode, types: readonly string[], report: Report): PlayDocument[] => {
  if (item.kind !== 'map')
    report(mistake(item.at, `a play is a map, not ${describe(item)}`, 'begin it with `- hosts: …`'))
  else if (looksLikeTask(item, types))
    report(
      mistake(
        item.at,
        'this is a task where a play should be',
        'put it under `tasks:` of a play that begins with `- hosts: …`',
      ),
    )
  else return [readPlay(item, types, report)]
  return []
}

/**
 * Reads a playbook. Plays and tasks that are wrong are left out where nothing can be made of them; everything that
 * is wrong is in the problems, each with its place.
 * @param types  the names of the task types
 */
export const readPlaybook = (
  text: string,
  file: string,
  types: readonly string[],
): Checked<readonly PlayDocument[]> => {
  const problems: Diagnostic[] = []
  const parsed = parseYaml(text, file, 'playbook')
  problems.push(...parsed.problems)
  const report: Report = (problem) => problems.push(problem)
  const root = parsed.value
  if (root === undefined || isNothing(root)) {
    if (problems.length === 0)
      report(mistake({ file, line: 1, column: 1 }, 'this playbook is empty', 'begin a play with `- hosts: …`'))
    return { value: [], problems }
  }
  if (root.kind === 'list') return { value: root.items.flatMap((item) => readItem(item, types, report)), problems }
  const hint =
    root.kind === 'map'
      ? 'put `- ` before the first keyword and indent the others below it'
      : 'begin a play with `- hosts: …`'
  report(mistake(root.at, `a playbook is a list of plays, not ${describe(root)}`, hint))
  return { value: [], problems }
}
