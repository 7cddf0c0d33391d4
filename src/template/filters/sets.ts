import type { Value } from '../../model/document.ts'
import { type Operations, on, type Tools } from '../filter.ts'
import { equals, isList, isMap, itemsOf, used } from '../values.ts'
import { by, folded } from './lists.ts'

/** A key by which equal values are found fast; values that only a deep comparison can tell apart share one. */
const bucket = (value: Value): string =>
  isList(value) || isMap(value)
    ? 'deep'
    : `${typeof value === 'string'}${Number(value) === value || typeof value === 'boolean' ? Number(value) : String(value)}`

/** A set that knows equality as Python does. Work is counted, for deep values are compared one by one. */
const seenSet = (tools: Tools): { add(value: Value): boolean; has(value: Value): boolean } => {
  const buckets = new Map<string, Value[]>()
  const has = (value: Value): boolean => {
    const found = buckets.get(bucket(value)) ?? []
    tools.spend(1 + found.length)
    return found.some((other) => equals(other, value))
  }
  const add = (value: Value): boolean => {
    if (has(value)) return false
    const key = bucket(value)
    const found = buckets.get(key)
    if (found) found.push(value)
    else buckets.set(key, [value])
    return true
  }
  return { add, has }
}

const distinct = (items: readonly Value[], tools: Tools, key: (item: Value) => Value = (item) => item): Value[] => {
  const seen = seenSet(tools)
  return items.filter((item) => seen.add(used(key(item))))
}

const setOf = (items: readonly Value[], tools: Tools): { has(value: Value): boolean } => {
  const seen = seenSet(tools)
  for (const item of items) seen.add(used(item))
  return seen
}

/** Lists as sets. The order is that in which the values come up. */
export const setFilters: Operations = {
  unique: on('case_sensitive attribute', (value, [caseSensitive, attribute], tools) =>
    distinct(itemsOf(value), tools, (item) => folded(by(attribute)(item), caseSensitive)),
  ),
  union: on('other', (value, [other], tools) => distinct([...itemsOf(value), ...itemsOf(other ?? null)], tools)),
  intersect: on('other', (value, [other], tools) => {
    const those = setOf(itemsOf(other ?? null), tools)
    return distinct(itemsOf(value), tools).filter((item) => those.has(item))
  }),
  difference: on('other', (value, [other], tools) => {
    const those = setOf(itemsOf(other ?? null), tools)
    return distinct(itemsOf(value), tools).filter((item) => !those.has(item))
  }),
  symmetric_difference: on('other', (value, [other], tools) => {
    const [a, b] = [itemsOf(value), itemsOf(other ?? null)]
    const [inA, inB] = [setOf(a, tools), setOf(b, tools)]
    return distinct([...a.filter((item) => !inB.has(item)), ...b.filter((item) => !inA.has(item))], tools)
  }),
}
