/** The text of a playbook as plays and tasks that remember their places. */
import type { Checked, Diagnostic, DocNode, MapNode, Position, ScalarNode } from '../model/document.ts'
import { before } from './broken-yaml.ts'
import { type Reading, readTaskList, type TaskListDocument, tasksWithin } from './playbook-block.ts'
import {
  describe,
  entriesOf,
  isNothing,
  mistake,
  type Report,
  readEnvironment,
  readPlainNode,
  readTags,
  readText,
  readTexts,
  readVariables,
  textOf,
} from './playbook-fields.ts'
import { refuseOtherWords } from './playbook-implied.ts'
import { type ImportedPlaybook, isPlaybookImport, readPlaybookImport } from './playbook-import.ts'
import { readTextNode } from './playbook-inherited.ts'
import { readSwitches, type SwitchesDocument } from './playbook-switches.ts'
import { judgePlayWord, playKeywords } from './playbook-words.ts'
import { present } from './present.ts'
import { parseYaml } from './yaml.ts'

export const strategies = ['linear', 'free', 'host_pinned'] as const
export type Strategy = (typeof strategies)[number]
export const orders = ['inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'] as const
export type Order = (typeof orders)[number]

export interface PlayDocument extends SwitchesDocument {
  readonly kind: 'play'
  readonly at: Position
  readonly name?: ScalarNode
  /** Patterns; may hold {{ }}. */
  readonly hosts: readonly ScalarNode[]
  /** Of the imports that it came by, for all its tasks. */
  readonly when: readonly DocNode[]
  readonly vars?: MapNode
  readonly varsFiles: readonly ScalarNode[]
  readonly preTasks: TaskListDocument
  readonly tasks: TaskListDocument
  readonly postTasks: TaskListDocument
  readonly handlers: TaskListDocument
  /** Limits may hold {{ }}: their shape is checked when they are rendered. */
  readonly serial?: DocNode
  readonly maxFail?: DocNode
  readonly maxUnreachable?: DocNode
  readonly maxFailPercentage?: DocNode
  readonly strategy?: Strategy
  readonly order?: Order
  readonly tags: readonly string[]
  readonly remoteUser?: ScalarNode
  readonly connection?: ScalarNode
  readonly environment?: DocNode
}

const readHandlers = (node: DocNode | undefined, reading: Reading): TaskListDocument => {
  const handlers = readTaskList(node, 'handlers', reading)
  const { report } = reading
  const names = new Map<string, Position>()
  for (const handler of tasksWithin(handlers)) {
    const name = handler.name && textOf(handler.name)
    const twin = name === undefined ? undefined : names.get(name)
    if (name === undefined) {
      if (handler.listen.length === 0)
        report(mistake(handler.at, 'a handler needs a name', '`notify` calls it by its name, or by what it listens to'))
    } else if (twin !== undefined)
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

/** Only handlers listen. */
const refuseListeners = (lists: readonly TaskListDocument[], report: Report): void => {
  for (const [topic] of lists.flatMap(tasksWithin).map(({ listen }) => listen))
    if (topic !== undefined)
      report(mistake(topic.at, '`listen` is a keyword of handlers', 'put the task under `handlers:`'))
}

const readWord = <T extends string>(
  node: DocNode,
  what: string,
  known: readonly T[],
  report: Report,
): T | undefined => {
  const word = known.find((each) => node.kind === 'scalar' && node.value === each)
  if (word === undefined)
    report(mistake(node.at, `\`${what}\` must be one of ${known.join(', ')}, not ${describe(node)}`))
  return word
}

const judgeWords = (map: MapNode, types: readonly string[], report: Report): void => {
  for (const { key } of map.entries) {
    const word = String(key.value)
    if (playKeywords.includes(word)) continue
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
  const before = map.entries.some(({ key }) => !playKeywords.includes(String(key.value)))
  judgeWords(map, types, report)
  refuseOtherWords(entries, 'play', report)
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
    maxFailPercentage: node('max_fail_percentage'),
    strategy: read('strategy', (value) => readWord(value, 'strategy', strategies, report)),
    order: read('order', (value) => readWord(value, 'order', orders, report)),
    remoteUser: read('remote_user', (value) => readTextNode(value, 'remote_user', report)),
    connection: read('connection', (value) => readPlainNode(value, 'connection', report)),
    environment: read('environment', (value) => readEnvironment(value, report)),
  }
  const reading: Reading = { types, report }
  const sections = {
    preTasks: readTaskList(node('pre_tasks'), 'pre_tasks', reading),
    tasks: readTaskList(node('tasks'), 'tasks', reading),
    postTasks: readTaskList(node('post_tasks'), 'post_tasks', reading),
  }
  refuseListeners(Object.values(sections), report)
  return {
    kind: 'play',
    at: map.at,
    hosts: hosts ?? [],
    when: [],
    varsFiles: read('vars_files', (value) => readTexts(value, 'vars_files', report)) ?? [],
    ...sections,
    handlers: readHandlers(node('handlers'), reading),
    tags: read('tags', (value) => readTags(value, report)) ?? [],
    ...readSwitches(entries, report),
    ...present(optional),
  }
}

export type PlaybookItem = PlayDocument | ImportedPlaybook

/** A list of tasks where plays should be: a task file, or `hosts:` forgotten. */
const looksLikeTask = (map: MapNode, types: readonly string[]): boolean =>
  !map.entries.some(({ key }) => ['hosts', 'tasks', 'import_playbook'].includes(String(key.value))) &&
  map.entries.some(({ key }) => types.includes(String(key.value)))

const readItem = (item: DocNode, types: readonly string[], report: Report): PlaybookItem[] => {
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
  else if (isPlaybookImport(item)) return [readPlaybookImport(item, report)]
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
): Checked<readonly PlaybookItem[]> => {
  const problems: Diagnostic[] = []
  const parsed = parseYaml(text, file, 'playbook')
  for (const problem of parsed.problems) problems.push(problem)
  const report: Report = (problem) => problems.push(problem)
  const root = parsed.value
  if (parsed.broken !== undefined) {
    // Nothing is scheduled of it; what is wrong before the place is told all the same.
    const found: Diagnostic[] = []
    if (root?.kind === 'list') for (const item of root.items) readItem(item, types, (problem) => found.push(problem))
    return { value: [], problems: [...problems, ...before(found, parsed.broken)] }
  }
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
