import type { Position } from '../model/document.ts'

/** A text and where its lines begin, so that an offset becomes a Position. */
export interface SourceText {
  readonly file: string
  readonly text: string
  /** Offsets of the first character of each line. */
  readonly starts: readonly number[]
}

/** Remembers the line starts of a text. A line ends with LF; a CR before it belongs to the line. */
export const sourceText = (text: string, file: string): SourceText => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return { file, text, starts }
}

/** The index in `starts` of the line that holds the offset. */
const lineIndexAt = (starts: readonly number[], offset: number): number => {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low
}

/** Line and column count from 1; the column counts UTF-16 units, as editors do. */
export const positionAt = (source: SourceText, offset: number): Position => {
  const index = lineIndexAt(source.starts, offset)
  return { file: source.file, line: index + 1, column: offset - (source.starts[index] ?? 0) + 1 }
}
