import { fault } from './fault.ts'

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'operator' | 'end'
  /** The name, the operator, or the text of a string with its escapes resolved. */
  readonly text: string
  readonly number?: number
  readonly offset: number
}

export interface Lexed {
  readonly tokens: readonly Token[]
  /** Behind the closing mark. */
  readonly end: number
  /** The closing mark has a minus: blanks after it go. */
  readonly trims: boolean
}

const names = /[\p{L}_][\p{L}\p{N}_]*/uy
const numbers =
  /0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7](?:_?[0-7])*|0[bB][01](?:_?[01])*|[0-9](?:_?[0-9])*(?:\.[0-9](?:_?[0-9])*)?(?:[eE][-+]?[0-9]+)?/y
const operators = /\/\/|\*\*|==|!=|<=|>=|[-+*/%~<>=()[\]{}|.,:]/y
const blanks = /\s+/y
const maxTokens = 3000

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** Where an expression ends, and whether the backslashes in its strings stand for themselves. */
export interface Lexing {
  readonly close?: '}}' | '%}'
  readonly rawStrings?: boolean
}

/**
 * The tokens of an expression from `start` to its closing mark (`}}`, `%}`), or to the end of the text without one.
 * Throws a fault with its offset.
 */
export const lex = (text: string, start: number, { close, rawStrings = false }: Lexing = {}): Lexed => {
  const tokens: Token[] = []
  const open: Token[] = []
  let at = start
  for (;;) {
    at += matchAt(blanks, text, at)?.length ?? 0
    const token = tokenAt(text, at, close, open.length === 0)
    if (token.kind === 'end') {
      const unclosed = open.at(-1)
      if (unclosed)
        throw fault(`the closing ${closing[unclosed.text]} is missing`, 'close it where it ends', unclosed.offset)
      const trims = text[at] === '-'
      const signed = trims || text[at] === '+' ? 1 : 0
      return { tokens: [...tokens, token], end: close ? at + signed + 2 : at, trims }
    }
    balance(token, open)
    tokens.push(token.kind === 'string' && !rawStrings ? { ...token, text: unescaped(token.text) } : token)
    if (tokens.length > maxTokens)
      throw fault(`an expression of more than ${maxTokens} words is refused`, undefined, start)
    at = token.kind === 'string' ? endOfString(text, at) : at + token.text.length
  }
}

const closing: { readonly [open: string]: string } = { '(': ')', '[': ']', '{': '}' }

const unopened = (bracket: string): string =>
  bracket === '}' ? 'end the template with }}' : 'open it, or remove this one'

const balance = (token: Token, open: Token[]): void => {
  if (token.kind !== 'operator') return
  if (token.text in closing) open.push(token)
  else if (token.text === ')' || token.text === ']' || token.text === '}') {
    const opened = open.pop()
    if (!opened || closing[opened.text] !== token.text)
      throw fault(`a ${token.text} without its opening bracket`, unopened(token.text), token.offset)
  }
}

const closesAt = (text: string, at: number, close: string): boolean =>
  text.startsWith(close, at) || ((text[at] === '-' || text[at] === '+') && text.startsWith(close, at + 1))

const tokenAt = (text: string, at: number, close: '}}' | '%}' | undefined, outside: boolean): Token => {
  if (close && outside && closesAt(text, at, close)) return { kind: 'end', text: close, offset: at }
  if (at >= text.length) {
    if (close && outside) throw fault(`the closing ${close} is missing`, 'close it behind the expression', at)
    return { kind: 'end', text: '', offset: at }
  }
  const first = text[at] ?? ''
  if (first === "'" || first === '"')
    return { kind: 'string', text: text.slice(at + 1, endOfString(text, at) - 1), offset: at }
  const number = matchAt(numbers, text, at)
  if (number !== undefined)
    return { kind: 'number', text: number, number: Number(number.replaceAll('_', '')), offset: at }
  const name = matchAt(names, text, at)
  if (name !== undefined) return { kind: 'name', text: name, offset: at }
  const operator = matchAt(operators, text, at)
  if (operator !== undefined) return { kind: 'operator', text: operator, offset: at }
  throw fault(`${JSON.stringify(first)} has no meaning in an expression`, hints[first], at)
}

const hints: { readonly [character: string]: string } = {
  '&': 'use "and"',
  '!': 'use "not"',
  '?': 'write: value if condition else other',
  $: 'variables have no $ here',
  '{': 'leave out the inner braces',
}

const endOfString = (text: string, start: number): number => {
  const mark = text[start]
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === mark) return at + 1
  }
  throw fault(`the closing ${mark} is missing`, 'close it where the text ends', start)
}

const simple: { readonly [letter: string]: string } = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
}

/**
 * Escapes of a string literal in a condition, a statement or a template file. (In the `{{ }}` of a YAML file there are
 * none: as in Ansible, YAML has resolved them already.) Only those that cannot be meant for a regular expression are resolved: `\1`, `\d`, `\b` keep
 * their backslash, so that patterns and back references work as Ansible users write them, with one backslash or two.
 */
const unescaped = (text: string): string =>
  text.includes('\\')
    ? text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g, (whole, x, u, letter) =>
        letter === undefined ? String.fromCharCode(Number.parseInt(x ?? u, 16)) : (simple[letter] ?? whole),
      )
    : text
