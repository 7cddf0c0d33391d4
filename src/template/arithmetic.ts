import type { Value } from '../model/document.ts'
import { fault } from './fault.ts'
import { textOf } from './python-text.ts'
import { formatPercent } from './text-format.ts'
import { asNumber, compare, equals, type Inner, isList, isMap, isTrue, kindOf, used } from './values.ts'

const maxLength = 1_000_000

const numeric = (operator: string, left: number, right: number): number => {
  if ((operator === '/' || operator === '//' || operator === '%') && right === 0)
    throw fault('division by zero', 'look first: `a / b if b else 0`')
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  if (operator === '/') return left / right
  if (operator === '//') return Math.floor(left / right)
  // Python's remainder has the sign of the divisor.
  return operator === '%' ? left - right * Math.floor(left / right) : left ** right
}

const repeated = (of: Value, count: Value): Value | undefined => {
  const times = typeof count === 'number' && Number.isInteger(count) ? Math.max(0, count) : undefined
  if (times === undefined || (typeof of !== 'string' && !isList(of))) return undefined
  if (of.length * times > maxLength) throw fault(`a result longer than ${maxLength} is refused`)
  return typeof of === 'string' ? of.repeat(times) : Array.from({ length: times }, () => of).flat()
}

/** `left operator right` for + - ~ * / // % **, with Python's meaning. Numbers are doubles: 6 / 2 is 3, not 3.0. */
export const binary = (operator: string, left: Value, right: Value): Value => {
  if (operator === '~') return textOf(left) + textOf(right)
  const [a, b] = [asNumber(left), asNumber(right)]
  if (a !== undefined && b !== undefined) return numeric(operator, a, b)
  if (operator === '%' && typeof left === 'string') return formatPercent(left, isList(right) ? right : [right])
  if (operator === '+' && typeof left === 'string' && typeof right === 'string') return left + right
  if (operator === '+' && isList(left) && isList(right)) return [...left, ...right]
  const times = operator === '*' ? (repeated(left, right) ?? repeated(right, left)) : undefined
  if (times !== undefined) return times
  const mixed = operator === '+' && (typeof left === 'string' || typeof right === 'string')
  throw fault(
    `${kindOf(left)} ${operator} ${kindOf(right)} has no meaning`,
    mixed ? 'join text with ~, or make it a number with | int' : undefined,
  )
}

/** Is `value` in `container`: an item, a key, or a part of a text? */
export const contains = (container: Value, value: Value): boolean => {
  if (typeof container === 'string') {
    if (typeof value === 'string') return container.includes(value)
    throw fault(`${kindOf(value)} cannot be in text`, 'make it text with | string')
  }
  if (isList(container)) return container.some((item) => equals(item, value))
  if (isMap(container)) return Object.hasOwn(container, typeof value === 'string' ? value : String(value))
  throw fault(`nothing can be in ${kindOf(container)}`)
}

/** One link of a comparison chain. */
export const compares = (operator: string, left: Inner, right: Inner): boolean => {
  if (operator === '==') return equals(left, right)
  if (operator === '!=') return !equals(left, right)
  if (operator === 'in') return contains(used(right), used(left))
  if (operator === 'not in') return !contains(used(right), used(left))
  const order = compare(left, right)
  if (operator === '<') return order < 0
  if (operator === '<=') return order <= 0
  return operator === '>' ? order > 0 : order >= 0
}

/** Truth of a value that must be there. */
export const truthOf = (value: Inner): boolean => isTrue(used(value))
