import type { Value } from '../../model/document.ts'
import { fault } from '../fault.ts'
import { flagFrom, type Operation, type Operations, on, type Tools, textFrom } from '../filter.ts'
import { textOf } from '../python-text.ts'
import { equals, isList, isMap, itemsOf, kindOf, type MapValue, mapOf, used } from '../values.ts'

const listMerges = ['replace', 'keep', 'append', 'prepend', 'append_rp', 'prepend_rp']

const mergedLists = (below: readonly Value[], above: readonly Value[], how: string): readonly Value[] => {
  if (how === 'keep') return below
  if (how === 'append') return [...below, ...above]
  if (how === 'prepend') return [...above, ...below]
  const rest = below.filter((item) => !above.some((other) => equals(item, other)))
  if (how === 'append_rp') return [...rest, ...above]
  return how === 'prepend_rp' ? [...above, ...rest] : above
}

interface Merge {
  readonly recursive: boolean
  readonly lists: string
  readonly tools: Tools
}

const merged = (below: MapValue, above: MapValue, merge: Merge): MapValue => {
  const result: { [key: string]: Value } = Object.assign(Object.create(null), below)
  for (const key of Object.keys(above)) {
    merge.tools.spend(1)
    const [old, fresh] = [result[key], above[key] ?? null]
    if (old !== undefined && isMap(old) && isMap(fresh) && merge.recursive) result[key] = merged(old, fresh, merge)
    else if (old !== undefined && isList(old) && isList(fresh)) result[key] = mergedLists(old, fresh, merge.lists)
    else result[key] = fresh
  }
  return result
}

const combine: Operation = {
  params: ['recursive', 'list_merge'],
  positional: 0,
  rest: true,
  run: (value, [recursive, lists, ...others], tools) => {
    const how = lists === undefined ? 'replace' : textFrom(lists)
    if (!listMerges.includes(how)) throw fault(`unknown list_merge "${how}"`, `it is one of ${listMerges.join(', ')}`)
    const maps = [used(value), ...others].flatMap((other) =>
      isList(other ?? null) ? itemsOf(other ?? null) : [other ?? null],
    )
    const merge = { recursive: flagFrom(recursive), lists: how, tools }
    return maps.reduce<MapValue>((below, above) => {
      if (!isMap(above)) throw fault(`combine needs maps, found ${kindOf(above)}`)
      return merged(below, above, merge)
    }, mapOf([]))
  },
}

const named = (value: Value | undefined, otherwise: string): string =>
  value === undefined ? otherwise : textFrom(value)

export const mapFilters: Operations = {
  combine,
  dict2items: on('key_name value_name', (value, [keyName, valueName]) => {
    if (!isMap(value)) throw fault(`dict2items needs a map, found ${kindOf(value)}`)
    return Object.keys(value).map((key) =>
      mapOf([
        [named(keyName, 'key'), key],
        [named(valueName, 'value'), value[key] ?? null],
      ]),
    )
  }),
  items2dict: on('key_name value_name', (value, [keyName, valueName]) => {
    const [key, content] = [named(keyName, 'key'), named(valueName, 'value')]
    return mapOf(
      itemsOf(value).map((item) => {
        if (!isMap(item) || !Object.hasOwn(item, key) || !Object.hasOwn(item, content))
          throw fault(`items2dict needs a list of maps with "${key}" and "${content}"`)
        return [textOf(item[key] ?? null), item[content] ?? null]
      }),
    )
  }),
}
