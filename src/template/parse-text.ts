import { nearest } from '../nearest.ts'
import { type Cursor, cursorOver, expect, expectEnd, expectName, take } from './cursor.ts'
import { fault } from './fault.ts'
import { parseExpression, parseOr } from './parse-expression.ts'
import type { Branch, Expression, Part } from './syntax.ts'
import { lex, type Token } from './tokens.ts'

/** A piece of template text: plain text, an output or a statement with its tokens. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'output' | 'statement'; readonly tokens: readonly Token[]; readonly offset: number }

/** Could the text hold a template at all? */
export const isTemplate = (text: string): boolean => text.includes('{{') || text.includes('{%') || text.includes('{#')

/** What blocks do to the blanks around them, under Jinja's names for it. */
export interface Blanks {
  /** A block takes the line end behind it along. */
  readonly trimBlocks: boolean
  /** A block takes the blanks between it and the start of its line along. */
  readonly lstripBlocks: boolean
}

/** Ansible's. */
export const usualBlanks: Blanks = { trimBlocks: true, lstripBlocks: false }

/** A text with `{{ }}`, `{% %}` and `{# #}`. Throws a fault with its offset. */
export const parseText = (text: string, blanks: Blanks = usualBlanks): readonly Part[] => {
  const reader: Reader = { pieces: split(text, blanks), at: 0, depth: 0 }
  const parts = parseParts(reader, [])
  const left = reader.pieces[reader.at]
  if (left && left.kind !== 'text') throw fault(`{% ${wordOf(left)} %} without its beginning`, undefined, left.offset)
  return parts
}

/** A text that is an expression as a whole, as in `when`. */
export const parseWhole = (text: string): Expression => {
  const cursor = cursorOver(lex(text, 0).tokens, true)
  const expression = parseExpression(cursor)
  expectEnd(cursor)
  return expression
}

