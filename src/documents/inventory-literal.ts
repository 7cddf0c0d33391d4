import type { DocNode, MapEntry, Position, ScalarNode } from '../model/document.ts'

/**
 * A value of an INI inventory: what Python's `ast.literal_eval` makes of the text, else the text itself. So `yes` is
 * text, `True` a boolean, `010` text (no Python number), `0x10` 16, `'5'` the text 5. Python's bytes, complex numbers
 * and whole numbers beyond 2^53 have no counterpart here and stay text. All nodes stand at the value's own place.
 */
export const readIniValue = (text: string, at: Position): DocNode => {
  const plain: ScalarNode = { kind: 'scalar', at, value: text, source: text, quoted: false }
  if (isPlain(text)) return plain
  const reader: Reader = { text, index: 0, at, depth: 0 }
  const first = readLiteral(reader)
  if (first === undefined) return plain
  skipBlanks(reader)
  if (reader.index === text.length) return first
  // `80,443` is a tuple without its parentheses.
  if (text[reader.index] !== ',') return plain
  reader.index += 1
  const rest = readItems(reader, undefined)
  return rest === undefined ? plain : { kind: 'list', at, items: [first, ...rest.nodes] }
}

/** Most values are names and addresses: text without a closer look. */
const isPlain = (text: string): boolean =>
  !/^[\s'"([{\d+\-.TFNurUR]/.test(text) || /^\d+\.\d+\.[\d.]*$|^\w+:\w*:[\w:]*$/.test(text)

interface Reader {
  readonly text: string
  readonly at: Position
  index: number
  depth: number
}

const deepest = 50

const skipBlanks = (reader: Reader): void => {
  // A comment ends only with the text: an INI value has one line.
  const blanks = /\s*(?:#.*)?/y
  blanks.lastIndex = reader.index
  blanks.exec(reader.text)
  reader.index = blanks.lastIndex
}

const take = (reader: Reader, pattern: RegExp): RegExpExecArray | undefined => {
  pattern.lastIndex = reader.index
  const match = pattern.exec(reader.text)
  if (match === null) return undefined
  reader.index = pattern.lastIndex
  return match
}

const scalar = (reader: Reader, value: ScalarNode['value'], source: string, quoted: boolean): ScalarNode => ({
  kind: 'scalar',
  at: reader.at,
  value,
  source,
  quoted,
})

const readLiteral = (reader: Reader): DocNode | undefined => {
  skipBlanks(reader)
  const char = reader.text[reader.index]
  if (char === '[' || char === '(' || char === '{') return readNested(reader, char)
  return readKeyword(reader) ?? readString(reader) ?? readNumber(reader)
}

const readNested = (reader: Reader, open: string): DocNode | undefined => {
  if (reader.depth >= deepest) return undefined
  reader.depth += 1
  reader.index += 1
  const node = open === '{' ? readBraces(reader) : open === '[' ? readList(reader) : readParentheses(reader)
  reader.depth -= 1
  return node
}

const keywords: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null }

const readKeyword = (reader: Reader): ScalarNode | undefined => {
  const word = take(reader, /(?:True|False|None)\b/y)?.[0]
  return word === undefined ? undefined : scalar(reader, keywords[word] ?? null, word, false)
}

const readNumber = (reader: Reader): ScalarNode | undefined => {
  const match = take(
    reader,
    /([+-]*)\s*(0[xX](?:_?[\da-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?)(?![\w.])/y,
  )
  const digits = match?.[2]?.replaceAll('_', '') ?? ''
  if (match === undefined || !/^(?:\d|\.\d)/.test(digits)) return undefined
  if (/^0\d*[1-9]\d*$/.test(digits)) return undefined // Python 3 knows no 010
  // literal_eval knows one sign before a number, none before a sign.
  const sign = match[1] ?? ''
  if (sign.length > 1) return undefined
  const number = Number(digits)
  const whole = !/[.eE]/.test(digits) || /^0[xX]/.test(digits)
  if (!Number.isFinite(number) || (whole && !Number.isSafeInteger(number))) return undefined
  return scalar(reader, sign === '-' ? 0 - number : number, match[0], false)
}

const readString = (reader: Reader): ScalarNode | undefined => {
  let text = ''
  let parts = 0
  for (;;) {
    const part = readStringPart(reader)
    if (part === undefined) break
    text += part
    parts += 1
    skipBlanks(reader) // neighbours join, as in Python
  }
  return parts === 0 ? undefined : scalar(reader, text, text, true)
}

const readStringPart = (reader: Reader): string | undefined => {
  const match = take(reader, /([uUrR]?)('''|"""|'|")/y)
  if (match === undefined) return undefined
  const quote = match[2] ?? ''
  const raw = match[1]?.toLowerCase() === 'r'
  let text = ''
  while (reader.index < reader.text.length) {
    if (reader.text.startsWith(quote, reader.index)) {
      reader.index += quote.length
      return text
    }
    const escaped = reader.text[reader.index] === '\\' ? readEscape(reader, raw) : undefined
    text += escaped ?? reader.text[reader.index]
    if (escaped === undefined) reader.index += 1
  }
  return undefined
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** An escape that Python does not know stays as written, backslash and all. */
const readEscape = (reader: Reader, raw: boolean): string | undefined => {
  const next = reader.text[reader.index + 1]
  if (next === undefined) return undefined
  if (raw) {
    reader.index += 2
    return `\\${next}`
  }
  const code = take(reader, /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3}))/y)
  if (code !== undefined) {
    const octal = code[4]
    const point =
      octal === undefined ? Number.parseInt(code[1] ?? code[2] ?? code[3] ?? '', 16) : Number.parseInt(octal, 8)
    return point <= 0x10ffff ? String.fromCodePoint(point) : code[0]
  }
  reader.index += 2
  return escapes[next] ?? `\\${next}`
}

type Separated = { readonly nodes: readonly DocNode[]; readonly trailing: boolean }

/** Items up to the closing bracket, which is consumed; without one, up to the end of the text. */
const readItems = (reader: Reader, close: string | undefined): Separated | undefined => {
  const nodes: DocNode[] = []
  let trailing = false
  for (;;) {
    skipBlanks(reader)
    if (reader.text[reader.index] === close) {
      if (close !== undefined) reader.index += 1
      return { nodes, trailing }
    }
    if (nodes.length > 0 && !trailing) return undefined
    const node = readLiteral(reader)
    if (node === undefined) return undefined
    nodes.push(node)
    skipBlanks(reader)
    trailing = reader.text[reader.index] === ','
    if (trailing) reader.index += 1
  }
}

const readList = (reader: Reader): DocNode | undefined => {
  const items = readItems(reader, ']')
  return items && { kind: 'list', at: reader.at, items: items.nodes }
}

/** `(1)` is 1, `(1,)` a tuple: a list here. */
const readParentheses = (reader: Reader): DocNode | undefined => {
  const items = readItems(reader, ')')
  if (items === undefined) return undefined
  const [only] = items.nodes
  if (items.nodes.length === 1 && !items.trailing && only !== undefined) return only
  return { kind: 'list', at: reader.at, items: items.nodes }
}

/** A dict, in which the last of equal keys wins, or a set, which becomes a list as in Ansible. */
const readBraces = (reader: Reader): DocNode | undefined => {
  const start = reader.index
  const dict = readDict(reader)
  if (dict !== undefined) return dict
  reader.index = start
  return readSet(reader)
}

const readSet = (reader: Reader): DocNode | undefined => {
  const items = readItems(reader, '}')
  const members = new Map<string, DocNode>()
  for (const node of items?.nodes ?? []) {
    // Python puts no list and no map into a set.
    if (node.kind !== 'scalar') return undefined
    members.set(`${typeof node.value} ${node.value}`, node)
  }
  return items && { kind: 'list', at: reader.at, items: [...members.values()] }
}

const readDict = (reader: Reader): DocNode | undefined => {
  const entries = new Map<string, MapEntry>()
  let comma = true
  for (;;) {
    skipBlanks(reader)
    if (reader.text[reader.index] === '}') {
      reader.index += 1
      return { kind: 'map', at: reader.at, entries: [...entries.values()] }
    }
    if (!comma) return undefined
    const key = readLiteral(reader)
    skipBlanks(reader)
    if (key?.kind !== 'scalar' || reader.text[reader.index] !== ':') return undefined
    reader.index += 1
    const value = readLiteral(reader)
    if (value === undefined) return undefined
    entries.set(`${typeof key.value} ${key.value}`, { key, value })
    skipBlanks(reader)
    comma = reader.text[reader.index] === ','
    if (comma) reader.index += 1
  }
}
