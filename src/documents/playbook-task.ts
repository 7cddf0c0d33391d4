/** One task of a playbook: its keywords, and which task type it is. */
import type { DocNode, MapEntry, MapNode, Position, ScalarNode } from '../model/document.ts'
import { judgeWords } from './judge-words.ts'
import { keyValues } from './key-values.ts'
import { shortName } from './module-words.ts'
import {
  checkVariableName,
  describe,
  entriesOf,
  isNothing,
  mistake,
  type Report,
  readCount,
  readText,
  readTexts,
} from './playbook-fields.ts'
import { type InheritedDocument, readConditions, readInherited } from './playbook-inherited.ts'
import { type LoopDocument, readLoop } from './playbook-loop.ts'
import { judgeTaskWord, listsThem, taskKeywords } from './playbook-words.ts'
import { present } from './present.ts'

export interface TaskDocument extends InheritedDocument {
  readonly kind: 'task'
  readonly at: Position
  /** The task type's short name, and its arguments. Absent: it was reported that no type could be told. */
  readonly work?: { readonly type: string; readonly args: DocNode }
  readonly loop?: LoopDocument
  readonly register?: ScalarNode
  readonly until: readonly DocNode[]
  readonly retries?: DocNode
  readonly delay?: DocNode
  readonly failedWhen?: readonly DocNode[]
  readonly changedWhen?: readonly DocNode[]
  /** Of `include_tasks`: what the tasks of its file have around them. */
  readonly apply?: InheritedDocument
  /** Topics at which a handler is called too. */
  readonly listen: readonly ScalarNode[]
}

const isKeyword = (word: string): boolean => taskKeywords.includes(word)

const readRegister = (node: DocNode, report: Report): ScalarNode | undefined => {
  const name = readText(node, 'register', report)
  if (name === undefined || node.kind !== 'scalar') return undefined
  checkVariableName(name, node.at, report)
  return node
}

/** Arguments at the level of their task type: the most common slip of indentation. */
const outdented = (types: readonly MapEntry[], word: string, known: readonly string[]): string | undefined => {
  const [type] = types
  if (types.length !== 1 || type === undefined || !isNothing(type.value)) return undefined
  const { summary, hint } = judgeTaskWord(word, known)
  const meant = !summary.startsWith('unknown key') || hint?.startsWith('did you mean') === true
  return word.includes('.') || !meant ? `indent it, so that it is below \`${type.key.source}:\`` : undefined
}

const findType = (map: MapNode, known: readonly string[], report: Report): MapEntry | undefined => {
  const types = map.entries.filter(({ key }) => known.includes(shortName(String(key.value))))
  const others = map.entries.filter((entry) => !isKeyword(String(entry.key.value)) && !types.includes(entry))
  for (const { key } of others) {
    const word = String(key.value)
    const verdict = judgeTaskWord(word, known)
    report(mistake(key.at, verdict.summary, outdented(types, word, known) ?? verdict.hint))
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
    report(mistake(map.at, 'this task does nothing: it names no task type', listsThem))
  // Arguments beside their type are not there: what it lacks is no mistake of its own.
  const misplaced = others.some(({ key }) => outdented(types, String(key.value), known) !== undefined)
  return second === undefined && !misplaced ? first : undefined
}

/** Without its loop a task would be told of items that nobody gives. */
const lacksLoop = (entries: ReadonlyMap<string, MapEntry>, loop: unknown): boolean =>
  loop === undefined && [...entries.keys()].some((key) => key === 'loop' || key.startsWith('with_'))

/** `args:` beside the task type: more of its arguments. A text alone is the command. */
const withArgs = (given: DocNode, more: DocNode | undefined, report: Report): DocNode => {
  if (more === undefined) return given
  if (more.kind !== 'map') {
    report(mistake(more.at, `\`args\` must be a map, not ${describe(more)}`, 'write `chdir: /srv` below it'))
    return given
  }
  if (isNothing(given)) return more
  if (given.kind === 'map') return { ...given, entries: [...given.entries, ...more.entries] }
  const key: ScalarNode = { kind: 'scalar', at: given.at, value: 'cmd', source: 'cmd', quoted: false }
  return { kind: 'map', at: given.at, entries: [{ key, value: given }, ...more.entries] }
}

/** A number, or a template that yields one on the host. */
const readNumber = (node: DocNode, what: string, report: Report): DocNode | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{')) return node
  return readCount(node, what, 0, report) === undefined ? undefined : node
}

/** A condition, a list of them, or a verdict; an empty list says nothing. */
const readVerdict = (node: DocNode, what: string, report: Report): readonly DocNode[] | undefined => {
  const conditions = readConditions(node, what, report)
  return conditions.length === 0 ? undefined : conditions
}

/** `apply` of `include_tasks` is no argument: it holds keywords, whose templates are for the tasks that come. */
const splitApply = (args: DocNode, known: readonly string[], report: Report) => {
  const entry = args.kind === 'map' ? entriesOf(args).get('apply') : undefined
  if (args.kind !== 'map' || entry === undefined) return { args }
  const rest: DocNode = { ...args, entries: args.entries.filter((each) => each !== entry) }
  const { value } = entry
  if (isNothing(value)) return { args: rest }
  if (value.kind === 'map') {
    judgeWords(value, '`apply`', { types: known, report })
    return { args: rest, apply: readInherited(entriesOf(value), report) }
  }
  report(mistake(value.at, `\`apply\` must be a map, not ${describe(value)}`, 'write keywords of tasks below it'))
  return { args: rest }
}

/** A task as it was written; everything wrong with it is reported. `known`: names of the task types. */
export const readTask = (node: MapNode, known: readonly string[], report: Report): TaskDocument => {
  const entries = entriesOf(node)
  const read = <T>(key: string, reader: (value: DocNode, key: string, report: Report) => T): T | undefined => {
    const entry = entries.get(key)
    return entry === undefined ? undefined : reader(entry.value, key, report)
  }
  const fields = {
    loop: readLoop(entries, report),
    register: read('register', (value) => readRegister(value, report)),
    retries: read('retries', readNumber),
    delay: read('delay', readNumber),
    failedWhen: read('failed_when', readVerdict),
    changedWhen: read('changed_when', readVerdict),
  }
  const type = findType(node, known, report)
  const name = type && shortName(String(type.key.value))
  const given = type && name && withArgs(keyValues(type.value, name), entries.get('args')?.value, report)
  const { args, apply } = given && name === 'include_tasks' ? splitApply(given, known, report) : { args: given }
  const work = name !== undefined && args && !lacksLoop(entries, fields.loop) && { type: name, args }
  return {
    kind: 'task',
    at: node.at,
    ...readInherited(entries, report),
    until: read('until', readConditions) ?? [],
    listen: read('listen', readTexts) ?? [],
    ...present({ ...fields, apply, work: work || undefined }),
  }
}
