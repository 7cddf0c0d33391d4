import type { Value } from '../model/document.ts'
import { fault } from './fault.ts'
import { flagFrom, numberFrom, type Operation, type Operations, on, onText, textFrom } from './filter.ts'
import { textOf } from './python-text.ts'
import { capitalize, centered, splitRight, splitText, trim } from './text.ts'
import { equals, isList, isMap, itemsOf, used } from './values.ts'

const separator = (value: Value | undefined): string | undefined =>
  value === undefined || value === null ? undefined : textFrom(value)

const stripped = (side: 'both' | 'left' | 'right'): Operation =>
  onText('chars', (text, [chars]) => trim(text, separator(chars), side))

const affix = (fits: (text: string, part: string) => boolean): Operation =>
  onText('prefix', (text, [part]) =>
    (isList(part ?? null) ? itemsOf(part ?? null) : [part]).some((one) => fits(text, textFrom(one))),
  )

const every = (pattern: RegExp): Operation => onText('', (text) => pattern.test(text))

const found = (at: number, what: string): number => {
  if (at === -1) throw fault(`${what} is not in it`)
  return at
}

const parted = (text: string, at: number, mark: string): readonly string[] => [
  text.slice(0, at),
  mark,
  text.slice(at + mark.length),
]

const textMethods: Operations = {
  split: onText('sep maxsplit', (text, [mark, most]) =>
    splitText(text, separator(mark), most === undefined ? -1 : numberFrom(most)),
  ),
  rsplit: onText('sep maxsplit', (text, [mark, most]) =>
    splitRight(text, separator(mark), most === undefined ? -1 : numberFrom(most)),
  ),
  splitlines: onText('keepends', (text, [keep]) =>
    (text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? []).map((line) =>
      flagFrom(keep) ? line : line.replace(/[\r\n]+$/, ''),
    ),
  ),
  strip: stripped('both'),
  lstrip: stripped('left'),
  rstrip: stripped('right'),
  lower: onText('', (text) => text.toLowerCase()),
  upper: onText('', (text) => text.toUpperCase()),
  capitalize: onText('', capitalize),
  title: onText('', (text) => text.toLowerCase().replace(/\p{L}+/gu, capitalize)),
  startswith: affix((text, part) => text.startsWith(part)),
  endswith: affix((text, part) => text.endsWith(part)),
  removeprefix: onText('prefix', (text, [part]) =>
    text.startsWith(textFrom(part)) ? text.slice(textFrom(part).length) : text,
  ),
  removesuffix: onText('suffix', (text, [part]) =>
    text.endsWith(textFrom(part)) && textFrom(part) !== '' ? text.slice(0, -textFrom(part).length) : text,
  ),
  replace: onText('old new count', (text, [old, fresh, count]) => {
    const parts = text.split(textFrom(old))
    const kept = count === undefined ? parts.length : numberFrom(count) + 1
    const rest = parts.slice(kept)
    const head = parts.slice(0, kept).join(textFrom(fresh))
    return rest.length === 0 ? head : [head, ...rest].join(textFrom(old))
  }),
  find: onText('sub', (text, [part]) => text.indexOf(textFrom(part))),
  rfind: onText('sub', (text, [part]) => text.lastIndexOf(textFrom(part))),
  index: onText('sub', (text, [part]) => found(text.indexOf(textFrom(part)), JSON.stringify(textFrom(part)))),
  count: onText('sub', (text, [part]) => text.split(textFrom(part)).length - 1),
  join: onText('items', (text, [items]) =>
    itemsOf(items ?? null)
      .map((item) => textFrom(used(item)))
      .join(text),
  ),
  isdigit: every(/^\p{Nd}+$/u),
  isnumeric: every(/^\p{N}+$/u),
  isalpha: every(/^\p{L}+$/u),
  isalnum: every(/^[\p{L}\p{N}]+$/u),
  isspace: every(/^\s+$/u),
  islower: onText('', (text) => /\p{L}/u.test(text) && text === text.toLowerCase()),
  isupper: onText('', (text) => /\p{L}/u.test(text) && text === text.toUpperCase()),
  zfill: onText('width', (text, [width]) => {
    const sign = /^[-+]/.exec(text)?.[0] ?? ''
    return sign + text.slice(sign.length).padStart(sized(width) - sign.length, '0')
  }),
  ljust: onText('width fill', (text, [width, fill]) =>
    text.padEnd(sized(width), fill === undefined ? ' ' : textFrom(fill)),
  ),
  rjust: onText('width fill', (text, [width, fill]) =>
    text.padStart(sized(width), fill === undefined ? ' ' : textFrom(fill)),
  ),
  center: onText('width', (text, [width]) => centered(text, numberFrom(width))),
  partition: onText('sep', (text, [mark]) => {
    const at = text.indexOf(textFrom(mark))
    return at === -1 ? [text, '', ''] : parted(text, at, textFrom(mark))
  }),
  rpartition: onText('sep', (text, [mark]) => {
    const at = text.lastIndexOf(textFrom(mark))
    return at === -1 ? ['', '', text] : parted(text, at, textFrom(mark))
  }),
}

const maxWidth = 10_000
const sized = (width: Value | undefined): number => Math.min(numberFrom(width), maxWidth)

const mapMethod = (
  params: string,
  run: (map: { readonly [key: string]: Value }, given: readonly (Value | undefined)[]) => Value,
): Operation => on(params, (value, given) => (isMap(value) ? run(value, given) : null))

const mapMethods: Operations = {
  keys: mapMethod('', (map) => Object.keys(map)),
  values: mapMethod('', (map) => Object.values(map)),
  items: mapMethod('', (map) => Object.keys(map).map((key) => [key, map[key] ?? null])),
  get: mapMethod('key default', (map, [key, otherwise]) => {
    const name = typeof key === 'string' ? key : textOf(key ?? null)
    return Object.hasOwn(map, name) ? (map[name] ?? null) : (otherwise ?? null)
  }),
  copy: mapMethod('', (map) => map),
}

const listMethods: Operations = {
  index: on('item', (value, [item]) =>
    found(
      itemsOf(value).findIndex((one) => equals(one, item ?? null)),
      'the item',
    ),
  ),
  count: on('item', (value, [item]) => itemsOf(value).filter((one) => equals(one, item ?? null)).length),
  copy: on('', (value) => value),
}

const none: Operations = {}

/** The methods that a value of this kind has; nothing else can be called on it. */
export const methodsOf = (value: Value): Operations => {
  if (typeof value === 'string') return textMethods
  if (isList(value)) return listMethods
  return isMap(value) ? mapMethods : none
}

/** `format` takes any names, so it stands beside the table. */
export const changing = new Set([
  'append',
  'extend',
  'insert',
  'remove',
  'pop',
  'update',
  'clear',
  'setdefault',
  'sort',
  'reverse',
])
