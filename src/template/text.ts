import { fault } from './fault.ts'

/** Python's text functions, where JavaScript's differ. */

export const capitalize = (text: string): string => {
  const [first = ''] = text
  return first.toUpperCase() + text.slice(first.length).toLowerCase()
}

/** Jinja's `title`: a word begins after blanks, hyphens and opening brackets. */
export const titleCase = (text: string): string =>
  text
    .split(/([-\s({[<]+)/u)
    .map(capitalize)
    .join('')

type Side = 'both' | 'left' | 'right'

/** Takes blanks, or any of `chars`, from the ends. */
export const trim = (text: string, chars?: string, side: Side = 'both'): string => {
  const set = chars === undefined ? undefined : new Set(chars)
  const goes = (character: string | undefined): boolean =>
    character !== undefined && (set ? set.has(character) : /\s/u.test(character))
  let start = 0
  let end = text.length
  if (side !== 'right') while (start < end && goes(text[start])) start += 1
  if (side !== 'left') while (end > start && goes(text[end - 1])) end -= 1
  return text.slice(start, end)
}

/** Without a separator: at runs of blanks, none at the ends. `most` splits at most; negative is no limit. */
export const splitText = (text: string, separator: string | undefined, most: number): string[] => {
  if (separator === '') throw fault('an empty separator splits nothing')
  if (separator === undefined) return splitBlanks(text, most)
  const parts = text.split(separator)
  if (most < 0 || parts.length <= most + 1) return parts
  return [...parts.slice(0, most), parts.slice(most).join(separator)]
}

const splitBlanks = (text: string, most: number): string[] => {
  const words: string[] = []
  let rest = text.trimStart()
  while (rest !== '') {
    const at = rest.search(/\s/u)
    if (at === -1 || words.length === most) return [...words, rest]
    words.push(rest.slice(0, at))
    rest = rest.slice(at).trimStart()
  }
  return words
}

/** As splitText, from the right. */
export const splitRight = (text: string, separator: string | undefined, most: number): string[] => {
  const parts = splitText(text, separator, -1)
  if (most < 0 || parts.length <= most + 1) return parts
  return [parts.slice(0, -most || undefined).join(separator ?? ' '), ...(most === 0 ? [] : parts.slice(-most))]
}

const maxWidth = 10_000

/** Blanks on both sides; Python puts the odd one to the left of an odd width. */
export const centered = (text: string, width: number): string => {
  const size = Math.min(width, maxWidth)
  const free = Math.max(0, size - text.length)
  const left = Math.floor(free / 2) + (free & size & 1)
  return ' '.repeat(left) + text + ' '.repeat(free - left)
}
