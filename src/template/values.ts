import type { Value } from '../model/document.ts'
import { type Fault, fault } from './fault.ts'

/** What an expression yields on the way: a value, or something missing that is an error once it is used. */
export type Inner = Value | Missing

const missingMark = Symbol('missing')
const pendingMark = Symbol('pending')
const omitMark = Symbol('omit')

export interface Missing {
  readonly [missingMark]: () => Fault
}

/** The message is made only when somebody uses the value: looking for a similar name costs time. */
export const missing = (why: () => Fault): Missing => ({ [missingMark]: why })

export const isMissing = (value: Inner): value is Missing =>
  typeof value === 'object' && value !== null && missingMark in value

export const faultOf = (value: Missing): Fault => value[missingMark]()

/**
 * Stands in a value for a part that is known only later in the run: any expression that uses it waits for `why`
 * ("the result of check"). The rest of the value can be used.
 */
export const pendingField = (why: string): Value => ({ [pendingMark]: why }) as unknown as Value

/** The name of what is waited for, if the value is a pending part. */
const pendingWhy = (value: Inner): string | undefined =>
  typeof value === 'object' && value !== null && pendingMark in value
    ? String((value as { readonly [pendingMark]: unknown })[pendingMark])
    : undefined

/** Ansible's `omit`: a map entry or list item with this value is left out. */
export const omit: Value = Object.freeze(Object.assign(Object.create(null), { [omitMark]: true })) as Value

/** A value that can be used: a missing one is its error, a pending one waits. */
export const used = (value: Inner): Value => {
  if (typeof value !== 'object' || value === null) return value
  if (isMissing(value)) throw faultOf(value)
  const why = pendingWhy(value)
  if (why !== undefined) throw { stop: 'waits', on: why }
  return value
}

export type MapValue = { readonly [key: string]: Value }

export const isList = (value: Inner): value is readonly Value[] => Array.isArray(value)

export const isMap = (value: Inner): value is MapValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isMissing(value) && value !== omit

/** A map value with these entries, in order; the last of equal keys counts. */
export const mapOf = (entries: Iterable<readonly [string, Value]>): MapValue => {
  const map: { [key: string]: Value } = Object.create(null)
  for (const [key, value] of entries) map[key] = value
  return map
}

/** A value that is known to its last part; waits if any is pending. What is omitted within it is left out. */
export const usedDeeply = (value: Inner): Value => {
  const known = used(value)
  if (isList(known)) return withoutOmitted(known)
  return isMap(known) ? mapWithoutOmitted(known) : known
}

/** Itself, where nothing is omitted: values are shared, and most are large or many. */
const withoutOmitted = (list: readonly Value[]): readonly Value[] => {
  let kept: Value[] | undefined
  for (const [index, item] of list.entries()) {
    const clean = usedDeeply(item)
    if (clean !== item || item === omit) kept ??= list.slice(0, index)
    if (item !== omit) kept?.push(clean)
  }
  return kept ?? list
}

const mapWithoutOmitted = (map: MapValue): MapValue => {
  const entries: (readonly [string, Value])[] = []
  let changed = false
  for (const key of Object.keys(map)) {
    const item = map[key] ?? null
    const clean = usedDeeply(item)
    changed ||= clean !== item || item === omit
    if (item !== omit) entries.push([key, clean])
  }
  return changed ? mapOf(entries) : map
}

/** Truth as in Python: empty text, lists and maps, 0 and null are false. */
export const isTrue = (value: Value): boolean => {
  if (typeof value === 'object' && value !== null)
    return isList(value) ? value.length > 0 : Object.keys(value).length > 0
  return typeof value === 'number' ? value !== 0 : Boolean(value)
}

/** What a person calls the type of a value, in messages. */
export const kindOf = (value: Inner): string => {
  if (isMissing(value)) return 'undefined'
  if (value === null) return 'none'
  if (isList(value)) return 'a list'
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number') return 'a number'
  return typeof value === 'boolean' ? 'a boolean' : 'a map'
}

/** Numbers and booleans count as numbers, as in Python. */
export const asNumber = (value: Value): number | undefined => {
  if (typeof value === 'number') return value
  return typeof value === 'boolean' ? Number(value) : undefined
}

/** Equality as in Python: deep, and True == 1. */
export const equals = (left: Inner, right: Inner): boolean => {
  const a = used(left)
  const b = used(right)
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, index) => equals(item, b[index] ?? null))
  if (isMap(a)) {
    const keys = Object.keys(a)
    return (
      isMap(b) &&
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && equals(a[key] ?? null, b[key] ?? null))
    )
  }
  if (a === null || b === null || typeof a === 'string') return a === b
  return asNumber(a) === asNumber(b) && asNumber(a) !== undefined
}

/** Below, equal or above, for numbers, texts and lists of them. Text is ordered by code point. */
export const compare = (left: Inner, right: Inner): number => {
  const a = used(left)
  const b = used(right)
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b)
  if (isList(a) && isList(b)) {
    for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
      const order = equals(a[index] ?? null, b[index] ?? null) ? 0 : compare(a[index] ?? null, b[index] ?? null)
      if (order !== 0) return order
    }
    return a.length - b.length
  }
  const [x, y] = [asNumber(a), asNumber(b)]
  if (x === undefined || y === undefined)
    throw fault(
      `${kindOf(a)} and ${kindOf(b)} have no order`,
      'make both numbers with | int, or both text with | string',
    )
  return x - y
}

const compareText = (a: string, b: string): number => {
  if (a === b) return 0
  for (let index = 0; ; index += 1) {
    const [x, y] = [a.codePointAt(index), b.codePointAt(index)]
    if (x !== y) return (x ?? -1) - (y ?? -1)
  }
}

/** What a `for` or a list filter walks over: items, keys or characters. */
export const itemsOf = (value: Inner): readonly Value[] => {
  const known = used(value)
  if (isList(known)) return known
  if (typeof known === 'string') return [...known]
  if (isMap(known)) return Object.keys(known)
  throw fault(
    `${kindOf(known)} is no list`,
    known === null ? 'give it a default: | default([])' : 'one value becomes a list in brackets: `[x]`',
  )
}
