/** The reference as text for a terminal. */
import { playKeywords, structureKeywords, taskKeywords } from '../documents/playbook-words.ts'
import type { TaskType } from '../model/task-type.ts'
import { type Keyword, playWords, taskWords } from './keywords.ts'
import { argumentRows, formsOf, kindOf, oneOf, shapeOf, statusesOf } from './shape.ts'

const plain = (value: unknown): string => String(value)
const bare = (text: string): string => text.replaceAll('`', '')

/** Breaks at blanks, so that each line with its indent has at most `columns` columns. */
const wrap = (text: string, indent: string, columns: number): string => {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map((each) => `${indent}${each}\n`).join('')
}

const wordList = (words: readonly string[], known: Readonly<Record<string, Keyword>>, columns: number): string => {
  const width = Math.max(...words.map((word) => word.length))
  return words
    .map((word) => {
      const about = wrap(bare(known[word]?.means ?? ''), ' '.repeat(width + 4), columns)
      return `  ${word.padEnd(width)}  ${about.trimStart() || '\n'}`
    })
    .join('')
}

/** All task types and keywords, each in a line. */
export const overviewText = (types: readonly TaskType<unknown>[], columns: number): string => {
  const tasks = Object.fromEntries(types.map(({ name, summary }) => [name, { means: `${summary}.`, shape: {} }]))
  return `Task types (ipvs-play doc TASK tells more):
${wordList(Object.keys(tasks), tasks, columns)}
Keywords of a play:
${wordList(playKeywords, playWords, columns)}
Keywords of a task:
${wordList([...taskKeywords, ...structureKeywords], taskWords, columns)}`
}

/** One task type: its arguments, an example, its statuses. */
export const typeText = (type: TaskType<unknown>, columns: number): string => {
  const { map, others } = formsOf(shapeOf(type))
  const rows = argumentRows(type, plain).map(({ name, kind, required, default: given, description }) => {
    const said = required ? ', required' : given === undefined ? '' : `, default ${given}`
    return `  ${name}: ${kind}${said}\n${wrap(bare(description), '      ', columns)}`
  })
  const forms = others.map((form) => kindOf(form, plain))
  const whole = forms.length === 0 ? '' : `  ${map ? 'Instead of these, the' : 'The'} task may hold ${oneOf(forms)}.\n`
  return `${type.name}: ${bare(type.summary)}.

Arguments:
${rows.join('')}${whole}
Example:
${type.example.trimEnd().replace(/^(?=.)/gm, '  ')}

Statuses:
${statusesOf(type)
  .map((line) => `  - ${wrap(bare(line), '    ', columns).trimStart()}`)
  .join('')}`
}

/** One keyword; undefined where it is none. */
export const keywordText = (word: string): string | undefined => {
  const found = [
    ['play', playKeywords, playWords],
    ['task', [...taskKeywords, ...structureKeywords], taskWords],
  ].flatMap(([of, words, known]) =>
    (words as readonly string[]).includes(word)
      ? [`${word} (of a ${of}): ${bare((known as Readonly<Record<string, Keyword>>)[word]?.means ?? '')}\n`]
      : [],
  )
  return found.length === 0 ? undefined : found.join('')
}
