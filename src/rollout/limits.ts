import type { HostState } from '../engine/walk-state.ts'
import type { Play } from '../model/schedule.ts'
import { shareOf } from './batches.ts'

/** How many hosts of a play may be lost, and in which way. */
export interface Limits {
  /** Failed, or vanished after the first byte was written to them. */
  readonly maxFail: number
  /** Never touched. */
  readonly maxUnreachable: number
}

/** The play's own limits; `max_unreachable` is `max_fail` where only that is named, else there is none. */
export const limitsOf = (play: Play, total: number): Limits => {
  const maxFail = play.maxFail === undefined ? 0 : shareOf(play.maxFail, total)
  const dead = play.maxUnreachable ?? play.maxFail
  return { maxFail, maxUnreachable: dead === undefined ? Number.POSITIVE_INFINITY : shareOf(dead, total) }
}

export const namesLimit = (play: Play): boolean => play.maxFail !== undefined || play.maxUnreachable !== undefined

export interface Losses {
  readonly failed: readonly string[]
  readonly dead: readonly string[]
}

export const lossesOf = (hosts: readonly HostState[]): Losses => ({
  failed: hosts
    .filter(
      ({ condition, touched }) =>
        condition === 'failed' || condition === 'locked' || (condition === 'unreachable' && touched !== 'no'),
    )
    .map(({ name }) => name),
  dead: hosts
    .filter(({ condition, touched }) => condition === 'unreachable' && touched === 'no')
    .map(({ name }) => name),
})

/** Why the play may not go on, or undefined. */
export const overLimit = ({ failed, dead }: Losses, { maxFail, maxUnreachable }: Limits): string | undefined => {
  if (failed.length > maxFail) return `${count(failed.length)} failed (${names(failed)}), max_fail is ${maxFail}`
  if (dead.length > maxUnreachable)
    return `${count(dead.length)} unreachable (${names(dead)}), max_unreachable is ${maxUnreachable}`
  return undefined
}

/** Said before the first batch: who is dead, who is done, and what would halt the rollout. */
export const arithmetic = (
  total: number,
  losses: Losses,
  limits: Limits,
  batches: readonly (readonly HostState[])[],
): string => {
  const pending = batches.flat().length
  const dead = losses.dead.length === 0 ? '' : `, ${losses.dead.length} unreachable (${names(losses.dead)})`
  const deadLimit = Number.isFinite(limits.maxUnreachable) ? ` or unreachable host ${limits.maxUnreachable + 1}` : ''
  const cut =
    batches.length === 1
      ? 'in one batch'
      : `in ${batches.length} batches of ${batches.map(({ length }) => length).join(', ')}`
  return `${pending} of ${count(total)} to change, ${cut}${dead}; halts after the batch with failure ${limits.maxFail + 1}${deadLimit}`
}

const count = (n: number): string => `${n} ${n === 1 ? 'host' : 'hosts'}`
const names = (hosts: readonly string[]): string =>
  hosts.length <= 5 ? hosts.join(', ') : `${hosts.slice(0, 5).join(', ')} and ${hosts.length - 5} more`
