import { fault } from './fault.ts'

/** Sizes as Ansible writes and reads them: 1.50 KB, 10M. */

const units: readonly string[] = ['Y', 'Z', 'E', 'P', 'T', 'G', 'M', 'K', 'B']
const sizeOf = (unit: string): number => 1024 ** (units.length - 1 - units.indexOf(unit))

/** The largest unit that fits, with two decimals. */
export const humanReadable = (bytes: number, bits: boolean, wanted?: string): string => {
  const unit =
    wanted === undefined
      ? units.find((known) => bytes >= sizeOf(known))
      : units.find((known) => known === wanted.charAt(0).toUpperCase())
  const suffix = bits ? 'b' : 'B'
  const word = unit === undefined || unit === 'B' ? (bits ? 'bits' : 'Bytes') : `${unit}${suffix}`
  return `${(bytes / (unit === undefined ? 1 : sizeOf(unit))).toFixed(2)} ${word}`
}

/** Bytes (or bits) of a text such as `1 KB`; the unit is `fallback` where none is written. */
export const humanToBytes = (text: string, fallback: string, bits: boolean): number => {
  const [, number, written = ''] = /^\s*([0-9]*\.?[0-9]+)\s*([A-Za-z]*)\s*$/.exec(text) ?? []
  if (number === undefined) throw fault(`"${text}" is no size`, 'write a number and a unit, such as 10 MB')
  const name = written === '' ? fallback : written
  if (name === '') return Math.round(Number(number))
  const unit = units.find((known) => known === name.charAt(0).toUpperCase())
  const rest = name.slice(1)
  const known = unit === 'B' ? /^(?:ytes?|its?)?$/i : bits ? /^(?:b|bits?)?$/ : /^(?:B|bytes?)?$/i
  if (unit === undefined || !known.test(rest))
    throw fault(`"${name}" is no unit of size`, 'B, KB, MB, GB and so on are')
  return Math.round(Number(number) * sizeOf(unit))
}
