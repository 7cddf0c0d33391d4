/**
 * One word for a POSIX shell, whatever is in it. The only place where text becomes shell source.
 * Throws on NUL, which no argument of a process can hold.
 */
export const quote = (word: string): string => {
  if (word.includes('\0')) throw new Error('a NUL byte cannot be an argument')
  return word.includes("'") ? `'${word.replaceAll("'", "'\\''")}'` : `'${word}'`
}

/** The words of a command, each quoted, with one blank between them. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(' ')
