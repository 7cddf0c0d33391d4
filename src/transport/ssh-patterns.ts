/** Patterns as ssh_config(5) PATTERNS and sshd(8) know them: only `*`, `?` and a leading `!` mean something. */

/** @returns whether the whole of `text` is as the pattern says; in linear time for each `*` */
export const matchesPattern = (pattern: string, text: string): boolean => {
  let at = 0
  let read = 0
  /** Where to go on when what stands behind the last `*` does not fit here. */
  let retry: { readonly pattern: number; text: number } | undefined
  while (read < text.length) {
    if (pattern[at] === '*') retry = { pattern: ++at, text: read }
    else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at++
      read++
    } else if (retry === undefined) return false
    else {
      at = retry.pattern
      read = ++retry.text
    }
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}

/** One negation that matches decides against, wherever it stands. */
export const matchesPatterns = (patterns: readonly string[], text: string): boolean => {
  let found = false
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesPattern(pattern.slice(1), text)) return false
    } else if (!found) found = matchesPattern(pattern, text)
  }
  return found
}
