import type { Value } from '../../model/document.ts'
import { member, memberPath } from '../access.ts'
import { binary } from '../arithmetic.ts'
import { fault } from '../fault.ts'
import {
  flagFrom,
  type Given,
  numberFrom,
  type Operation,
  type Operations,
  on,
  type Tools,
  textFrom,
} from '../filter.ts'
import { textOf } from '../python-text.ts'
import {
  compare,
  equals,
  type Inner,
  isList,
  isMap,
  isMissing,
  isTrue,
  itemsOf,
  kindOf,
  missing,
  used,
} from '../values.ts'

export const by = (attribute: Value | undefined) => (item: Value) =>
  attribute === undefined || attribute === null ? item : used(memberPath(item, attribute))

/** Jinja compares text without case unless told. */
export const folded = (value: Value, caseSensitive: Value | undefined): Value => {
  if (flagFrom(caseSensitive)) return value
  if (typeof value === 'string') return value.toLowerCase()
  return isList(value) ? value.map((item) => folded(item, false)) : value
}

const sorted = (items: readonly Value[], attribute: Value | undefined, caseSensitive: Value | undefined): Value[] => {
  const paths = typeof attribute === 'string' ? attribute.split(',') : [attribute]
  const keyed = items.map((item) => ({ item, key: paths.map((path) => folded(by(path)(item), caseSensitive)) }))
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item)
}

const extreme = (sign: 1 | -1): Operation =>
  on('case_sensitive attribute', (value, [caseSensitive, attribute]) => {
    const items = itemsOf(value)
    const key = (item: Value): Value => folded(by(attribute)(item), caseSensitive)
    const [first] = items
    if (first === undefined) return missing(() => ({ ...fault('the list is empty'), missing: true }))
    return items.reduce((best, item) => (compare(key(item), key(best)) * sign > 0 ? item : best), first)
  })

const flattened = (value: Value, levels: number, skipNulls: boolean, tools: Tools): Value[] => {
  const result: Value[] = []
  for (const item of itemsOf(value)) {
    tools.spend(1)
    if (item === null && skipNulls) continue
    if (isList(item) && levels !== 0) result.push(...flattened(item, levels - 1, skipNulls, tools))
    else result.push(item)
  }
  return result
}

const wholeFrom = (value: Value | undefined, what: string): number => {
  const count = numberFrom(value)
  if (!Number.isInteger(count) || count < 1) throw fault(`${what} needs a whole number from 1 up`)
  return count
}

const numberOrNone = (value: Value | undefined, otherwise: number): number =>
  value === undefined || value === null ? otherwise : numberFrom(value)

/** `map('upper')`, `map(attribute='n', default=0)`: the first two parameters can only be given by name. */
const map: Operation = {
  params: ['name', 'attribute', 'default'],
  positional: 1,
  rest: true,
  run: (value, [name, attribute, fallback, ...args], tools) =>
    itemsOf(value).map((item) => {
      tools.spend(1)
      if (attribute === undefined) return used(tools.filter(textFrom(name), item, args as readonly Value[]))
      const found = memberPath(item, attribute)
      return isMissing(found) && fallback !== undefined ? fallback : used(found)
    }),
}

/** `select('match', '^a')`, `rejectattr('v', 'equalto', 2)`; without a test: truth. */
const choosing = (wanted: boolean, withAttribute: boolean): Operation => ({
  params: [],
  rest: true,
  run: (value, given: Given, tools) => {
    const [attribute, name, ...args] = withAttribute ? given : [undefined, ...given]
    if (withAttribute && attribute === undefined) throw fault('the name of the attribute is missing')
    return itemsOf(value).filter((item) => {
      tools.spend(1)
      const tested: Inner = attribute === undefined ? item : memberPath(item, attribute)
      const holds =
        name === undefined ? isTrue(used(tested)) : tools.test(textFrom(name), tested, args as readonly Value[])
      return holds === wanted
    })
  },
})

const ends = (which: (items: readonly Value[]) => Value | undefined): Operation =>
  on('', (value) => which(itemsOf(value)) ?? missing(() => ({ ...fault('the list is empty'), missing: true })))

const lengthOf = on('', (value) => {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null)
    throw fault(`${kindOf(value)} has no length`)
  return itemsOf(value).length
})

const lists = (given: Given): readonly Value[][] => given.map((list) => [...itemsOf(list ?? null)])

const zipped = (all: readonly (readonly Value[])[], length: number, fill: Value): Value[] =>
  Array.from({ length: all.length === 0 ? 0 : length }, (_, index) => all.map((list) => list[index] ?? fill))

