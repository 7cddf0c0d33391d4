/** A page of YAML: where the next character goes, and scalars that are broken into lines as PyYAML does it. */
import { escapedCharacter } from './yaml-scalars.ts'

/**
 * @property indent  blanks a level, 2 to 9
 * @property width   lines are broken at a blank behind this column
 * @property flow    what stands within [ ] and { }: everything, nothing, or what holds scalars only
 */
export interface YamlStyle {
  readonly indent: number
  readonly width: number
  readonly flow: 'all' | 'none' | 'leaves'
  readonly sortKeys: boolean
}

/** What was written, and where the next character goes. */
export interface Page {
  readonly style: YamlStyle
  readonly parts: string[]
  column: number
  /** The last character was a blank. */
  blank: boolean
  /** Only blanks and dashes on the line so far. */
  indenting: boolean
}

const put = (page: Page, text: string): void => {
  page.parts.push(text)
  page.column += [...text].length
}

export const mark = (page: Page, text: string, { spaced, blank = false, keeps = false }: Mark): void => {
  put(page, page.blank || !spaced ? text : ` ${text}`)
  page.blank = blank
  page.indenting &&= keeps
}

interface Mark {
  /** A blank goes before it. */
  readonly spaced: boolean
  readonly blank?: boolean
  readonly keeps?: boolean
}

const breakLine = (page: Page, end = '\n'): void => {
  page.parts.push(end)
  page.column = 0
  page.blank = true
  page.indenting = true
}

/** Goes to the column of the indent, on a new line if that is passed. */
export const toIndent = (page: Page, indent = 0): void => {
  if (!page.indenting || page.column > indent || (page.column === indent && !page.blank)) breakLine(page)
  if (page.column < indent) {
    page.blank = true
    put(page, ' '.repeat(indent - page.column))
  }
}

interface Run {
  readonly indent: number
  /** Lines may be broken within it. */
  readonly splits: boolean
}

/** A single blank behind the width becomes a line end. */
const breaksAt = (page: Page, run: string, { splits }: Run): boolean =>
  splits && run === ' ' && page.column > page.style.width

export const writePlain = (page: Page, text: string, run: Run): void => {
  if (!page.blank) put(page, ' ')
  for (const piece of text.match(/ +|[^ ]+/g) ?? []) {
    if (breaksAt(page, piece, run)) toIndent(page, run.indent)
    else put(page, piece)
    page.blank = false
    page.indenting = false
  }
}

export const writeSingle = (page: Page, text: string, run: Run): void => {
  mark(page, "'", { spaced: true })
  const pieces = text.match(/ +|[\n\u0085\u2028\u2029]+|[^ \n\u0085\u2028\u2029]+/g) ?? []
  for (const [index, piece] of pieces.entries()) {
    const inside = index > 0 && index < pieces.length - 1
    if (/^[\n\u0085\u2028\u2029]/.test(piece)) {
      if (piece.startsWith('\n')) breakLine(page)
      for (const end of piece) breakLine(page, end)
      toIndent(page, run.indent)
    } else if (inside && breaksAt(page, piece, run)) toIndent(page, run.indent)
    else put(page, piece.replaceAll("'", "''"))
  }
  mark(page, "'", { spaced: false })
}

export const writeDouble = (page: Page, text: string, run: Run): void => {
  mark(page, '"', { spaced: true })
  const characters = [...text]
  // Up to a blank or an escape the text is held back, for a line may end before it.
  let held = ''
  const flush = (): void => {
    put(page, held)
    held = ''
  }
  for (const [index, character] of characters.entries()) {
    const escaped = escapedCharacter(character)
    const isEscape = escaped !== character
    if (isEscape) {
      flush()
      put(page, escaped)
    }
    const inside = index > 0 && index < characters.length - 1
    const mayBreak = run.splits && inside && (character === ' ' || isEscape)
    if (mayBreak && page.column + [...held].length > page.style.width) {
      put(page, `${held}\\`)
      held = ''
      toIndent(page, run.indent)
      page.blank = false
      page.indenting = false
      const next = isEscape ? characters[index + 1] : character
      if (next === ' ') put(page, '\\')
    }
    if (!isEscape) held += character
  }
  flush()
  mark(page, '"', { spaced: false })
}
