import type { Value } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import {
  type Cursor,
  cursorOver,
  expect,
  expectEnd,
  expectName,
  isOperator,
  isWord,
  maxDepth,
  next,
  nothing,
  peek,
  take,
  unexpected,
} from './cursor.ts'
import { fault, rethrowAt } from './fault.ts'
import { filterNames } from './filters.ts'
import { functionNames, lackingFunctions } from './functions.ts'
import { knownPlugin } from './lookups.ts'
import type { Arguments, Comparison, Expression } from './syntax.ts'
import { testNames } from './tests.ts'
import { lex, type Token } from './tokens.ts'

/** A text that is an expression as a whole, as in `when`. */
export const parseWhole = (text: string): Expression => {
  const cursor = cursorOver(lex(text, 0).tokens, true)
  const expression = parseExpression(cursor)
  expectEnd(cursor)
  return expression
}

/** A whole expression, inline `if` included. Throws a fault with its offset. */
export const parseExpression = (cursor: Cursor): Expression => {
  cursor.depth += 1
  if (cursor.depth > maxDepth) throw fault('the expression is nested too deeply', undefined, peek(cursor).offset)
  let result = parseOr(cursor)
  while (isWord(peek(cursor), 'if')) {
    const { offset } = next(cursor)
    const condition = parseOr(cursor)
    const no = take(cursor, 'else') ? parseExpression(cursor) : undefined
    result = { kind: 'choice', offset, condition, yes: result, no }
  }
  cursor.depth -= 1
  return result
}

/** An expression without inline `if`, which ends before the words `if`, `else`, `recursive`: the list of a `for`. */
export const parseOr = (cursor: Cursor): Expression => {
  let left = parseAnd(cursor)
  while (isWord(peek(cursor), 'or')) {
    const { offset } = next(cursor)
    left = { kind: 'or', offset, left, right: parseAnd(cursor) }
  }
  return left
}

const parseAnd = (cursor: Cursor): Expression => {
  let left = parseNot(cursor)
  while (isWord(peek(cursor), 'and')) {
    const { offset } = next(cursor)
    left = { kind: 'and', offset, left, right: parseNot(cursor) }
  }
  return left
}

const parseNot = (cursor: Cursor): Expression => {
  const words: Token[] = []
  while (isWord(peek(cursor), 'not')) words.push(next(cursor))
  if (words.length > maxDepth) throw fault('the expression is nested too deeply', undefined, words[0]?.offset)
  return words.reduceRight<Expression>((of, { offset }) => ({ kind: 'not', offset, of }), parseComparison(cursor))
}

const comparisons = new Set(['==', '!=', '<', '<=', '>', '>='])

const comparisonAt = (cursor: Cursor): string | undefined => {
  const token = peek(cursor)
  if (token.kind === 'operator') return comparisons.has(token.text) ? token.text : undefined
  if (isWord(token, 'in')) return 'in'
  const following = cursor.tokens[cursor.at + 1] ?? nothing
  return isWord(token, 'not') && isWord(following, 'in') ? 'not in' : undefined
}

const parseComparison = (cursor: Cursor): Expression => {
  const first = parseBinary(cursor, 0)
  const rest: Comparison[] = []
  for (let operator = comparisonAt(cursor); operator !== undefined; operator = comparisonAt(cursor)) {
    const { offset } = next(cursor)
    if (operator === 'not in') next(cursor)
    rest.push({ operator, offset, right: parseBinary(cursor, 0) })
  }
  return rest.length === 0 ? first : { kind: 'compare', offset: first.offset, first, rest }
}

/** Jinja's order, loosest first: ~ binds tighter than + and -. */
const levels: readonly ReadonlySet<string>[] = [
  new Set(['+', '-']),
  new Set(['~']),
  new Set(['*', '/', '//', '%']),
  new Set(['**']),
]

const parseBinary = (cursor: Cursor, level: number): Expression => {
  const operators = levels[level]
  if (!operators) return parseUnary(cursor, true)
  let left = parseBinary(cursor, level + 1)
  for (let token = peek(cursor); token.kind === 'operator' && operators.has(token.text); token = peek(cursor)) {
    next(cursor)
    left = { kind: 'binary', offset: token.offset, operator: token.text, left, right: parseBinary(cursor, level + 1) }
  }
  return left
}