export const listFilters: Operations = {
  list: on('', (value) => itemsOf(value)),
  join: on('d attribute', (value, [separator, attribute], tools) => {
    const items = itemsOf(value)
    tools.spend(items.length)
    return items.map((item) => textOf(by(attribute)(item))).join(separator === undefined ? '' : textFrom(separator))
  }),
  first: ends((items) => items[0]),
  last: ends((items) => items.at(-1)),
  length: lengthOf,
  count: lengthOf,
  reverse: on('', (value) => {
    const items = [...itemsOf(value)].reverse()
    return typeof value === 'string' ? items.join('') : items
  }),
  sort: on('reverse case_sensitive attribute', (value, [reverse, caseSensitive, attribute], tools) => {
    const items = itemsOf(value)
    tools.spend(items.length)
    const result = sorted(items, attribute, caseSensitive)
    // Python keeps the order of equal items in a reversed sort too.
    return flagFrom(reverse) ? sorted([...items].reverse(), attribute, caseSensitive).reverse() : result
  }),
  min: extreme(-1),
  max: extreme(1),
  sum: on('attribute start', (value, [attribute, start], tools) =>
    itemsOf(value).reduce<Value>((sum, item) => {
      tools.spend(isList(sum) ? 1 + sum.length : 1)
      return binary('+', sum, by(attribute)(item))
    }, start ?? 0),
  ),
  flatten: on('levels skip_nulls', (value, [levels, skipNulls], tools) =>
    flattened(value, numberOrNone(levels, -1), flagFrom(skipNulls, true), tools),
  ),
  zip: on('*', (value, given) => {
    const all = [[...itemsOf(value)], ...lists(given)]
    return zipped(all, Math.min(...all.map((list) => list.length)), null)
  }),
  zip_longest: {
    params: ['fillvalue'],
    positional: 0,
    rest: true,
    run: (value, [fill, ...given]) => {
      const all = [[...itemsOf(value)], ...lists(given)]
      return zipped(all, Math.max(...all.map((list) => list.length)), fill ?? null)
    },
  },
  batch: on('linecount fill_with', (value, [size, fill]) => {
    const count = wholeFrom(size, 'batch')
    const items = itemsOf(value)
    return Array.from({ length: Math.ceil(items.length / count) }, (_, index) => {
      const part = items.slice(index * count, (index + 1) * count)
      return fill === undefined || fill === null ? part : [...part, ...Array<Value>(count - part.length).fill(fill)]
    })
  }),
  map,
  select: choosing(true, false),
  reject: choosing(false, false),
  selectattr: choosing(true, true),
  rejectattr: choosing(false, true),
  groupby: on('attribute', (value, [attribute]) => {
    if (attribute === undefined) throw fault('the name of the attribute is missing')
    const items = sorted(itemsOf(value), attribute, true)
    const groups: { key: Value; items: Value[] }[] = []
    for (const item of items) {
      const key = by(attribute)(item)
      const last = groups.at(-1)
      if (last && equals(last.key, key)) last.items.push(item)
      else groups.push({ key, items: [item] })
    }
    return groups.map(({ key, items: members }) => [key, members])
  }),
  dictsort: on('case_sensitive by reverse', (value, [caseSensitive, what, reverse]) => {
    if (!isMap(value)) throw fault(`dictsort needs a map, found ${kindOf(value)}`)
    const pairs = Object.keys(value).map((key) => [key, value[key] ?? null])
    const result = sorted(pairs, what === 'value' ? 1 : 0, caseSensitive)
    return flagFrom(reverse) ? result.reverse() : result
  }),
  items: on('', (value) => {
    if (!isMap(value)) throw fault(`items needs a map, found ${kindOf(value)}`)
    return Object.keys(value).map((key) => [key, value[key] ?? null])
  }),
  extract: on('container morekeys', (value, [container, more]) =>
    [value, ...(more === undefined || more === null ? [] : isList(more) ? more : [more])].reduce<Inner>(
      (of, key) => member(used(of), key),
      container ?? null,
    ),
  ),
  slice: on('slices fill_with', (value, [count, fill], tools) => {
    const items = itemsOf(value)
    const parts = wholeFrom(count, 'slice')
    tools.spend(parts)
    const [size, longer] = [Math.floor(items.length / parts), items.length % parts]
    return Array.from({ length: parts }, (_, index) => {
      const start = index * size + Math.min(index, longer)
      const part = items.slice(start, start + size + (index < longer ? 1 : 0))
      return fill === undefined || fill === null || index < longer || longer === 0 ? part : [...part, fill]
    })
  }),
}
