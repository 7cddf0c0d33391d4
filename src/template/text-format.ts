import type { Value } from '../model/document.ts'
import { memberPath } from './access.ts'
import { fault } from './fault.ts'
import { numberFrom } from './filter.ts'
import { reprOf, textOf } from './python-text.ts'
import { mapOf, used } from './values.ts'

const maxWidth = 1000

const padded = (text: string, flags: string, width: string | undefined): string => {
  const size = Math.min(Number(width ?? 0), maxWidth)
  if (flags.includes('-')) return text.padEnd(size)
  if (!flags.includes('0')) return text.padStart(size)
  const sign = /^[-+]/.exec(text)?.[0] ?? ''
  return sign + text.slice(sign.length).padStart(size - sign.length, '0')
}

const converted = (kind: string, value: Value, precision: string | undefined): string => {
  if (kind === 's') return textOf(value).slice(0, precision === undefined ? undefined : Number(precision))
  if (kind === 'r') return reprOf(value)
  const number = numberFrom(value)
  if (kind === 'f') return number.toFixed(Math.min(Number(precision ?? 6), 20))
  const whole = Math.trunc(number)
  return kind === 'x'
    ? whole.toString(16)
    : kind === 'X'
      ? whole.toString(16).toUpperCase()
      : kind === 'o'
        ? whole.toString(8)
        : String(whole)
}

/** Python's `text % values` for %s %r %d %i %f %x %X %o with flags, width and precision. */
export const formatPercent = (text: string, given: readonly (Value | undefined)[]): string => {
  let used = 0
  const result = text.replace(
    /%(?:%|([-0+ ]*)([0-9]+)?(?:\.([0-9]+))?([a-zA-Z])|)/g,
    (whole, flags, width, precision, kind) => {
      if (whole === '%%') return '%'
      if (whole === '%') throw fault('a single % in format', 'double it')
      if (!'srdifxXo'.includes(kind)) throw fault(`%${kind} is not known to format`)
      const value = given[used]
      used += 1
      if (value === undefined) throw fault('format has more places than arguments')
      const plus = flags.includes('+') && typeof value === 'number' && value >= 0 ? '+' : ''
      return padded(plus + converted(kind, value, precision), flags, width)
    },
  )
  if (used < given.length) throw fault('format has more arguments than places')
  return result
}

/** Python's `text.format(…)` with {}, {0}, {name} and {a.b}; format specifications after a colon are refused. */
export const formatBraces = (text: string, positional: readonly Value[], named: ReadonlyMap<string, Value>): string => {
  let counted = 0
  const names = mapOf(named)
  return text.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (whole, inside: string | undefined) => {
    if (whole === '{{' || whole === '}}') return whole.charAt(0)
    if (inside === undefined) throw fault(`a single ${whole} in format()`, 'double it')
    if (/[:!]/.test(inside)) throw fault(`{${inside}} is not supported in format()`, 'use the filter | format with %')
    const [head = '', ...path] = inside.split(/[.[\]]+/).filter((part, index) => index === 0 || part !== '')
    const index = head === '' ? counted++ : Number(head)
    const found = Number.isInteger(index) ? positional[index] : names[head]
    if (found === undefined) throw fault(`format() has no argument for {${inside}}`)
    return textOf(path.length === 0 ? found : used(memberPath(found, path.join('.'))))
  })
}
