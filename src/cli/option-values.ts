import { InvalidArgumentError } from 'commander'

/** A repeatable option. */
export const collect = (value: string, before: readonly string[]): string[] => [...before, value]

/** A list with commas, repeatable. */
export const words = (value: string, before: readonly string[]): string[] => [
  ...before,
  ...value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== ''),
]

/** A whole number from 1. */
export const count = (value: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new InvalidArgumentError('give a whole number from 1.')
  return Number(value)
}

/** Seconds, more than none. */
export const seconds = (value: string): number => {
  const number = Number(value)
  if (!(number > 0) || !Number.isFinite(number)) throw new InvalidArgumentError('give seconds, more than 0.')
  return number
}

/** `N` or `N,M`: per first hop, and in all. */
export const connectLimit = (value: string): readonly [number, number] => {
  const match = /^([1-9]\d*)(?:,([1-9]\d*))?$/.exec(value)
  if (match === null) throw new InvalidArgumentError('give N or N,M: handshakes at once per first hop, and in all.')
  const hop = Number(match[1])
  return [hop, match[2] === undefined ? Math.max(hop, 30) : Number(match[2])]
}

/** --verbose, once per -v. */
export const increase = (_: string, before: number): number => before + 1
