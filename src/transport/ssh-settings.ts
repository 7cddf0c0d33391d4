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

/** The slot that a setting takes: whichever of ProxyJump and ProxyCommand comes first shuts out the other. */
const slotOf = (name: string): string => {
  const lower = name.toLowerCase()
  const keyword = OTHER_NAMES[lower] ?? lower
  return keyword === 'proxyjump' || keyword === 'proxycommand' ? 'proxy' : keyword
}

export const settingsOf = (list: readonly Setting[]): Settings => {
  const settings = new Map<string, readonly Setting[]>()
  for (const setting of list) {
    const slot = slotOf(setting.name)
    const there = settings.get(slot)
    if (there === undefined) settings.set(slot, [setting])
    else if (ADDING.includes(slot)) settings.set(slot, [...there, setting])
  }
  return settings
}

/** What an earlier one says counts. */
export const mergeSettings = (all: readonly Settings[]): Settings =>
  settingsOf(all.flatMap((settings) => [...settings.values()].flat()))

/** As arguments of `ssh`. */
export const argsOf = (settings: Settings): readonly string[] =>
  [...settings.values()].flat().flatMap(({ name, rest }) => ['-o', `${name}=${rest}`])
