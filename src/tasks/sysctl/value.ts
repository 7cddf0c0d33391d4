import { collapseBlanks } from '../../readings/conf.ts'

const numeral = /^-?(?:0x[0-9a-f]+|[0-9]+)$/i

/**
 * A numeral as the kernel reads it (proc_get_long: base 0, so 0x3 is 3 and 010 is 8), in decimal.
 * Undefined for what the kernel would not take as a number.
 */
const decimal = (token: string): string | undefined => {
  if (!numeral.test(token)) return undefined
  const digits = token.replace('-', '')
  const octal = /^0[0-9]/.test(digits)
  if (octal && !/^[0-7]+$/.test(digits)) return undefined
  const value = BigInt(octal ? `0o${digits}` : digits)
  return String(token.startsWith('-') ? -value : value)
}

const decimals = (text: string): readonly string[] | undefined => {
  const tokens = text.split(' ').map(decimal)
  return tokens.includes(undefined) ? undefined : (tokens as string[])
}

/** The wish as the kernel will print it, or why this variable cannot hold it. */
export type Wanted = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly summary: string }

/**
 * A variable that reads as numbers takes numbers, and as many: of a surplus the kernel keeps the first ones and says
 * nothing, and where some are missing it leaves the rest.
 * @param live     what the variable reads now, blanks collapsed
 * @param numeric  whether this variable is known to hold numbers only
 */
export const wantedText = (wish: string, live: string, numeric: boolean): Wanted => {
  const text = collapseBlanks(wish)
  const held = decimals(live)
  if (!held) return { ok: true, text }
  const given = decimals(text)
  if (!given)
    return numeric || text === ''
      ? { ok: false, summary: `holds a number, and ${quoted(text)} is none` }
      : { ok: true, text }
  if (given.length !== held.length) return { ok: false, summary: `holds ${count(held)}, ${given.length} given` }
  return { ok: true, text: given.join(' ') }
}

/** Do two wishes mean the same to the kernel? */
export const sameWish = (one: string, other: string): boolean => meaning(one) === meaning(other)

/** The text in which numbers are decimal, for comparison. */
export const meaning = (text: string): string => {
  const collapsed = collapseBlanks(text)
  return decimals(collapsed)?.join(' ') ?? collapsed
}

const quoted = (text: string): string => (text === '' ? 'nothing' : `\`${text}\``)
const count = (list: readonly string[]): string => (list.length === 1 ? '1 number' : `${list.length} numbers`)