const marks = /\{\{|\{%|\{#/g

const split = (text: string, blanks: Blanks): readonly Piece[] => {
  const pieces: Piece[] = []
  let at = 0
  let trims = false
  for (let mark = markAt(text, at); ; mark = markAt(text, at)) {
    const plain = text.slice(at, mark ?? text.length)
    const before = mark === undefined ? plain : plainBefore(text, plain, mark, blanks)
    const shown = trims ? before.trimStart() : before
    if (shown !== '') pieces.push({ kind: 'text', text: shown })
    if (mark === undefined) return pieces
    const read = readMark(text, mark, blanks)
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
  const kept = plain.replace(/[^\S\n]+$/, '')
  const atLineStart =
    kept.endsWith('\n') || (kept === '' && (mark === plain.length || text[mark - plain.length - 1] === '\n'))
  return atLineStart ? kept : plain
}

/** Behind a block that ends before `end`: with `trimBlocks` also behind the line end, unless the block says `+%}`. */
const afterBlock = (text: string, end: number, { trimBlocks }: Blanks): number =>
  trimBlocks && text[end] === '\n' && text[end - 3] !== '+' ? end + 1 : end

const markAt = (text: string, from: number): number | undefined => {
  marks.lastIndex = from
  return marks.exec(text)?.index
}

interface Mark {
  readonly pieces: readonly Piece[]
  readonly end: number
  readonly trims: boolean
}

const readMark = (text: string, offset: number, blanks: Blanks): Mark => {
  const signed = text[offset + 2] === '-' || text[offset + 2] === '+' ? 1 : 0
  const from = offset + 2 + signed
  if (text[offset + 1] === '#') return readComment(text, offset, blanks)
  if (text[offset + 1] === '{') {
    const { tokens, end, trims } = lex(text, from, '}}')
    return { pieces: [{ kind: 'output', tokens, offset }], end, trims }
  }
  const { tokens, end, trims } = lex(text, from, '%}')
  if (tokens[0]?.text === 'raw' && tokens.length === 2) return readRaw(text, offset, end, blanks)
  return { pieces: [{ kind: 'statement', tokens, offset }], end: afterBlock(text, end, blanks), trims }
}

const readComment = (text: string, offset: number, blanks: Blanks): Mark => {
  const close = text.indexOf('#}', offset + 2)
  if (close === -1)
    throw fault(
      '{# begins a comment, and its closing #} is missing',
      'write {{ "{#" }} for the characters themselves',
      offset,
    )
  return { pieces: [], end: afterBlock(text, close + 2, blanks), trims: text[close - 1] === '-' }
}

const endRaw = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g

const readRaw = (text: string, offset: number, from: number, blanks: Blanks): Mark => {
  endRaw.lastIndex = from
  const close = endRaw.exec(text)
  if (!close) throw fault('{% endraw %} is missing', undefined, offset)
  const [whole, before, after] = close
  const start = text[from - 3] === '-' ? from : afterBlock(text, from, blanks)
  const body = text.slice(start, close.index)
  const left = text[from - 3] === '-' ? body.trimStart() : body
  const raw: Piece = { kind: 'text', text: before === '-' ? left.trimEnd() : left }
  return { pieces: [raw], end: afterBlock(text, close.index + whole.length, blanks), trims: after === '-' }
}

interface Reader {
  readonly pieces: readonly Piece[]
  at: number
  depth: number
}

const wordOf = (piece: Piece): string | undefined => (piece.kind === 'statement' ? piece.tokens[0]?.text : undefined)

/** Reads up to a statement that begins with one of `until`, which is left for the caller. */
const parseParts = (reader: Reader, until: readonly string[]): readonly Part[] => {
  const parts: Part[] = []
  reader.depth += 1
  for (let piece = reader.pieces[reader.at]; piece; piece = reader.pieces[reader.at]) {
    if (piece.kind === 'text') parts.push(piece)
    else if (piece.kind === 'output') parts.push({ kind: 'output', expression: wholeOf(cursorOver(piece.tokens)) })
    else if (ends.has(wordOf(piece) ?? '')) {
      if (until.length > 0 && !until.includes(wordOf(piece) ?? ''))
        throw fault(`{% ${wordOf(piece)} %} where {% ${until.at(-1)} %} is expected`, undefined, piece.offset)
      break
    } else {
      if (reader.depth > 50) throw fault('statements are nested too deeply', undefined, piece.offset)
      parts.push(parseStatement(reader, piece))
      continue
    }
    reader.at += 1
  }
  reader.depth -= 1
  return parts
}

const ends = new Set(['elif', 'else', 'endif', 'endfor'])
const statements = ['if', 'for', 'set', 'raw']

const wholeOf = (cursor: Cursor): Expression => {
  const expression = parseExpression(cursor)
  expectEnd(cursor)
  return expression
}

type Statement = Extract<Piece, { readonly kind: 'output' | 'statement' }>

const parseStatement = (reader: Reader, piece: Statement): Part => {
  const cursor = cursorOver(piece.tokens)
  const { text: word, offset } = expectName(cursor)
  if (word === 'if') return parseIf(reader, cursor, piece)
  if (word === 'for') return parseFor(reader, cursor, piece)
  if (word === 'set') {
    const name = expectName(cursor).text
    expect(cursor, '=')
    reader.at += 1
    return { kind: 'set', name, value: wholeOf(cursor) }
  }
  const similar = nearest(word, statements)
  const hint = similar === undefined ? 'if, for, set and raw are known' : `did you mean ${similar}?`
  throw fault(`unknown statement {% ${word} %}`, hint, offset)
}

/** The statement that ended a body, with the cursor behind its word. */
const closing = (
  reader: Reader,
  opened: Statement,
  wanted: string,
): { readonly word: string; readonly cursor: Cursor } => {
  const piece = reader.pieces[reader.at]
  if (piece?.kind !== 'statement') throw fault(`{% ${wanted} %} is missing`, undefined, opened.offset)
  reader.at += 1
  const cursor = cursorOver(piece.tokens)
  return { word: expectName(cursor).text, cursor }
}

const parseIf = (reader: Reader, first: Cursor, piece: Statement): Part => {
  const branches: Branch[] = []
  for (let cursor = first; ; ) {
    const condition = wholeOf(cursor)
    if (branches.length === 0) reader.at += 1
    branches.push({ condition, body: parseParts(reader, ['elif', 'else', 'endif']) })
    const end = closing(reader, piece, 'endif')
    if (end.word === 'endif') return { kind: 'if', branches, otherwise: [] }
    if (end.word === 'else') {
      const otherwise = parseParts(reader, ['endif'])
      closing(reader, piece, 'endif')
      return { kind: 'if', branches, otherwise }
    }
    cursor = end.cursor
  }
}

const parseFor = (reader: Reader, cursor: Cursor, piece: Statement): Part => {
  const names = [expectName(cursor).text]
  while (take(cursor, ',')) names.push(expectName(cursor).text)
  expect(cursor, 'in')
  const over = parseOr(cursor)
  const only = take(cursor, 'if') ? parseExpression(cursor) : undefined
  expectEnd(cursor)
  reader.at += 1
  const body = parseParts(reader, ['else', 'endfor'])
  const end = closing(reader, piece, 'endfor')
  if (end.word === 'endfor') return { kind: 'for', names, over, only, body, otherwise: [] }
  const otherwise = parseParts(reader, ['endfor'])
  closing(reader, piece, 'endfor')
  return { kind: 'for', names, over, only, body, otherwise }
}
