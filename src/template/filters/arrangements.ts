import type { Value } from '../../model/document.ts'
import { memberPath } from '../access.ts'
import { fault } from '../fault.ts'
import { type Given, numberFrom, type Operation, type Operations, on, type Tools, textFrom } from '../filter.ts'
import { isMap, itemsOf, mapOf, used } from '../values.ts'

type List = readonly Value[]

/** Every choice of one item of each list, the last list running fastest. */
const product = (lists: readonly List[], tools: Tools): readonly List[] =>
  lists.reduce<readonly List[]>(
    (all, list) => {
      tools.spend(all.length * list.length)
      return all.flatMap((one) => list.map((item) => [...one, item]))
    },
    [[]],
  )

/** Every choice of `count` items: in any order, or only in the order of the list. */
const choices = (items: List, count: number, ordered: boolean, tools: Tools): readonly List[] => {
  if (count === 0) return [[]]
  return items.flatMap((item, index) => {
    tools.spend(1)
    const rest = ordered ? items.slice(index + 1) : [...items.slice(0, index), ...items.slice(index + 1)]
    return choices(rest, count - 1, ordered, tools).map((one) => [item, ...one])
  })
}

const sized = (value: Value | undefined, otherwise: number): number =>
  value === undefined || value === null ? otherwise : numberFrom(value)

const arranging = (ordered: boolean, params: string): Operation =>
  on(params, (value, [count], tools) => {
    const items = itemsOf(value)
    return choices(items, sized(count, items.length), ordered, tools)
  })

const required = (value: Value | undefined, what: string): Value => {
  if (value === undefined) throw fault(`${what} is missing`)
  return value
}

const subelements = (value: Value, [path, skip]: Given, tools: Tools): Value => {
  const skips = skip === true || (skip !== undefined && isMap(skip) && skip.skip_missing === true)
  const all = isMap(value) ? Object.values(value) : itemsOf(value)
  return all.flatMap((item) => {
    const found = memberPath(item, required(path, 'the name of the list'))
    const inner =
      skips && isMap(item) && !Object.hasOwn(item, textFrom(path).split('.')[0] ?? '') ? [] : itemsOf(used(found))
    tools.spend(inner.length)
    return inner.map((one): Value => [item, one])
  })
}

/** Lists made of the items of lists. */
export const arrangementFilters: Operations = {
  product: {
    params: ['repeat'],
    positional: 0,
    rest: true,
    run: (value, [repeat, ...others], tools) => {
      const lists = [value, ...others].map((list) => itemsOf(list ?? null))
      const times = sized(repeat, 1)
      return product(Array.from({ length: times }, () => lists).flat(), tools)
    },
  },
  permutations: arranging(false, 'count'),
  combinations: arranging(true, 'count'),
  subelements: on('subelements skip_missing', subelements),
  rekey_on_member: on('key duplicates', (value, [key, duplicates]) => {
    const name = textFrom(required(key, 'the name of the key'))
    const items = isMap(value) ? Object.values(value) : itemsOf(value)
    const entries = items.map((item) => [String(used(memberPath(item, name))), item] as const)
    const keys = new Set(entries.map(([found]) => found))
    if (keys.size < entries.length && duplicates !== 'overwrite')
      throw fault(`two items have the same "${name}"`, "give duplicates='overwrite' to keep the last")
    return mapOf(entries)
  }),
}
