/** What stands in a list of tasks: tasks, blocks of them, and imports of a file of them. */
import type { DocNode, MapNode, Position, ScalarNode } from '../model/document.ts'
import { importWords, type JudgedBy, judgeWords } from './judge-words.ts'
import { describe, entriesOf, isNothing, mistake } from './playbook-fields.ts'
import { type InheritedDocument, readInherited, readTextNode } from './playbook-inherited.ts'
import { readTask, type TaskDocument } from './playbook-task.ts'

export interface BlockDocument extends InheritedDocument {
  readonly kind: 'block'
  readonly at: Position
  readonly block: TaskListDocument
  readonly rescue: TaskListDocument
  readonly always: TaskListDocument
}

export interface ImportDocument extends InheritedDocument {
  readonly kind: 'import'
  readonly at: Position
  /** Absent: it was reported that it names no file. */
  readonly file?: ScalarNode
}

/** One that is no map leaves a gap, so that the others keep their numbers. */
export type TaskListDocument = readonly (TaskDocument | BlockDocument | ImportDocument | undefined)[]

export type Reading = JudgedBy

export const readTaskList = (node: DocNode | undefined, what: string, reading: Reading): TaskListDocument => {
  if (node === undefined || isNothing(node)) return []
  if (node.kind === 'list') return node.items.map((item) => readEntry(item, reading))
  reading.report(mistake(node.at, `\`${what}\` must be a list, not ${describe(node)}`, 'begin each task with `- `'))
  return []
}

const readEntry = (node: DocNode, reading: Reading): TaskListDocument[number] => {
  if (node.kind !== 'map') {
    const hint = 'begin it with `- name: …`, then the task type below'
    reading.report(mistake(node.at, `a task is a map, not ${describe(node)}`, hint))
    return undefined
  }
  const keys = node.entries.map(({ key }) => String(key.value))
  if (keys.some((key) => ['block', 'rescue', 'always'].includes(key))) return readBlock(node, reading)
  if (keys.some((key) => importWords.includes(key))) return readImport(node, reading)
  return readTask(node, reading.types, reading.report)
}

const readBlock = (map: MapNode, reading: Reading): BlockDocument => {
  const entries = entriesOf(map)
  judgeWords(map, 'a block', reading)
  const list = (key: string) => readTaskList(entries.get(key)?.value, key, reading)
  const [block, rescue, always] = [list('block'), list('rescue'), list('always')]
  if (!entries.has('block'))
    reading.report(
      mistake(map.at, '`rescue` and `always` belong to a block', 'put the tasks that may fail under `block:`'),
    )
  return { kind: 'block', at: map.at, ...readInherited(entries, reading.report), block, rescue, always }
}

const refuseArguments = (map: MapNode, { report }: Reading): void => {
  for (const { key } of map.entries)
    if (key.value === 'apply')
      report(mistake(key.at, '`apply` goes with `include_tasks`', 'put it beside `import_tasks`: the tasks inherit it'))
    else if (key.value !== 'file')
      report(mistake(key.at, `unknown key \`${key.source}\` in \`import_tasks\``, 'it has `file`'))
}

const readImport = (map: MapNode, reading: Reading): ImportDocument => {
  const entries = entriesOf(map)
  judgeWords(map, '`import_tasks`', reading)
  const given = importWords.flatMap((word) => entries.get(word)?.value ?? [])[0]
  if (given?.kind === 'map') refuseArguments(given, reading)
  const named = given?.kind === 'map' ? entriesOf(given).get('file')?.value : given
  const file = named && readTextNode(named, 'import_tasks', reading.report)
  if (named === undefined)
    reading.report(mistake(map.at, '`import_tasks` names no file', 'write `import_tasks: more.yml`'))
  const fields = readInherited(entries, reading.report)
  return { kind: 'import', at: map.at, ...fields, ...(file === undefined ? {} : { file }) }
}

/** All tasks of a list, those of its blocks included, in the order in which they stand. */
export const tasksWithin = (list: TaskListDocument): readonly TaskDocument[] =>
  list.flatMap((entry) => {
    if (entry?.kind === 'task') return [entry]
    return entry?.kind === 'block' ? [entry.block, entry.rescue, entry.always].flatMap(tasksWithin) : []
  })
