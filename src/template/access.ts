import type { Value } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { fault } from './fault.ts'
import { asNumber, type Inner, isList, isMap, kindOf, missing, used } from './values.ts'

const notThere = 'look at its value with `debug`, or give it a default: | default(…)'

/** What a name or index of a value gives: own keys of plain maps and items of lists, nothing of the host language. */
export const member = (of: Value, key: Value): Inner => {
  if (isMap(of)) {
    const name = typeof key === 'string' ? key : String(key)
    return Object.hasOwn(of, name) ? (of[name] ?? null) : noKey(of, name)
  }
  if (typeof key === 'string') {
    if (isList(of) && /^-?[0-9]+$/.test(key)) return item(of, Number(key))
    return missing(() => ({ ...fault(`${kindOf(of)} has no attribute "${key}"`, notThere), missing: true }))
  }
  const index = asNumber(key)
  if (index === undefined || (!isList(of) && typeof of !== 'string'))
    return missing(() => ({ ...fault(`${kindOf(of)} cannot be indexed with ${kindOf(key)}`), missing: true }))
  return item(typeof of === 'string' ? characters(of) : of, index)
}

const noKey = (of: { readonly [key: string]: Value }, name: string): Inner =>
  missing(() => {
    const similar = nearest(name, Object.keys(of))
    const known = Object.keys(of).slice(0, 8).join(', ')
    const hint =
      similar === undefined ? (known === '' ? 'the map is empty' : `it has ${known}`) : `did you mean ${similar}?`
    return { ...fault(`the map has no key "${name}"`, hint), missing: true }
  })

const item = (list: readonly Value[], index: number): Inner => {
  const at = index < 0 ? list.length + index : index
  const found = list[at]
  if (found !== undefined) return found
  const count = list.length === 1 ? '1 item' : `${list.length} items`
  return missing(() => ({ ...fault(`index ${index} is outside the list of ${count}`, notThere), missing: true }))
}

/** Text by code points, as Python counts. */
const characters = (text: string): readonly string[] => [...text]

/** `of[start:stop:step]` as in Python: never outside, negative from the end. */
export const slice = (of: Value, bounds: readonly (Value | undefined)[]): Value => {
  const known = used(of)
  const items = typeof known === 'string' ? characters(known) : isList(known) ? known : undefined
  if (!items) throw fault(`${kindOf(known)} cannot be sliced`)
  const [start, stop, step = 1] = bounds.map(bound)
  if (step === 0) throw fault('the step of a slice cannot be 0')
  const taken: Value[] = []
  const length = items.length
  const from = (value: number | undefined, otherwise: number, low: number, high: number): number =>
    value === undefined ? otherwise : Math.min(Math.max(value < 0 ? length + value : value, low), high)
  if (step > 0)
    for (let at = from(start, 0, 0, length); at < from(stop, length, 0, length); at += step)
      taken.push(items[at] ?? null)
  else
    for (let at = from(start, length - 1, -1, length - 1); at > from(stop, -1, -1, length - 1); at += step)
      taken.push(items[at] ?? null)
  return typeof known === 'string' ? taken.join('') : taken
}

const bound = (value: Value | undefined): number | undefined => {
  if (value === undefined || value === null) return undefined
  const number = asNumber(value)
  if (number === undefined || !Number.isInteger(number))
    throw fault(`a slice needs whole numbers, found ${kindOf(value)}`)
  return number
}

/** `a.b.0` of a value, as the `attribute` arguments of filters write it. */
export const memberPath = (of: Inner, path: Value): Inner => {
  if (typeof path !== 'string') return member(used(of), path)
  let value = of
  for (const name of path.split('.'))
    value = member(used(value), /^[0-9]+$/.test(name) && isList(used(value)) ? Number(name) : name)
  return value
}
