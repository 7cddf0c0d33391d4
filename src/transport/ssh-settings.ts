import type { Position } from '../model/document.ts'
import { OTHER_NAMES } from './ssh-option-table.ts'

/** An option as it was said, on a line of an ssh config or in arguments; what it means is found out when all is merged. */
export interface Setting {
  /** As written. */
  readonly name: string
  readonly words: readonly string[]
  /** Everything behind the name as it is: what a shell will read. */
  readonly rest: string
  readonly at?: Position
  /** The variable that said it, where no file did. */
  readonly from?: string
}

/** By keyword in lower case, without other names; several only where they add up. */
export type Settings = ReadonlyMap<string, readonly Setting[]>

/** These add up; of all others the first counts. */
const ADDING: readonly string[] = ['identityfile', 'certificatefile']

const keywordOf = (name: string): string => {
  const lower = name.toLowerCase()
  return OTHER_NAMES[lower] ?? lower
}

const isNone = ({ words }: Setting): boolean => words[0]?.toLowerCase() === 'none'

/**
 * Whichever of ProxyJump and ProxyCommand comes first shuts out the other, but `ProxyJump none` a later ProxyJump alone. A
 * time of `none` is to ssh one that nobody set.
 */
const saysNothing = (keyword: string, setting: Setting, before: Settings): boolean => {
  if (keyword === 'connecttimeout' || keyword === 'serveraliveinterval') return isNone(setting)
  if (keyword === 'proxyjump') return before.has('proxycommand')
  return keyword === 'proxycommand' && before.get('proxyjump')?.some((jump) => !isNone(jump)) === true
}

export const settingsOf = (list: readonly Setting[]): Settings => {
  const settings = new Map<string, readonly Setting[]>()
  for (const setting of list) {
    const keyword = keywordOf(setting.name)
    if (saysNothing(keyword, setting, settings)) continue
    const there = settings.get(keyword)
    if (there === undefined) settings.set(keyword, [setting])
    else if (ADDING.includes(keyword)) settings.set(keyword, [...there, setting])
  }
  return settings
}

/** What an earlier one says counts. */
export const mergeSettings = (all: readonly Settings[]): Settings =>
  settingsOf(all.flatMap((settings) => [...settings.values()].flat()))

/** As arguments of `ssh`. */
export const argsOf = (settings: Settings): readonly string[] =>
  [...settings.values()].flat().flatMap(({ name, rest }) => ['-o', `${name}=${rest}`])
