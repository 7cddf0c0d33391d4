import { fault } from './fault.ts'
import type { Token } from './tokens.ts'

/** Where the parser stands. `depth` bounds recursion: a thousand brackets must not exhaust the stack. */
export interface Cursor {
  readonly tokens: readonly Token[]
  /** An expression without braces around it, as in `when`. */
  readonly bare: boolean
  at: number
  depth: number
}

/** How deeply brackets, signs and conditions may nest. */
export const maxDepth = 100
export const nothing: Token = { kind: 'end', text: '', offset: 0 }

export const cursorOver = (tokens: readonly Token[], bare = false): Cursor => ({ tokens, bare, at: 0, depth: 0 })

export const peek = (cursor: Cursor): Token => cursor.tokens[cursor.at] ?? cursor.tokens.at(-1) ?? nothing

export const next = (cursor: Cursor): Token => {
  const token = peek(cursor)
  cursor.at += 1
  return token
}

export const isOperator = (token: Token, text: string): boolean => token.kind === 'operator' && token.text === text
export const isWord = (token: Token, text: string): boolean => token.kind === 'name' && token.text === text

/** Takes the operator or word if it is next. */
export const take = (cursor: Cursor, text: string): boolean => {
  const token = peek(cursor)
  if (!isOperator(token, text) && !isWord(token, text)) return false
  cursor.at += 1
  return true
}

export const expect = (cursor: Cursor, text: string): void => {
  if (!take(cursor, text)) throw unexpected(peek(cursor), `expected "${text}"`)
}

export const unexpected = (token: Token, wanted: string): never => {
  const found = token.kind === 'end' ? 'the end' : token.kind === 'string' ? 'a string' : `"${token.text}"`
  const atEnd = token.kind === 'end' ? 'write what is missing, or take the last part away' : undefined
  throw fault(`${wanted}, found ${found}`, isOperator(token, '=') ? 'compare with ==' : atEnd, token.offset)
}

export const expectName = (cursor: Cursor): Token => {
  const token = next(cursor)
  return token.kind === 'name' ? token : unexpected(token, 'expected a name')
}

/** Fails unless everything was read. */
export const expectEnd = (cursor: Cursor): void => {
  const token = peek(cursor)
  if (token.kind !== 'end') unexpected(token, 'expected an operator or the end')
}
