import { Composer, type CST, type Document, Lexer, Parser, type YAMLError } from 'yaml'
import type { Checked, Diagnostic, DocNode } from '../model/document.ts'
import { type BareTemplate, findBareTemplates, withoutBareTemplates } from './bare-templates.ts'
import { type Broken, before, brokenAt, causeOf } from './broken-yaml.ts'
import { type Dialect, isJson } from './dialect.ts'
import { firstProblems } from './first-problems.ts'
import { notText } from './not-text.ts'
import { positionAt, type SourceText, sourceText } from './position.ts'
import { wordingOf } from './yaml-errors.ts'
import { convert, limits } from './yaml-nodes.ts'

/** The largest file that is read. */
export const maxBytes = 4 * 1024 * 1024

const options = {
  // Every plain scalar stays text: what it means is decided by the dialect, not by the parser.
  schema: 'failsafe',
  uniqueKeys: false,
  prettyErrors: false,
  resolveKnownTags: false,
  logLevel: 'error',
} as const

export interface ParsedYaml extends Checked<DocNode | undefined> {
  /** The syntax is wrong: from there on the value is not what was meant. */
  readonly broken?: Broken
}

/**
 * Reads one YAML document: all its mistakes at once, each with its place; never throws.
 * `undefined` for a document without a value. In `playbook` a plain scalar means what YAML 1.2 core says, with
 * yes/no/on/off as booleans; in `data` what PyYAML (YAML 1.1) says, or JSON where the text is JSON. Keys are always text and unique, merges are done.
 */
export const parseYaml = (text: string, file: string, dialect: Dialect): ParsedYaml => {
  const source = sourceText(text.startsWith('\uFEFF') ? text.slice(1) : text, file)
  const refuse = (summary: string, offset: number, hint: string): ParsedYaml => ({
    value: undefined,
    problems: [{ severity: 'error', summary, at: positionAt(source, offset), hint }],
  })
  if (Buffer.byteLength(text) > maxBytes) return refuse('the file is larger than 4 MiB', 0, 'part it into several')
  const odd = notText(source, dialect)
  if (odd) return { value: undefined, problems: [odd] }
  const most = limits.scalars[dialect]
  const read = tokensOf(source.text, most)
  if (read.kind === 'deep')
    return refuse(
      `lists and maps are nested more than ${limits.depth} deep`,
      read.offset,
      'is a bracket open that should be closed?',
    )
  if (read.kind === 'many') return refuse(`the file holds more than ${most} keys and values`, 0, 'part it into several')
  const { documents, bare, parsed } = withoutStacks(() => compose(source.text, read.tokens))
  const [first, second] = documents
  const syntax = syntaxErrors(documents, source, read.tokens)
  const broken = brokenAt(syntax, source)
  const problems: Diagnostic[] = [...bareProblems(bare, source), ...syntax]
  if (second && broken === undefined) problems.push(secondDocument(second, source))
  const contents = first?.contents ?? null
  const ending = broken === undefined ? {} : { broken }
  // Of a text that is no YAML at all nothing is worth looking at.
  if (contents === null || isEmpty(contents) || syntax.length > mostErrors)
    return { value: undefined, problems, ...ending }
  const meant: Dialect = dialect === 'data' && isJson(source.text) ? 'json' : dialect
  const found: Diagnostic[] = []
  const conversion = { source, parsed, dialect: meant, problems: found, anchors: new Map(), aliases: 0, full: false }
  const value = convert(contents, 0, conversion)
  const all = [...problems, ...before(found, broken)].sort(byPlace)
  return { value, problems: firstProblems(all, file), ...ending }
}

const mostErrors = 1000

/** The parser's findings are errors, each of which would remember the stack: most of the cost of a bad file. */
const withoutStacks = <T>(act: () => T): T => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return act()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

const isEmpty = (contents: NonNullable<Document.Parsed['contents']>): boolean =>
  'source' in contents && contents.source === '' && 'type' in contents && contents.type === 'PLAIN' && !contents.tag

const byPlace = (a: Diagnostic, b: Diagnostic): number =>
  (a.at?.line ?? 0) - (b.at?.line ?? 0) || (a.at?.column ?? 0) - (b.at?.column ?? 0)

