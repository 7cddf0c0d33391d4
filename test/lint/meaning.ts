/** What a playbook means, as a list of words that each know where they were written: to tell what a damage changed. */
import type { DocNode, ScalarNode } from '../../src/model/document.ts'
import type { Play, Task } from '../../src/model/schedule.ts'

/** Written in these lines of the playbook, or said by keywords that may stand around it or in another file. */
type Source = { readonly from: number; readonly to: number } | { readonly keywords: readonly string[] }

export interface Word {
  readonly text: string
  readonly source: Source
}

const scalarSource = ({ at, pieces = [] }: ScalarNode): Source => ({
  from: at.line,
  to: Math.max(at.line, ...pieces.map(({ line }) => line)),
})

const wordsOfNode = (node: DocNode, depth: number): readonly Word[] => {
  const word = (text: string, source: Source): Word => ({ text: `${depth} ${text}`, source })
  const at = { from: node.at.line, to: node.at.line }
  if (node.kind === 'scalar') return [word(`is ${JSON.stringify(node.value)}`, scalarSource(node))]
  if (node.kind === 'list')
    return [
      word('list', at),
      ...node.items.flatMap((item) => [
        word('item', { from: item.at.line, to: item.at.line }),
        ...wordsOfNode(item, depth + 1),
      ]),
    ]
  return [
    word('map', at),
    ...node.entries.flatMap(({ key, value }) => [
      word(`key ${JSON.stringify(key.value)}`, scalarSource(key)),
      ...wordsOfNode(value, depth + 1),
    ]),
  ]
}

const isNode = (value: unknown): value is DocNode =>
  typeof value === 'object' && value !== null && 'kind' in value && 'at' in value

/** `becomeUser` → `become_user`, with what says the same under another name. */
const keywordsOf = (field: string, type: string): readonly string[] => {
  const snake = field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const others: Readonly<Record<string, readonly string[]>> = {
    name: [type, 'hosts'],
    args: [type],
    path: ['block', 'rescue', 'always'],
    max_fail: ['max_fail_percentage'],
    loop: ['with_items', 'loop_control'],
  }
  return [snake, ...(others[snake] ?? [])]
}

const wordsOfField = (field: string, value: unknown, type: string): readonly Word[] => {
  if (isNode(value)) return [{ text: field, source: { keywords: keywordsOf(field, type) } }, ...wordsOfNode(value, 1)]
  if (Array.isArray(value) && value.some(isNode)) return value.flatMap((each) => wordsOfField(field, each, type))
  if (field === 'loop' && typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => wordsOfField(`loop ${name}`, each, type))
  return [
    { text: `${field} ${JSON.stringify(value)}`, source: { keywords: keywordsOf(field.split(' ')[0] ?? '', type) } },
  ]
}

const isDefault = (value: unknown): boolean =>
  value === undefined || value === 'host_pinned' || (Array.isArray(value) && value.length === 0)

/** Fields in one order, whatever order they were made in. */
const wordsOfFields = (of: object, type: string, without: ReadonlySet<string>): readonly Word[] =>
  Object.entries(of)
    .filter(([field, value]) => !without.has(field) && !isDefault(value))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([field, value]) => wordsOfField(field, value, type))

const notSaid = new Set(['id', 'at', 'type', 'path', 'around', 'given', 'number', 'tasks', 'handlers', 'flushes'])

const wordsOfTask = (task: Task, section: string): readonly Word[] => {
  const { at, type, path } = task
  const around = path.map(({ part, block }) => `${part}${block.rescues ? '!' : ''}`).join('>')
  const words = [
    { text: `${section} ${type.name}`, source: { from: at.line, to: at.line } },
    ...(around === '' ? [] : [{ text: `in ${around}`, source: { keywords: keywordsOf('path', type.name) } }]),
    ...wordsOfFields(task, type.name, notSaid),
  ]
  // What another file holds comes and goes with its name.
  return at.file.endsWith('site.yml')
    ? words
    : words.map(({ text }) => ({ text, source: { keywords: ['import_tasks', 'include_tasks', 'import_playbook'] } }))
}

