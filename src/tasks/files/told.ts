import { textOf } from '../../readings/file.ts'

/** About as much text as a person reads in a difference. */
const atMost = 4096

/**
 * Two contents as a person compares them: whole where they are short, else cut to the part that differs with a line or
 * two around it. What is not text is told by its size and hash.
 */
export const toldContents = (from: Content, to: Content): { readonly from: string; readonly to: string } => {
  const [before, after] = [textIn(from), textIn(to)]
  if (before === undefined || after === undefined) return { from: toldWhole(from, before), to: toldWhole(to, after) }
  if (before.length + after.length <= atMost) return { from: before, to: after }
  const [a, b] = [before.split('\n'), after.split('\n')]
  const start = Math.max(0, common(a, b) - 2)
  const end = Math.max(0, common(a.slice(start).reverse(), b.slice(start).reverse()) - 2)
  return { from: cut(a, start, a.length - end), to: cut(b, start, b.length - end) }
}

/** A content that may be known by size and hash alone. */
export interface Content {
  readonly sha256: string
  readonly size: number
  readonly bytes?: Uint8Array | undefined
}

/** One content: its text where that is short. */
export const toldContent = (content: Content): string => toldWhole(content, textIn(content))

const textIn = ({ bytes }: Content): string | undefined => bytes && textOf(bytes)

const toldWhole = ({ sha256, size }: Content, text: string | undefined): string =>
  text !== undefined && text.length <= atMost ? text : `${size} bytes, sha256 ${sha256.slice(0, 12)}…`

/** How many lines two lists share at their beginning. */
const common = (a: readonly string[], b: readonly string[]): number => {
  const differs = a.findIndex((line, index) => line !== b[index])
  return differs < 0 ? a.length : differs
}

const cut = (lines: readonly string[], start: number, end: number): string => {
  const kept = lines.slice(start, end).join('\n')
  const short = kept.length <= atMost ? kept : `${kept.slice(0, atMost)}\n[… ${kept.length - atMost} more characters]`
  const before = start > 0 ? `[… ${start} lines]\n` : ''
  return `${before}${short}${end < lines.length ? `\n[… ${lines.length - end} lines]` : ''}`
}