interface Composed {
  readonly documents: readonly Document.Parsed[]
  readonly bare: readonly BareTemplate[]
  /** What was parsed in the end: the text, with unquoted templates replaced by letters. */
  readonly parsed: string
}

/** Composes, and composes again without the unquoted templates, so that they cause no errors behind them. */
const compose = (text: string, firstTokens: readonly CST.Token[]): Composed => {
  let parsed = text
  let tokens = firstTokens
  let bare: readonly BareTemplate[] = []
  for (;;) {
    const documents = [...new Composer(options).compose(tokens, true, parsed.length)] as Document.Parsed[]
    const found = documents.flatMap((document) => [...findBareTemplates(document.contents, parsed)])
    if (found.length === 0) return { documents, bare, parsed }
    bare = [...bare, ...found]
    parsed = withoutBareTemplates(parsed, found)
    tokens = [...new Parser().parse(parsed)]
  }
}

const bareProblems = (bare: readonly BareTemplate[], source: SourceText): Diagnostic[] =>
  bare.map((template) => ({
    severity: 'error',
    summary: 'a value that begins with a template must be in quotes',
    at: positionAt(source, template.start),
    hint: `write ${inQuotes(writtenOut(template, source.text))}: without quotes YAML reads { as the start of a map`,
  }))

/** The value as far as the user meant it: in brackets the template alone, else to the end of the line or a comment. */
const writtenOut = ({ start, end, inBrackets }: BareTemplate, text: string): string => {
  if (inBrackets) return text.slice(start, end)
  const lineEnd = text.indexOf('\n', start)
  const line = text.slice(start, lineEnd === -1 ? undefined : lineEnd)
  return line.slice(0, Math.max(end - start, line.search(/\s#|:\s|$/))).trimEnd()
}

const inQuotes = (value: string): string => {
  if (value.length > 60) return '"{{ … }}"'
  if (!value.includes('"')) return `"${value}"`
  return value.includes("'") ? '"{{ … }}"' : `'${value}'`
}

/** One error a line: what follows on the same line is most often caused by the first. */
const syntaxErrors = (
  documents: readonly Document.Parsed[],
  source: SourceText,
  tokens: readonly CST.Token[],
): Diagnostic[] => {
  const found: YAMLError[] = documents.flatMap((document) => document.errors)
  const [first] = found
  if (first === undefined) return []
  const cause = causeOf(first.pos[0], { documents, tokens }, source)
  if (cause !== undefined) return [cause]
  const byLine = new Map<number, Diagnostic>()
  for (const error of found) {
    // What the parser did not expect behind its first finding is a consequence of that.
    if (error !== first && error.code === 'UNEXPECTED_TOKEN') continue
    const at = positionAt(source, visible(error.pos[0], source.text))
    if (!byLine.has(at.line)) byLine.set(at.line, { severity: 'error', ...wordingOf(error), at })
  }
  return [...byLine.values()]
}

/** The parser may point at the line end before what it means. */
const visible = (offset: number, text: string): number => {
  const blanks = /^\n\s*/.exec(text.slice(offset))?.[0] ?? ''
  return Math.min(offset + blanks.length === text.length ? offset : offset + blanks.length, text.length)
}

const secondDocument = (document: Document.Parsed, source: SourceText): Diagnostic => ({
  severity: 'error',
  summary: 'a second document begins here',
  at: positionAt(source, document.range[0]),
  hint: 'keep one document in a file; remove the "---" before this',
})

type Tokens =
  | { readonly kind: 'tokens'; readonly tokens: readonly CST.Token[] }
  | { readonly kind: 'deep'; readonly offset: number }
  | { readonly kind: 'many' }

/** What the lexer puts before a scalar. */
const scalarMark = '\u001f'

/** The syntax tree of a text, unless it nests too deeply, which would exhaust the stack, or holds too much to compose. */
const tokensOf = (text: string, most: number): Tokens => {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  let scalars = 0
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme === scalarMark) scalars += 1
    if (scalars > most) return { kind: 'many' }
    tokens.push(...parser.next(lexeme))
    // The stack holds the document, then every open list and map.
    const beyond = parser.stack.length > limits.depth + 1 ? parser.stack[limits.depth + 1] : undefined
    if (beyond && 'items' in beyond) return { kind: 'deep', offset: beyond.offset }
  }
  for (const token of parser.end()) tokens.push(token)
  return { kind: 'tokens', tokens }
}
