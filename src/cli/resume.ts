/** More names than this go into a file. */
const mostNames = 8

/**
 * The same command for the hosts that are left.
 * @param argv  without node and script
 * @param save  writes the names to a file and says where
 */
export const resumeCommand = (
  argv: readonly string[],
  left: readonly string[],
  save: (hosts: readonly string[]) => string,
): string => {
  const kept: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string
    if (word === '-l' || word === '--limit') index++
    else if (!/^(-l.+|--limit=.*)$/.test(word)) kept.push(word)
  }
  const limit = left.length <= mostNames ? left.join(',') : `@${save(left)}`
  return ['ipvs-play', ...kept, '--limit', limit].map(shellWord).join(' ')
}

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
