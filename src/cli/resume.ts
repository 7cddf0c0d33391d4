import { shellWord } from './shell-word.ts'

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
  // Behind `--` nothing is an option.
  const end = argv.indexOf('--')
  const options = end < 0 ? argv : argv.slice(0, end)
  const rest = end < 0 ? [] : argv.slice(end)
  const limit = left.length <= mostNames ? left.join(',') : `@${save(left)}`
  return ['ipvs-play', ...withoutLimit(options), '--limit', limit, ...rest].map(shellWord).join(' ')
}

/** `-l` may stand behind flags in one word: `-vl rs1`, `-vlrs1`. Those of `run` that take no value are named here. */
const shortLimit = /^-([CDbJKkv]*)l(.*)$/

const withoutLimit = (argv: readonly string[]): readonly string[] => {
  const kept: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] as string
    const [found, flags = '', value] = shortLimit.exec(word) ?? []
    if (word === '--limit' || word === '--rerun' || value === '') index++
    if (found === undefined && !/^--(?:limit|rerun)(=|$)/.test(word)) kept.push(word)
    if (flags !== '') kept.push(`-${flags}`)
  }
  return kept
}