/** A sign binds tighter than a filter: -1 | abs is 1. */
const parseUnary = (cursor: Cursor, filters: boolean): Expression => {
  const token = peek(cursor)
  let result: Expression
  if (isOperator(token, '-') || isOperator(token, '+')) {
    next(cursor)
    cursor.depth += 1
    if (cursor.depth > maxDepth) throw fault('the expression is nested too deeply', undefined, token.offset)
    result = {
      kind: 'unary',
      offset: token.offset,
      operator: token.text === '-' ? '-' : '+',
      of: parseUnary(cursor, false),
    }
    cursor.depth -= 1
  } else result = parsePostfix(cursor, parsePrimary(cursor))
  return filters ? parseFilters(cursor, result) : result
}

const constants: { readonly [name: string]: Value } = {
  true: true,
  True: true,
  false: false,
  False: false,
  none: null,
  None: null,
}

const parsePrimary = (cursor: Cursor): Expression => {
  const token = next(cursor)
  const { offset } = token
  if (token.kind === 'number') return { kind: 'literal', offset, value: token.number ?? 0 }
  if (token.kind === 'string') return parseStrings(cursor, token)
  if (token.kind === 'name') return parseName(cursor, token)
  if (isOperator(token, '(')) return parseBracketed(cursor, offset)
  if (isOperator(token, '[')) return { kind: 'list', offset, items: parseItems(cursor, ']') }
  if (isOperator(token, '{')) return { kind: 'map', offset, entries: parseEntries(cursor) }
  return unexpected(token, 'expected a value')
}

/** Strings that stand side by side are one. */
const parseStrings = (cursor: Cursor, first: Token): Expression => {
  let value = first.text
  while (peek(cursor).kind === 'string') value += next(cursor).text
  if (cursor.bare && value.includes('{{'))
    throw fault(
      'a template inside an expression is not rendered',
      'use the variable itself, and ~ to join text',
      first.offset,
    )
  return { kind: 'literal', offset: first.offset, value }
}

const reserved = new Set(['and', 'or', 'not', 'if', 'else', 'in', 'is'])

const parseName = (cursor: Cursor, token: Token): Expression => {
  const { text: name, offset } = token
  if (Object.hasOwn(constants, name)) return { kind: 'literal', offset, value: constants[name] ?? null }
  if (reserved.has(name)) return unexpected(token, 'expected a value')
  if (!isOperator(peek(cursor), '(')) return { kind: 'name', offset, name }
  const lacking = lackingFunctions[name]
  if (lacking !== undefined) throw fault(`${name}() is not supported`, lacking, offset)
  if (!functionNames.has(name) && testNames.has(name))
    throw fault(`"${name}" is a test, not a function`, `write it behind the value: x is ${name}`, offset)
  known(name, functionNames, 'function', offset)
  const args = parseArguments(cursor)
  if (name === 'lookup' || name === 'query' || name === 'q') checkPlugin(args)
  return { kind: 'call', offset, name, args }
}

/** A lookup that is not there is a mistake whatever the variables are. */
const checkPlugin = ({ positional: [plugin] }: Arguments): void => {
  if (plugin?.kind !== 'literal' || typeof plugin.value !== 'string') return
  try {
    knownPlugin(plugin.value)
  } catch (thrown) {
    rethrowAt(thrown, plugin.offset)
  }
}

const known = (name: string, names: ReadonlySet<string>, what: string, offset: number): void => {
  if (names.has(name)) return
  const similar = nearest(name, names)
  const hint =
    similar === undefined ? `docs/templates.md lists every ${what} that there is` : `did you mean ${similar}?`
  throw fault(`unknown ${what} "${name}"`, hint, offset)
}

const parseBracketed = (cursor: Cursor, offset: number): Expression => {
  if (take(cursor, ')')) return { kind: 'list', offset, items: [] }
  const first = parseExpression(cursor)
  if (take(cursor, ')')) return first
  expect(cursor, ',')
  return { kind: 'list', offset, items: [first, ...parseItems(cursor, ')')] }
}

const parseItems = (cursor: Cursor, close: string): readonly Expression[] => {
  const items: Expression[] = []
  while (!take(cursor, close)) {
    items.push(parseExpression(cursor))
    if (!take(cursor, ',')) {
      expect(cursor, close)
      break
    }
  }
  return items
}

const parseEntries = (cursor: Cursor): readonly (readonly [Expression, Expression])[] => {
  const entries: (readonly [Expression, Expression])[] = []
  while (!take(cursor, '}')) {
    const key = parseExpression(cursor)
    expect(cursor, ':')
    entries.push([key, parseExpression(cursor)])
    if (!take(cursor, ',')) {
      expect(cursor, '}')
      break
    }
  }
  return entries
}

