/** YAML text as PyYAML lays it out, which is what `to_yaml` and `to_nice_yaml` give in Ansible. */
import type { Value } from '../model/document.ts'
import { type Inner, isList, isMap, type MapValue, used } from './values.ts'
import { escapedCharacter, type ScalarContext, scalarStyle } from './yaml-scalars.ts'

/**
 * @property indent  blanks a level, 2 to 9
 * @property width   lines are broken at a blank behind this column
 * @property flow    what stands within [ ] and { }: everything, nothing, or what holds scalars only
 */
export interface YamlStyle {
  readonly indent: number
  readonly width: number
  readonly flow: 'all' | 'none' | 'leaves'
  readonly sortKeys: boolean
}

/** What was written, and where the next character goes. */
interface Page {
  readonly style: YamlStyle
  readonly parts: string[]
  column: number
  /** The last character was a blank. */
  blank: boolean
  /** Only blanks and dashes on the line so far. */
  indenting: boolean
}

/** Around a node. `indent` is undefined at the top. */
interface Around extends ScalarContext {
  readonly indent: number | undefined
  readonly inMap: boolean
}

/** The document of a value, with its last line end. */
export const yamlOf = (value: Inner, style: YamlStyle): string => {
  const page: Page = { style, parts: [], column: 0, blank: true, indenting: true }
  writeNode(page, used(value), { indent: undefined, inMap: false, flow: false, key: false })
  return `${page.parts.join('')}\n`
}

const put = (page: Page, text: string): void => {
  page.parts.push(text)
  page.column += [...text].length
}

const mark = (page: Page, text: string, { spaced, blank = false, keeps = false }: Mark): void => {
  put(page, page.blank || !spaced ? text : ` ${text}`)
  page.blank = blank
  page.indenting &&= keeps
}

interface Mark {
  /** A blank goes before it. */
  readonly spaced: boolean
  readonly blank?: boolean
  readonly keeps?: boolean
}

const breakLine = (page: Page, end = '\n'): void => {
  page.parts.push(end)
  page.column = 0
  page.blank = true
  page.indenting = true
}

/** Goes to the column of the indent, on a new line if that is passed. */
const toIndent = (page: Page, indent = 0): void => {
  if (!page.indenting || page.column > indent || (page.column === indent && !page.blank)) breakLine(page)
  if (page.column < indent) {
    page.blank = true
    put(page, ' '.repeat(indent - page.column))
  }
}

const deeper = ({ style }: Page, indent: number | undefined, flow: boolean): number =>
  indent === undefined ? (flow ? style.indent : 0) : indent + style.indent

const isScalar = (value: Value): boolean => !isList(value) && !isMap(value)

const inFlow = ({ style }: Page, items: readonly Value[], around: Around): boolean =>
  around.flow || items.length === 0 || style.flow === 'all' || (style.flow === 'leaves' && items.every(isScalar))

const keysOf = ({ style }: Page, map: MapValue): readonly string[] =>
  style.sortKeys ? Object.keys(map).sort() : Object.keys(map)

const writeNode = (page: Page, value: Value, around: Around): void => {
  if (isList(value)) {
    if (inFlow(page, value, around))
      writeFlow(
        page,
        '[]',
        value.map((item) => ({ item })),
        around,
      )
    else writeList(page, value, around)
  } else if (isMap(value)) {
    const entries = keysOf(page, value).map((key) => ({ key, item: used(value[key] ?? null) }))
    if (inFlow(page, Object.values(value), around)) writeFlow(page, '{}', entries, around)
    else writeMap(page, entries, around)
  } else writeScalar(page, value, around)
}

const writeList = (page: Page, items: readonly Value[], around: Around): void => {
  // Below a key the dashes stand at the key's own indent.
  const indent = around.inMap && !page.indenting ? (around.indent ?? 0) : deeper(page, around.indent, false)
  for (const item of items) {
    toIndent(page, indent)
    mark(page, '-', { spaced: true, keeps: true })
    writeNode(page, used(item), { indent, inMap: false, flow: false, key: false })
  }
}

interface Entry {
  readonly key?: string
  readonly item: Value
}

const writeMap = (page: Page, entries: readonly Entry[], around: Around): void => {
  const indent = deeper(page, around.indent, false)
  for (const { key = '', item } of entries) {
    toIndent(page, indent)
    writeEntry(page, { key, item }, { indent, inMap: true, flow: false, key: false })
  }
}

