import { fault } from './fault.ts'
import { lex, type Token } from './tokens.ts'

/** A piece of template text: plain text, an output or a statement with its tokens. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output' | 'statement'; readonly tokens: readonly Token[]; readonly offset: number }

/** Could the text hold a template at all? */
export const isTemplate = (text: string): boolean => text.includes('{{') || text.includes('{%') || text.includes('{#')

/** How a text is read. */
export interface Reading extends Blanks {
  /** Backslashes in the strings of `{{ }}` stand for themselves, as Ansible has it for all but template files. */
  readonly rawStrings: boolean
}

/** What blocks do to the blanks around them, under Jinja's names for it. */
export interface Blanks {
  /** A block takes the line end behind it along. */
  readonly trimBlocks: boolean
  /** A block takes the blanks between it and the start of its line along. */
  readonly lstripBlocks: boolean
}

/** Ansible's, for the text of a YAML file. */
export const usualReading: Reading = { trimBlocks: true, lstripBlocks: false, rawStrings: true }

/** Jinja leaves it out; who renders puts back what is missing of it. */
const withoutLastLineEnd = (text: string): string => text.replace(/(?:\r\n|\n|\r)$/, '')

/** Cuts a text at its marks. Throws a fault with its offset. */
export const split = (source: string, how: Reading): readonly Piece[] => {
  const text = withoutLastLineEnd(source)
  const pieces: Piece[] = []
  let at = 0
  let trims = false
  for (let mark = markAt(text, at); ; mark = markAt(text, at)) {
    const plain = text.slice(at, mark ?? text.length)
    const before = mark === undefined ? plain : plainBefore(text, plain, mark, how)
    const shown = trims ? before.trimStart() : before
    if (shown !== '') pieces.push({ kind: 'text', text: shown.replace(/\r\n?/g, '\n') })
    if (mark === undefined) return pieces
    const read = readMark(text, mark, how)
    pieces.push(...read.pieces)
    at = read.end
    trims = read.trims
  }
}

/** The text in front of a mark, without the blanks that the mark takes along. */
const plainBefore = (text: string, plain: string, mark: number, { lstripBlocks }: Blanks): string => {
  const sign = text[mark + 2]
  if (sign === '-') return plain.trimEnd()
  if (!lstripBlocks || sign === '+' || text[mark + 1] === '{') return plain
  let end = plain.length
  while (end > 0 && /[^\S\n]/.test(plain.charAt(end - 1))) end -= 1
  const kept = plain.slice(0, end)
  const atLineStart =
    kept.endsWith('\n') || (kept === '' && (mark === plain.length || text[mark - plain.length - 1] === '\n'))
  return atLineStart ? kept : plain
}

/** Behind a block that ends before `end`: with `trimBlocks` also behind the line end, unless the block says `+%}`. */
const afterBlock = (text: string, end: number, { trimBlocks }: Blanks): number => {
  if (!trimBlocks || text[end - 3] === '+') return end
  return end + (/^\r?\n/.exec(text.slice(end, end + 2))?.[0].length ?? 0)
}

const marks = /\{\{|\{%|\{#/g

const markAt = (text: string, from: number): number | undefined => {
  marks.lastIndex = from
  return marks.exec(text)?.index
}

interface Mark {
  readonly pieces: readonly Piece[]
  readonly end: number
  readonly trims: boolean
}

const readMark = (text: string, offset: number, how: Reading): Mark => {
  const signed = text[offset + 2] === '-' || text[offset + 2] === '+' ? 1 : 0
  const from = offset + 2 + signed
  if (text[offset + 1] === '#') return readComment(text, offset, how)
  if (text[offset + 1] === '{') {
    const { tokens, end, trims } = lex(text, from, { close: '}}', rawStrings: how.rawStrings })
    return { pieces: [{ kind: 'output', tokens, offset }], end, trims }
  }
  const { tokens, end, trims } = lex(text, from, { close: '%}' })
  if (tokens[0]?.text === 'raw' && tokens.length === 2) return readRaw(text, offset, end, how)
  return { pieces: [{ kind: 'statement', tokens, offset }], end: afterBlock(text, end, how), trims }
}

const readComment = (text: string, offset: number, how: Reading): Mark => {
  const close = text.indexOf('#}', offset + 2)
  if (close === -1)
    throw fault(
      '{# begins a comment, and its closing #} is missing',
      'write {{ "{#" }} for the characters themselves',
      offset,
    )
  return { pieces: [], end: afterBlock(text, close + 2, how), trims: text[close - 1] === '-' }
}

const endRaw = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g

const readRaw = (text: string, offset: number, from: number, how: Reading): Mark => {
  endRaw.lastIndex = from
  const close = endRaw.exec(text)
  if (!close) throw fault('{% endraw %} is missing', 'put it where this part ends', offset)
  const [whole, before, after] = close
  const body = text.slice(from, close.index)
  const left = text[from - 3] === '-' ? body.trimStart() : body
  const raw: Piece = { kind: 'text', text: before === '-' ? left.trimEnd() : left }
  return { pieces: [raw], end: afterBlock(text, close.index + whole.length, how), trims: after === '-' }
}
