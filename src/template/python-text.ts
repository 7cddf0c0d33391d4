import type { Value } from '../model/document.ts'
import { type Inner, isList, isMap, used } from './values.ts'

/** Text as Python's `str` prints a value: True, None, ['a', 1]. */
export const textOf = (value: Inner): string => {
  const known = used(value)
  return typeof known === 'string' ? known : reprOf(known)
}

const numberText = (value: number): string => {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value)
}

/** Text as Python's `repr` prints a value. */
export const reprOf = (value: Inner): string => {
  const known = used(value)
  if (known === null) return 'None'
  if (known === true) return 'True'
  if (known === false) return 'False'
  if (typeof known === 'number') return numberText(known)
  if (typeof known === 'string') return quoted(known)
  if (isList(known)) return `[${known.map(reprOf).join(', ')}]`
  if (!isMap(known)) return ''
  return `{${Object.keys(known)
    .map((key) => `${quoted(key)}: ${reprOf(known[key] ?? null)}`)
    .join(', ')}}`
}

const named: { readonly [character: string]: string } = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escaped = (character: string): string => {
  const known = named[character]
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  return code < 0x20 || (code >= 0x7f && code < 0xa1) ? `\\x${code.toString(16).padStart(2, '0')}` : character
}

const quoted = (text: string): string => {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const body = text.replace(/[\\\u0000-\u001f\u007f-\u00a0]/g, escaped)
  return `${mark}${mark === "'" ? body.replaceAll("'", "\\'") : body}${mark}`
}

const ascii = (text: string): string =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

export interface JsonStyle {
  /** Blanks a level; 0 for one line. */
  readonly indent: number
  readonly sortKeys: boolean
  readonly asciiOnly: boolean
}

/** JSON as Python's `json.dumps` lays it out. */
export const jsonOf = (value: Inner, style: JsonStyle, depth = 0): string => {
  const known: Value = used(value)
  if (typeof known === 'string') return style.asciiOnly ? ascii(known) : JSON.stringify(known)
  if (typeof known === 'number') return Number.isFinite(known) ? String(known) : numberText(known)
  if (known === null || typeof known === 'boolean') return String(known)
  const list = isList(known)
  const parts = list
    ? known.map((item) => jsonOf(item, style, depth + 1))
    : keysOf(known, style).map(
        (key) =>
          `${style.asciiOnly ? ascii(key) : JSON.stringify(key)}: ${jsonOf(known[key] ?? null, style, depth + 1)}`,
      )
  const [open, close] = list ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return `${open}${close}`
  if (style.indent === 0) return `${open}${parts.join(', ')}${close}`
  const pad = '\n'.padEnd(1 + style.indent * (depth + 1))
  return `${open}${pad}${parts.join(`,${pad}`)}${pad.slice(0, pad.length - style.indent)}${close}`
}

const keysOf = (map: { readonly [key: string]: Value }, { sortKeys }: JsonStyle): readonly string[] =>
  sortKeys ? Object.keys(map).sort() : Object.keys(map)
