/** Which tasks --tags and --skip-tags choose, as Ansible means them. */

export interface TagChoice {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
}

/** Words that choose by kind, not by name. */
export const specialTags = ['all', 'always', 'never', 'tagged', 'untagged'] as const

/**
 * Is a task with these tags (its play's included) chosen?
 * `always` runs unless skipped by name; `never` runs only when one of its tags is named.
 */
export const isChosen = (own: readonly string[], { tags, skipTags }: TagChoice): boolean => {
  const has = (tag: string): boolean => (own.length === 0 ? tag === 'untagged' : own.includes(tag))
  const named = tags.length === 0 ? ['all'] : tags
  const wanted =
    has('always') ||
    named.some(has) ||
    (named.includes('all') && !has('never')) ||
    (named.includes('tagged') && own.length > 0 && !has('never'))
  if (!wanted) return false
  if (skipTags.includes('all')) return has('always') && !skipTags.includes('always')
  return !skipTags.some(has) && !(skipTags.includes('tagged') && own.length > 0)
}
