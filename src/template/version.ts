import { fault } from './fault.ts'

type Part = number | string

/** Parts of a version as Python's LooseVersion sees them: numbers and words. */
const loose = (text: string): readonly Part[] =>
  (text.match(/[0-9]+|[a-zA-Z]+/g) ?? []).map((part) => (/^[0-9]/.test(part) ? Number(part) : part))

/** `1.2`, `1.2.3`, `1.2a1`: what comes without letter comes after all letters. */
const strict = (text: string): readonly Part[] => {
  const [whole, numbers = '', letter = '~', count = '0'] =
    /^([0-9]+\.[0-9]+(?:\.[0-9]+)?)(?:([ab])([0-9]+))?$/.exec(text) ?? []
  if (whole === undefined)
    throw fault(`"${text}" is no strict version`, 'write 1.2, 1.2.3 or 1.2a1, or leave out strict')
  const [major, minor, patch = 0] = numbers.split('.').map(Number)
  return [major ?? 0, minor ?? 0, patch, letter, Number(count)]
}

/** Semantic Versioning 2.0: a pre-release comes before its release, numbers before words. */
const semantic = (text: string): readonly Part[] => {
  const found = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text)
  if (!found) throw fault(`"${text}" is no semantic version`, 'write MAJOR.MINOR.PATCH')
  const [, major, minor, patch, before] = found
  const release = [Number(major), Number(minor), Number(patch)]
  if (before === undefined) return [...release, 1]
  return [
    ...release,
    0,
    ...before.split('.').flatMap((part): Part[] => (/^\d+$/.test(part) ? [0, Number(part)] : [1, part])),
  ]
}

const kinds: { readonly [kind: string]: (text: string) => readonly Part[] } = {
  loose,
  strict,
  semver: semantic,
  semantic,
}

const order = (a: readonly Part[], b: readonly Part[]): number => {
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

interface Comparison {
  readonly left: string
  readonly operator: string
  readonly right: string
}

/** Does `left operator right` hold for versions of a kind: loose (5.10.0-rc1), strict, semver? */
export const compareVersions = ({ left, operator, right }: Comparison, kind: string): boolean => {
  const test = Object.hasOwn(holds, operator) ? holds[operator] : undefined
  if (!test) throw fault(`"${operator}" compares no versions`, 'use ==, !=, <, <=, > or >=')
  const parts = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (!parts) throw fault(`versions of the type "${kind}" are not known`, 'loose, strict and semver are')
  return test(order(parts(left), parts(right)))
}
