import { nearest } from '../nearest.ts'
import { type Cursor, cursorOver, expect, expectEnd, expectName, peek, take } from './cursor.ts'
import { fault } from './fault.ts'
import { parseExpression, parseFilters, parseOr } from './parse-expression.ts'
import { type Piece, type Reading, split, usualReading } from './split-text.ts'
import type { Branch, Expression, Part } from './syntax.ts'

/** A text with `{{ }}`, `{% %}` and `{# #}`. Throws a fault with its offset. */
export const parseText = (text: string, how: Reading = usualReading): readonly Part[] => {
  const reader: Reader = { pieces: split(text, how), at: 0, depth: 0 }
  const parts = parseParts(reader, [])
  const left = reader.pieces[reader.at]
  if (left && left.kind !== 'text') throw fault(`{% ${wordOf(left)} %} without its beginning`, undefined, left.offset)
  return parts
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

const ends = new Set(['elif', 'else', 'endif', 'endfor', 'endset', 'endwith', 'endfilter'])
const statements = ['if', 'for', 'set', 'with', 'filter', 'raw']

/** What Jinja has and is left out here, with the next move. */
const lacking: { readonly [word: string]: string | undefined } = Object.assign(Object.create(null), {
  include: 'put the text into this file',
  import: 'put what it defines into variables',
  from: 'put what it defines into variables',
  extends: 'put the text into this file',
  block: 'leave it out: nothing extends this text',
  macro: 'loop over a list with {% for %}',
  call: 'loop over a list with {% for %}',
  do: 'values do not change; build them with filters',
  break: 'choose the items with {% for … if … %} or | select',
  continue: 'choose the items with {% for … if … %} or | select',
  autoescape: 'use | escape',
})

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
  if (word === 'set') return parseSet(reader, cursor, piece)
  if (word === 'with') return parseWith(reader, cursor, piece)
  if (word === 'filter') return parseFilterBlock(reader, cursor, piece)
  const hintForLacking = lacking[word]
  if (hintForLacking !== undefined) throw fault(`{% ${word} %} is not supported`, hintForLacking, offset)
  const similar = nearest(word, statements)
  const hint = similar === undefined ? 'if, for, set, with, filter and raw are known' : `did you mean ${similar}?`
  throw fault(`unknown statement {% ${word} %}`, hint, offset)
}

/** The statement that ended a body, with the cursor behind its word. */
const closing = (
  reader: Reader,
  opened: Statement,
  wanted: string,
): { readonly word: string; readonly cursor: Cursor } => {
  const piece = reader.pieces[reader.at]
  if (piece?.kind !== 'statement')
    throw fault(`{% ${wanted} %} is missing`, 'put it where this part ends', opened.offset)
  reader.at += 1
  const cursor = cursorOver(piece.tokens)
  return { word: expectName(cursor).text, cursor }
}

const parseNames = (cursor: Cursor): readonly string[] => {
  const names = [expectName(cursor).text]
  while (take(cursor, ',')) names.push(expectName(cursor).text)
  return names
}

/** The local name under which a filter gets the text that was written before it. */
const blockText = '(text of the block)'

/** Filters over the text of a block, as `set` and `filter` have them. */
const overBlock = (cursor: Cursor): Expression => {
  const { offset } = peek(cursor)
  const expression = parseFilters(cursor, { kind: 'name', offset, name: blockText })
  expectEnd(cursor)
  return expression
}

/** `set a = …`, `set a, b = …`, `set space.a = …`, and `set a` with its text up to `endset`. */
const parseSet = (reader: Reader, cursor: Cursor, piece: Statement): Part => {
  const names = parseNames(cursor)
  const [name = ''] = names
  const field = take(cursor, '.') ? expectName(cursor).text : undefined
  if (take(cursor, '=')) {
    reader.at += 1
    const value = parseTuple(cursor)
    expectEnd(cursor)
    return field === undefined ? { kind: 'set', names, value } : { kind: 'set-field', name, field, value }
  }
  if (field !== undefined || names.length > 1) expect(cursor, '=')
  const value = overBlock(cursor)
  return { kind: 'set-text', name, body: parseBody(reader, piece, 'endset'), blockText, value }
}

/** `1, 2` without brackets is a list. */
const parseTuple = (cursor: Cursor): Expression => {
  const first = parseExpression(cursor)
  const items = [first]
  while (take(cursor, ',') && peek(cursor).kind !== 'end') items.push(parseExpression(cursor))
  return items.length === 1 ? first : { kind: 'list', offset: first.offset, items }
}

const parseWith = (reader: Reader, cursor: Cursor, piece: Statement): Part => {
  const bindings: (readonly [string, Expression])[] = []
  while (peek(cursor).kind !== 'end') {
    const { text: name } = expectName(cursor)
    expect(cursor, '=')
    bindings.push([name, parseExpression(cursor)])
    if (!take(cursor, ',')) expectEnd(cursor)
  }
  return { kind: 'with', bindings, body: parseBody(reader, piece, 'endwith') }
}

const parseFilterBlock = (reader: Reader, cursor: Cursor, piece: Statement): Part => {
  const value = overBlock({ ...cursor, tokens: [pipe, ...cursor.tokens.slice(cursor.at)], at: 0 })
  return { kind: 'filtered', body: parseBody(reader, piece, 'endfilter'), blockText, value }
}

const pipe = { kind: 'operator', text: '|', offset: 0 } as const

const parseBody = (reader: Reader, opened: Statement, end: string): readonly Part[] => {
  reader.at += 1
  const body = parseParts(reader, [end])
  closing(reader, opened, end)
  return body
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
  const names = parseNames(cursor)
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
