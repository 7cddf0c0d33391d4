import { closest, distance } from 'fastest-levenshtein'

/** The known word that was probably meant, if one is close enough to be worth suggesting. */
export const nearest = (word: string, known: Iterable<string>): string | undefined => {
  const words = [...known]
  if (words.length === 0) return undefined
  const best = closest(word, words)
  return distance(word, best) <= Math.max(1, Math.floor(word.length / 3)) ? best : undefined
}