export const meaningOf = (plays: readonly Play[]): readonly Word[] =>
  plays.flatMap((play) => [
    { text: 'play', source: { from: play.at.line, to: play.at.line } },
    ...wordsOfFields(play, 'hosts', notSaid),
    ...play.tasks.flatMap((task) => wordsOfTask(task, 'task')),
    ...play.handlers.flatMap((task) => wordsOfTask(task, 'handler')),
  ])

/** Lines, counted from 1. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface Change {
  readonly before: Span
  readonly after: Span
  /** How many lines there are more. */
  readonly by: number
}

/** The lines of each text that the other has not; where there are none, `to` is the line before `from`. */
export const changedLines = (before: string, after: string): Change => {
  const a = before.split('\n')
  const b = after.split('\n')
  let first = 0
  while (first < Math.min(a.length, b.length) && a[first] === b[first]) first++
  let last = 0
  while (last < Math.min(a.length, b.length) - first && a.at(-1 - last) === b.at(-1 - last)) last++
  const span = (length: number): Span => ({ from: first + 1, to: length - last })
  return { before: span(a.length), after: span(b.length), by: b.length - a.length }
}

const indentOf = (line: string): number => line.search(/[^\s-]|-\S|$/)

/** The lines of every entry of this name, its value included. */
const entriesOf = (keyword: string, text: string): readonly Span[] => {
  const lines = text.split('\n')
  const said = new RegExp(`(?:^|[^\\w-])["']?${keyword}["']?\\s*:`)
  return lines.flatMap((line, index) => {
    if (!said.test(line)) return []
    const own = indentOf(line)
    const end = lines.findIndex(
      (each, at) => at > index && each.trim() !== '' && indentOf(each) <= own && !/^\s*- /.test(each),
    )
    return [{ from: index + 1, to: end === -1 ? lines.length : end }]
  })
}

const meets = (a: Span, b: Span): boolean => a.from <= b.to && b.from <= a.to

/** Does the word stem from these lines of the text? Between two lines, from either of them. */
export const stemsFrom = ({ source }: Word, text: string, { from, to }: Span): boolean => {
  const lines = { from: Math.min(from, to), to: Math.max(from, to) }
  return 'keywords' in source
    ? source.keywords.some((keyword) => entriesOf(keyword, text).some((entry) => meets(entry, lines)))
    : meets(source, lines)
}

/** Where a line of the old text stands in the new one. */
const moved = (line: number, { before, by }: Change): number => (line < before.from ? line : line + by)

/** One word of both texts: it says the same, in the same line or within what changed. */
const isSame = (a: Word | undefined, b: Word | undefined, change: Change): boolean => {
  if (a === undefined || b === undefined || a.text !== b.text) return false
  if ('keywords' in a.source || 'keywords' in b.source) return true
  if (meets(a.source, change.before) && meets(b.source, change.after)) return true
  return moved(a.source.from, change) === b.source.from
}

/** The words of each that the other lacks, in their order: a longest common sequence is left out. */
export const changedWords = (
  before: readonly Word[],
  after: readonly Word[],
  change: Change,
): { readonly gone: readonly Word[]; readonly come: readonly Word[] } => {
  let first = 0
  while (first < Math.min(before.length, after.length) && isSame(before[first], after[first], change)) first++
  let last = 0
  const most = Math.min(before.length, after.length) - first
  while (last < most && isSame(before.at(-1 - last), after.at(-1 - last), change)) last++
  const a = before.slice(first, before.length - last)
  const b = after.slice(first, after.length - last)
  // lengths[i][j]: the longest common sequence of a from i on and b from j on
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i] as number[]
      row[j] = isSame(a[i], b[j], change) ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  const gone: Word[] = []
  const come: Word[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && isSame(a[i], b[j], change)) {
      i++
      j++
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) gone.push(a[i++] as Word)
    else come.push(b[j++] as Word)
  }
  return { gone, come }
}
