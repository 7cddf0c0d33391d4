import pc from 'picocolors'
import type { Diagnostic, Position } from '../model/document.ts'
import { type Cell, cellsOf, printable } from './cells.ts'

export interface FrameOptions {
  readonly color: boolean
  /** Width of the terminal; longer lines are cut around the caret. */
  readonly columns: number
}

type Paint = ReturnType<typeof pc.createColors>

/**
 * All problems as text for people, sorted by file and place, each with the line it is about, and their number at the end.
 * `read` gives the text of a file, undefined if it cannot be shown. '' for no problems; else it ends in a newline.
 */
export const showDiagnostics = (
  problems: readonly Diagnostic[],
  read: (file: string) => string | undefined,
  options: FrameOptions,
): string => {
  if (problems.length === 0) return ''
  const paint = pc.createColors(options.color)
  const linesOf = lineReader(read)
  const shown = [...problems].sort(byPlace).slice(0, mostShown)
  const blocks = shown.map((problem) => block(problem, linesOf, paint, options.columns))
  const rest = problems.length > mostShown ? `, the first ${mostShown} are shown` : ''
  return `${blocks.join('\n\n')}\n\n${countOf(problems)}${rest}\n`
}

/** Nobody reads more at once. */
const mostShown = 200

/** Those without a place first, then file by file. */
export const byPlace = (a: Diagnostic, b: Diagnostic): number => {
  if (!a.at || !b.at) return Number(a.at !== undefined) - Number(b.at !== undefined)
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1
  return a.at.line - b.at.line || a.at.column - b.at.column
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** "2 errors, 1 warning". */
const countOf = (problems: readonly Diagnostic[]): string => {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  return [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : '']
    .filter(Boolean)
    .join(', ')
}

type Lines = (file: string) => readonly string[]

const lineReader = (read: (file: string) => string | undefined): Lines => {
  const known = new Map<string, readonly string[]>()
  return (file) => {
    const lines =
      known.get(file) ??
      read(file)
        ?.replace(/^\uFEFF/, '')
        .split('\n') ??
      []
    known.set(file, lines)
    return lines
  }
}

const block = (
  { severity, summary, at, hint, rule }: Diagnostic,
  linesOf: Lines,
  paint: Paint,
  columns: number,
): string => {
  const mark = severity === 'error' ? paint.red : paint.yellow
  const kind = rule === undefined ? severity : `${severity}[${rule}]`
  const lines = [`${paint.bold(mark(kind))}${paint.bold(`: ${printable(short(summary))}`)}`]
  if (at) {
    lines.push(`${paint.blue('  -->')} ${printable(at.file)}:${at.line}:${at.column}`)
    lines.push(...frame(at, linesOf(at.file), { paint, mark, columns }))
  }
  if (hint !== undefined)
    for (const [index, line] of hint.split('\n').entries())
      lines.push(`${index === 0 ? `${paint.cyan('help')}: ` : '      '}${printable(line)}`)
  return lines.join('\n')
}

interface Look {
  readonly paint: Paint
  readonly mark: (text: string) => string
  readonly columns: number
}

/** The line of the place with one line around it, and a caret below the column. */
const frame = (at: Position, lines: readonly string[], { paint, mark, columns }: Look): readonly string[] => {
  if (lines[at.line - 1] === undefined) return []
  // Of a line without end only what is near the place is ever looked at.
  const skipped = Math.max(0, at.column - 1 - longest)
  const near = (line: number): string => clean(lines[line - 1] ?? '').slice(skipped, skipped + 2 * longest)
  const gutter = String(at.line + 1).length
  const margin = (number: string): string => paint.blue(`${number.padStart(gutter)} |`)
  const room = Math.max(20, columns - gutter - 3)
  const cut = windowAt(cellsOf(near(at.line)), at.column - 1 - skipped, room)
  const result = [margin('')]
  for (const line of [at.line - 1, at.line, at.line + 1]) {
    const content = near(line)
    // Neighbours say where we are, as long as their beginnings are in sight.
    if (line !== at.line && (cut.from + skipped > 0 || content.trim() === '')) continue
    result.push(`${margin(String(line))} ${printed(windowFrom(cellsOf(content), cut.from, room))}`.trimEnd())
    if (line === at.line) result.push(`${margin('')} ${' '.repeat(cut.caret)}${mark('^')}`)
  }
  return result
}

/** UTF-16 units before a place, and after it. */
const longest = 2000

/** A word of the user may be a whole file that lacks its line ends. */
const short = (text: string): string => (text.length > 300 ? `${text.slice(0, 300)}…` : text)

const clean = (line: string): string => line.replace(/\r$/, '')

interface Window {
  /** First column that is shown. */
  readonly from: number
  /** Columns before the caret. */
  readonly caret: number
}

const widthOf = (cells: readonly Cell[]): number => cells.reduce((sum, cell) => sum + cell.width, 0)

/** The columns to show so that the caret is seen, with a third of the room before it. */
const windowAt = (cells: readonly Cell[], offset: number, room: number): Window => {
  const before = cells.filter((cell) => cell.offset < offset)
  // A place behind the end of the line: the caret stands just behind the text.
  const caret = widthOf(before)
  if (widthOf(cells) <= room && caret < room) return { from: 0, caret }
  const last = Math.max(0, widthOf(cells) + 1 - room)
  const from = caret < room - 1 ? 0 : Math.min(last, caret - Math.floor(room / 3))
  return { from, caret: caret - from }
}

interface Cut {
  readonly cells: readonly Cell[]
  readonly before: boolean
  readonly after: boolean
  /** A wide character lay across the edge. */
  readonly gap: number
}

const windowFrom = (cells: readonly Cell[], from: number, room: number): Cut => {
  let column = 0
  let gap = 0
  const kept: Cell[] = []
  let after = false
  for (const cell of cells) {
    const end = column + cell.width
    if (column >= from && end <= from + room) kept.push(cell)
    else if (column < from && end > from) gap = end - from
    else if (end > from + room) after = true
    column = end
  }
  return { cells: kept, before: from > 0 && cells.length > 0, after, gap }
}

/** Cut ends are shown as an ellipsis in place of the outermost character. */
const printed = ({ cells, before, after, gap }: Cut): string => {
  const texts = cells.map(({ text }) => text)
  const fill = (cell: Cell | undefined): string => `…${' '.repeat(Math.max(0, (cell?.width ?? 1) - 1))}`
  if (before && texts.length > 0) texts[0] = fill(cells[0])
  if (after && texts.length > 1) texts[texts.length - 1] = fill(cells.at(-1))
  return ' '.repeat(gap) + texts.join('')
}
