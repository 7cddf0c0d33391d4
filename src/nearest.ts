import { closest, distance } from 'fastest-levenshtein'

/** `whne` for `when`: two neighbours have changed places, the commonest slip of fast fingers. */
const isSwapOf = (word: string, other: string): boolean => {
  const at = [...word].findIndex((char, index) => char !== other[index])
  if (at < 0 || word.length !== other.length) return false
  return word.slice(0, at) + word.slice(at + 1, at + 2) + word.slice(at, at + 1) + word.slice(at + 2) === other
}

/** The known word that was probably meant, if one is close enough to be worth suggesting. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const words = [...known]
  if (words.length === 0) return undefined
  const swapped = words.find((other) => isSwapOf(word, other))
  if (swapped !== undefined) return swapped
  const best = closest(word, words)
  const most = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)))
  return distance(word, best) <= most ? best : undefined
}
