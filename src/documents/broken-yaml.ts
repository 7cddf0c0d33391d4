/** What is left of a document whose syntax is wrong: behind the first mistake nothing is as it was meant. */
import { CST, type Document, isCollection, isMap, isScalar } from 'yaml'
import type { Diagnostic } from '../model/document.ts'
import { positionAt, type SourceText } from './position.ts'

/** The line of the list item that a line belongs to. */
const itemOf = ({ text, starts }: SourceText, line: number): number => {
  for (let at = line; at > 0; at--) {
    const start = starts[at - 1] ?? 0
    if (/^\s*- /.test(text.slice(start, starts[at]))) return at
  }
  return 1
}

/** Where a document is broken. */
export interface Broken {
  /** The line of the first mistake. */
  readonly line: number
  /** That of the list item which holds it: what seems to be missing there may stand behind the mistake. */
  readonly item: number
}

/** Undefined where the syntax is right. */
export const brokenAt = (syntax: readonly Diagnostic[], source: SourceText): Broken | undefined => {
  const lines = syntax.flatMap(({ at }) => at?.line ?? [])
  if (lines.length === 0) return undefined
  const line = Math.min(...lines)
  return { line, item: itemOf(source, line) }
}

/** Without the mistakes that follow from broken syntax. */
export const before = (problems: readonly Diagnostic[], broken: Broken | undefined): readonly Diagnostic[] =>
  broken === undefined
    ? problems
    : problems.filter(({ at }) => at === undefined || (at.line < broken.line && at.line !== broken.item))

interface Quoted {
  readonly offset: number
  readonly end: number
  readonly mark: string
  readonly closed: boolean
}

const isClosed = (source: string, mark: string): boolean =>
  source.length > 1 && (mark === "'" ? source.endsWith(mark) : /(?:^|[^\\])(?:\\\\)*"$/.test(source))

const quotedIn = (tokens: readonly CST.Token[]): readonly Quoted[] => {
  const found: Quoted[] = []
  for (const token of tokens) {
    if (token.type !== 'document') continue
    CST.visit(token, ({ key, value }) => {
      for (const part of [key, value]) {
        if (part?.type !== 'double-quoted-scalar' && part?.type !== 'single-quoted-scalar') continue
        const { offset, source } = part
        const mark = source.charAt(0)
        found.push({ offset, end: offset + source.length, mark, closed: isClosed(source, mark) })
      }
    })
  }
  return found
}

/** A quote that is closed too late, or never, is the cause of what the parser finds behind it. */
const openQuote = (error: number, tokens: readonly CST.Token[], source: SourceText): Diagnostic | undefined => {
  const lineOf = (offset: number): number => positionAt(source, offset).line
  const quote = quotedIn(tokens).find(
    ({ offset, end, closed }) =>
      offset <= error && lineOf(end) >= lineOf(error) && (!closed || lineOf(end) > lineOf(offset)),
  )
  if (quote === undefined) return undefined
  const { offset, end, mark, closed } = quote
  return {
    severity: 'error',
    summary: closed
      ? `the ${mark} that opens here is closed only in line ${lineOf(end)}`
      : `the closing ${mark} is missing`,
    at: positionAt(source, offset),
    hint: 'close it where the text ends',
  }
}

/** A text, or one with a colon in it. */
const isLoose = (contents: unknown): boolean =>
  isScalar(contents) ||
  (isMap(contents) && contents.flow !== true && contents.items.length === 1 && isScalar(contents.items[0]?.value))

/** Text before the first key or item, where only comments may be. */
const looseText = (
  documents: readonly Document.Parsed[],
  error: number,
  source: SourceText,
): Diagnostic | undefined => {
  const contents = documents[0]?.contents
  const [start, end] = contents?.range ?? [0, 0]
  if (!isLoose(contents) || end > error) return undefined
  return {
    severity: 'error',
    summary: 'this text stands before the first key or item',
    at: positionAt(source, start),
    hint: 'begin a comment with #',
  }
}

/** A `%` at the start of a file's first line that is no comment: YAML takes the line for a directive. */
const directive = (error: number, source: SourceText): Diagnostic | undefined => {
  const [before = ''] = /^(?:[ \t]*(?:#.*)?\n)*(?=%)/.exec(source.text) ?? []
  const isOne = source.text[before.length] === '%' && !/^(?:---|%(?:YAML|TAG) )/m.test(source.text)
  if (!isOne || before.length > error) return undefined
  return {
    severity: 'error',
    summary: 'a line that begins with % is a directive to YAML',
    at: positionAt(source, before.length),
    hint: 'begin a comment with #',
  }
}

/** The map in whose place a list goes on at the error: the value of the last key before it, or the whole document. */
const mapBefore = (document: Document.Parsed | undefined, error: number, column: (offset: number) => number) => {
  let map: unknown = document?.contents
  let hasDash = false
  while (isCollection(map) && map.flow !== true && column(map.range?.[0] ?? 0) < column(error)) {
    hasDash = !isMap(map)
    map = isMap(map)
      ? map.items.findLast(({ key }) => isScalar(key) && (key.range?.[0] ?? 0) < error)?.value
      : map.items.at(-1)
  }
  if (hasDash) return undefined
  return isMap(map) && map.flow !== true && (map.range?.[0] ?? 0) < error ? map : undefined
}

/** A first item without its dash makes a map, in which the second item has no place. */
const lostDash = (documents: readonly Document.Parsed[], at: number, source: SourceText): Diagnostic | undefined => {
  const [, blanks] = /^( *)- /.exec(source.text.slice(at)) ?? []
  if (blanks === undefined) return undefined
  const error = at + blanks.length
  const map = mapBefore(documents[0], error, (offset) => positionAt(source, offset).column)
  if (map === undefined) return undefined
  return {
    severity: 'error',
    summary: `the list that goes on in line ${positionAt(source, error).line} begins here without its "- "`,
    at: positionAt(source, map.range?.[0] ?? 0),
    hint: 'begin each item of a list with "- "',
  }
}

/** The parser names where it could go on no longer: the cause of its first finding, where it lies further up. */
export const causeOf = (
  error: number,
  { documents, tokens }: { readonly documents: readonly Document.Parsed[]; readonly tokens: readonly CST.Token[] },
  source: SourceText,
): Diagnostic | undefined =>
  directive(error, source) ??
  openQuote(error, tokens, source) ??
  looseText(documents, error, source) ??
  lostDash(documents, error, source)