const maxKey = 128

const writeEntry = (page: Page, { key = '', item }: Entry, around: Around): void => {
  const simple = key.length < maxKey && !key.includes('\n')
  if (simple) writeScalar(page, key, { ...around, key: true })
  else {
    mark(page, '?', { spaced: true, keeps: true })
    writeScalar(page, key, around)
    toIndent(page, around.indent)
  }
  mark(page, ':', { spaced: !simple, keeps: !simple })
  writeNode(page, item, around)
}

const writeFlow = (page: Page, brackets: '[]' | '{}', entries: readonly Entry[], around: Around): void => {
  const indent = deeper(page, around.indent, true)
  mark(page, brackets.charAt(0), { spaced: true, blank: true })
  for (const [index, entry] of entries.entries()) {
    if (index > 0) mark(page, ',', { spaced: false })
    if (page.column > page.style.width) toIndent(page, indent)
    const inner = { indent, inMap: brackets === '{}', flow: true, key: false }
    if (entry.key === undefined) writeNode(page, used(entry.item), inner)
    else writeEntry(page, entry, inner)
  }
  mark(page, brackets.charAt(1), { spaced: false })
}

const numberText = (value: number): string => {
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  const text = String(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}

const writeScalar = (page: Page, value: Value, around: Around): void => {
  const indent = deeper(page, around.indent, true)
  if (typeof value !== 'string') {
    writePlain(page, typeof value === 'number' ? numberText(value) : String(value), { indent, splits: false })
    return
  }
  const style = scalarStyle(value, around)
  const how = { indent, splits: !around.key }
  if (style === 'plain') writePlain(page, value, how)
  else if (style === 'single') writeSingle(page, value, how)
  else writeDouble(page, value, how)
}

interface Run {
  readonly indent: number
  /** Lines may be broken within it. */
  readonly splits: boolean
}

/** A single blank behind the width becomes a line end. */
const breaksAt = (page: Page, run: string, { splits }: Run): boolean =>
  splits && run === ' ' && page.column > page.style.width

const writePlain = (page: Page, text: string, run: Run): void => {
  if (!page.blank) put(page, ' ')
  for (const piece of text.match(/ +|[^ ]+/g) ?? []) {
    if (breaksAt(page, piece, run)) toIndent(page, run.indent)
    else put(page, piece)
    page.blank = false
    page.indenting = false
  }
}

const writeSingle = (page: Page, text: string, run: Run): void => {
  mark(page, "'", { spaced: true })
  const pieces = text.match(/ +|[\n\u0085\u2028\u2029]+|[^ \n\u0085\u2028\u2029]+/g) ?? []
  for (const [index, piece] of pieces.entries()) {
    const inside = index > 0 && index < pieces.length - 1
    if (/^[\n\u0085\u2028\u2029]/.test(piece)) {
      if (piece.startsWith('\n')) breakLine(page)
      for (const end of piece) breakLine(page, end)
      toIndent(page, run.indent)
    } else if (inside && breaksAt(page, piece, run)) toIndent(page, run.indent)
    else put(page, piece.replaceAll("'", "''"))
  }
  mark(page, "'", { spaced: false })
}

const writeDouble = (page: Page, text: string, run: Run): void => {
  mark(page, '"', { spaced: true })
  const characters = [...text]
  // Up to a blank or an escape the text is held back, for a line may end before it.
  let held = ''
  const flush = (): void => {
    put(page, held)
    held = ''
  }
  for (const [index, character] of characters.entries()) {
    const escaped = escapedCharacter(character)
    const isEscape = escaped !== character
    if (isEscape) {
      flush()
      put(page, escaped)
    }
    const inside = index > 0 && index < characters.length - 1
    const mayBreak = run.splits && inside && (character === ' ' || isEscape)
    if (mayBreak && page.column + [...held].length > page.style.width) {
      put(page, `${held}\\`)
      held = ''
      toIndent(page, run.indent)
      page.blank = false
      page.indenting = false
      const next = isEscape ? characters[index + 1] : character
      if (next === ' ') put(page, '\\')
    }
    if (!isEscape) held += character
  }
  flush()
  mark(page, '"', { spaced: false })
}
