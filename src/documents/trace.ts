import type { TextPiece } from '../model/document.ts'
import type { SourceText } from './position.ts'
import { positionAt } from './position.ts'

/**
 * Where the pieces of a text stand in the file, for text that spans lines or holds escapes.
 * `range` is the written form with its quotes or block header; each piece is a run that was written as it reads.
 */
export const traceText = (
  source: SourceText,
  value: string,
  range: readonly [number, number],
): readonly TextPiece[] => {
  const pieces: TextPiece[] = []
  const raw = source.text
  let at = skipHeader(raw, range[0])
  let running = false
  for (let offset = 0; offset < value.length; offset += 1) {
    const found = step(raw, at, range[1], value[offset] ?? '')
    if (!running || found.jumped) {
      const { line, column } = positionAt(source, found.at)
      pieces.push({ offset, line, column })
    }
    running = found.length === 1
    at = found.at + found.length
  }
  return pieces
}

/** A block scalar begins after its header line, anything else after its quote. */
const skipHeader = (raw: string, start: number): number => {
  const first = raw[start]
  if (first === '|' || first === '>') return raw.indexOf('\n', start) + 1
  return first === '"' || first === "'" ? start + 1 : start
}

interface Found {
  readonly at: number
  /** How many written characters stand for it. */
  readonly length: number
  readonly jumped: boolean
}

const escapeLength: { readonly [letter: string]: number } = { x: 4, u: 6, U: 10 }

/** The next written character that stands for `wanted`: blanks of folding and indentation are passed over. */
const step = (raw: string, start: number, end: number, wanted: string): Found => {
  let at = start
  while (at < end && raw[at] !== wanted) {
    if (raw[at] === '\\' && raw[at + 1] !== '\n')
      return { at, length: escapeLength[raw[at + 1] ?? ''] ?? 2, jumped: at !== start }
    if (wanted === ' ' && raw[at] === '\n') break
    if (!/[\s\\]/.test(raw[at] ?? '')) break
    at += 1
  }
  const doubled = wanted === "'" && raw[at] === "'" && raw[at + 1] === "'"
  return { at, length: doubled ? 2 : 1, jumped: at !== start }
}
