import { fault } from './fault.ts'

/** Parts of a version as Python's LooseVersion sees them: numbers and words. */
const parts = (text: string): readonly (number | string)[] =>
  (text.match(/[0-9]+|[a-zA-Z]+/g) ?? []).map((part) => (/^[0-9]/.test(part) ? Number(part) : part))

const order = (left: string, right: string): number => {
  const [a, b] = [parts(left), parts(right)]
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [x, y] = [a[index], b[index]]
    if (x === y) continue
    if (x === undefined) return -1
    if (y === undefined) return 1
    if (typeof x === 'number' && typeof y === 'number') return x - y
    return String(x) < String(y) ? -1 : 1
  }
  return 0
}

const holds: { readonly [operator: string]: (order: number) => boolean } = {
  '==': (found) => found === 0,
  '=': (found) => found === 0,
  eq: (found) => found === 0,
  '!=': (found) => found !== 0,
  '<>': (found) => found !== 0,
  ne: (found) => found !== 0,
  '<': (found) => found < 0,
  lt: (found) => found < 0,
  '<=': (found) => found <= 0,
  le: (found) => found <= 0,
  '>': (found) => found > 0,
  gt: (found) => found > 0,
  '>=': (found) => found >= 0,
  ge: (found) => found >= 0,
}

/** Does `left operator right` hold for versions such as 5.10.0-rc1? */
export const compareVersions = (left: string, right: string, operator: string): boolean => {
  const test = Object.hasOwn(holds, operator) ? holds[operator] : undefined
  if (!test) throw fault(`"${operator}" compares no versions`, 'use ==, !=, <, <=, > or >=')
  return test(order(left, right))
}