const parseArguments = (cursor: Cursor): Arguments => {
  expect(cursor, '(')
  const positional: Expression[] = []
  const named: (readonly [string, Expression])[] = []
  while (!take(cursor, ')')) {
    const token = peek(cursor)
    if (token.kind === 'name' && isOperator(cursor.tokens[cursor.at + 1] ?? nothing, '=')) {
      cursor.at += 2
      named.push([token.text, parseExpression(cursor)])
    } else if (named.length > 0) unexpected(token, 'expected a named argument')
    else positional.push(parseExpression(cursor))
    if (!take(cursor, ',')) {
      expect(cursor, ')')
      break
    }
  }
  return { positional, named }
}

const parsePostfix = (cursor: Cursor, start: Expression): Expression => {
  let result = start
  for (let token = peek(cursor); token.kind === 'operator'; token = peek(cursor)) {
    if (token.text === '.') result = parseMember(cursor, result)
    else if (token.text === '[') result = parseSubscript(cursor, result)
    else if (token.text === '(') throw fault('this is no function', undefined, token.offset)
    else break
  }
  return result
}

const parseMember = (cursor: Cursor, of: Expression): Expression => {
  next(cursor)
  const token = next(cursor)
  const { offset } = token
  if (token.kind === 'number' && Number.isInteger(token.number))
    return { kind: 'index', offset, of, index: { kind: 'literal', offset, value: token.number ?? 0 } }
  if (token.kind !== 'name') return unexpected(token, 'expected a name after the dot')
  if (!isOperator(peek(cursor), '(')) return { kind: 'attribute', offset, of, name: token.text }
  return { kind: 'method', offset, of, name: token.text, args: parseArguments(cursor) }
}

const parseSubscript = (cursor: Cursor, of: Expression): Expression => {
  const { offset } = next(cursor)
  const bounds: (Expression | undefined)[] = [undefined]
  while (!isOperator(peek(cursor), ']')) {
    if (take(cursor, ':')) bounds.push(undefined)
    else if (bounds.at(-1) !== undefined) unexpected(peek(cursor), 'expected "]"')
    else bounds[bounds.length - 1] = parseExpression(cursor)
  }
  expect(cursor, ']')
  const [index] = bounds
  if (bounds.length > 3) throw fault('a slice has at most three parts', undefined, offset)
  if (bounds.length > 1) return { kind: 'slice', offset, of, bounds }
  if (!index) throw fault('the index is missing', undefined, offset)
  return { kind: 'index', offset, of, index }
}

/** Filters and tests behind an expression. */
export const parseFilters = (cursor: Cursor, start: Expression): Expression => {
  let result = start
  for (let token = peek(cursor); ; token = peek(cursor)) {
    if (isOperator(token, '|')) result = parseFilter(cursor, result)
    else if (isWord(token, 'is')) result = parseTest(cursor, result)
    else return result
  }
}

/** `ansible.builtin.x` and plain `x` are one. */
const parseDottedName = (cursor: Cursor): { readonly name: string; readonly offset: number } => {
  const first = expectName(cursor)
  let name = first.text
  while (isOperator(peek(cursor), '.')) {
    next(cursor)
    name += `.${expectName(cursor).text}`
  }
  return { name: name.replace(/^ansible\.(?:builtin|utils|netcommon)\./, ''), offset: first.offset }
}

const noArguments: Arguments = { positional: [], named: [] }

const parseFilter = (cursor: Cursor, of: Expression): Expression => {
  next(cursor)
  const { name, offset } = parseDottedName(cursor)
  known(name, filterNames, 'filter', offset)
  const args = isOperator(peek(cursor), '(') ? parseArguments(cursor) : noArguments
  return { kind: 'filter', offset, of, name, args }
}

const parseTest = (cursor: Cursor, of: Expression): Expression => {
  next(cursor)
  const negated = take(cursor, 'not')
  const { name, offset } = parseDottedName(cursor)
  known(name, testNames, 'test', offset)
  return { kind: 'test', offset, of, name, args: parseTestArguments(cursor), negated }
}

const parseTestArguments = (cursor: Cursor): Arguments => {
  const token = peek(cursor)
  if (isOperator(token, '(')) return parseArguments(cursor)
  const begins =
    token.kind === 'number' ||
    token.kind === 'string' ||
    isOperator(token, '[') ||
    isOperator(token, '{') ||
    (token.kind === 'name' && !reserved.has(token.text))
  return begins ? { positional: [parsePostfix(cursor, parsePrimary(cursor))], named: [] } : noArguments
}
