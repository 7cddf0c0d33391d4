import { textWidth } from '../text-width.ts'

/** One character as a terminal shows it. */
export interface Cell {
  readonly text: string
  /** Columns that it takes. */
  readonly width: number
  /** Where it begins in the line, in UTF-16 units. */
  readonly offset: number
}

const tabWidth = 4

// Controls would act on the terminal, direction marks would reorder the line: both are shown as what they are.
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/

const escaped = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Text that is safe to print on one line. */
export const printable = (text: string): string =>
  hidden.test(text) ? text.replace(new RegExp(hidden, 'g'), escaped) : text

const shown = (character: string, column: number): { readonly text: string; readonly width: number } => {
  if (character === '\t') {
    const width = tabWidth - (column % tabWidth)
    return { text: ' '.repeat(width), width }
  }
  if (hidden.test(character)) {
    const text = [...character].map((one) => (hidden.test(one) ? escaped(one) : one)).join('')
    return { text, width: textWidth(text) }
  }
  return { text: character, width: /^[\u0020-\u007e]$/.test(character) ? 1 : textWidth(character) }
}

let segmenter: Intl.Segmenter | undefined

const charactersOf = (line: string): Iterable<string> => {
  if (/^[\u0000-\u007f]*$/.test(line)) return line
  segmenter ??= new Intl.Segmenter()
  return Array.from(segmenter.segment(line), ({ segment }) => segment)
}

/** A line as the terminal shows it: tabs stand on columns of four, wide characters take two. */
export const cellsOf = (line: string): readonly Cell[] => {
  const cells: Cell[] = []
  let offset = 0
  let column = 0
  for (const character of charactersOf(line)) {
    const cell = shown(character, column)
    cells.push({ ...cell, offset })
    offset += character.length
    column += cell.width
  }
  return cells
}
