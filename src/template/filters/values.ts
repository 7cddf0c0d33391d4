import type { Value } from '../../model/document.ts'
import { fault } from '../fault.ts'
import { flagFrom, numberFrom, type Operation, type Operations, on, textFrom } from '../filter.ts'
import { textOf } from '../python-text.ts'
import { humanReadable, humanToBytes } from '../sizes.ts'
import { asNumber, faultOf, isList, isMap, isMissing, isTrue, used } from '../values.ts'

const fallback: Operation = {
  params: ['default_value', 'boolean'],
  tolerant: true,
  run: (value, [otherwise = '', boolean]) =>
    isMissing(value) || (flagFrom(boolean) && !isTrue(used(value))) ? otherwise : value,
}

const mandatory: Operation = {
  params: ['msg'],
  tolerant: true,
  run: (value, [message]) => {
    if (!isMissing(value)) return value
    throw message === undefined ? faultOf(value) : { ...faultOf(value), summary: textFrom(message) }
  },
}

const logarithm = (value: number, base: number): number =>
  base === 10 ? Math.log10(value) : base === 2 ? Math.log2(value) : Math.log(value) / Math.log(base)

const rootOf = (value: number, base: number): number => {
  if (base === 2) return Math.sqrt(value)
  return base === 3 ? Math.cbrt(value) : value ** (1 / base)
}

const prefixes: { readonly [base: number]: RegExp } = { 2: /^0b/i, 8: /^0o/i, 16: /^0x/i }

const whole = (value: Value, base: number): number | undefined => {
  if (typeof value !== 'string') {
    const number = asNumber(value)
    return number === undefined || !Number.isFinite(number) ? undefined : Math.trunc(number)
  }
  const text = value.trim().replaceAll('_', '')
  const sign = text.startsWith('-') ? -1 : 1
  const digits = text
    .replace(/^[-+]/, '')
    .replace(prefixes[base] ?? '', '')
    .toLowerCase()
  const valid = digits !== '' && [...digits].every((digit) => Number.parseInt(digit, 36) < base)
  if (valid) return sign * Number.parseInt(digits, base)
  const number = base === 10 ? decimal(text) : undefined
  return number === undefined || !Number.isFinite(number) ? undefined : Math.trunc(number)
}

const decimal = (text: string): number | undefined => {
  if (/^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i.test(text)) return Number(text)
  const special = /^([-+]?)(inf|infinity|nan)$/i.exec(text)
  if (!special) return undefined
  return special[2]?.toLowerCase() === 'nan' ? Number.NaN : special[1] === '-' ? -Infinity : Infinity
}

/** Python rounds a half to the even neighbour. */
const halfEven = (value: number): number => {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

const rounding: { readonly [method: string]: (value: number) => number } = {
  common: halfEven,
  ceil: Math.ceil,
  floor: Math.floor,
}

const words = ['yes', 'on', '1', 'true']
const trues = [...words, 'y', 't']
const falses = ['no', 'off', '0', 'false', 'n', 'f', '']

/** What a test with `convert_bool` takes for a boolean; undefined for all else. */
export const booleanOf = (value: Value): boolean | undefined => {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === 0) return value === 1
  if (typeof value !== 'string') return undefined
  const text = value.trim().toLowerCase()
  return trues.includes(text) ? true : falses.includes(text) ? false : undefined
}

const typeNames = (value: Value): string => {
  if (value === null) return 'NoneType'
  if (isList(value)) return 'list'
  if (isMap(value)) return 'dict'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  return typeof value === 'boolean' ? 'bool' : 'str'
}

export const valueFilters: Operations = {
  default: fallback,
  d: fallback,
  mandatory,
  bool: on(
    '',
    (value) => value === true || value === 1 || (typeof value === 'string' && words.includes(value.toLowerCase())),
  ),
  int: on(
    'default base',
    (value, [otherwise, base]) => whole(value, base === undefined ? 10 : numberFrom(base)) ?? otherwise ?? 0,
  ),
  float: on(
    'default',
    (value, [otherwise]) => (typeof value === 'string' ? decimal(value.trim()) : asNumber(value)) ?? otherwise ?? 0,
  ),
  abs: on('', (value) => Math.abs(numberFrom(value))),
  round: on('precision method', (value, [precision, method]) => {
    const scale = 10 ** (precision === undefined ? 0 : numberFrom(precision))
    const name = method === undefined ? 'common' : textFrom(method)
    const round = Object.hasOwn(rounding, name) ? rounding[name] : undefined
    if (!round) throw fault(`unknown rounding "${name}"`, 'it is one of common, ceil, floor')
    return round(numberFrom(value) * scale) / scale
  }),
  log: on('base', (value, [base]) =>
    base === undefined ? Math.log(numberFrom(value)) : logarithm(numberFrom(value), numberFrom(base)),
  ),
  root: on('base', (value, [base]) => rootOf(numberFrom(value), base === undefined ? 2 : numberFrom(base))),
  human_readable: on('isbits unit', (value, [bits, unit]) =>
    humanReadable(numberFrom(value), flagFrom(bits), unit === undefined || unit === null ? undefined : textFrom(unit)),
  ),
  human_to_bytes: on('default_unit isbits', (value, [unit, bits]) =>
    humanToBytes(textOf(value), unit === undefined || unit === null ? '' : textFrom(unit), flagFrom(bits)),
  ),
  pow: on('x', (value, [exponent]) => numberFrom(value) ** numberFrom(exponent)),
  ternary: on('true_val false_val none_val', (value, [yes, no, none]) => {
    if (yes === undefined || no === undefined)
      throw fault('ternary needs two values', 'the first for true, the second for false')
    if (value === null && none !== undefined) return none
    return isTrue(value) ? yes : no
  }),
  type_debug: on('', typeNames),
}
