import type { Target } from '../model/connection.ts'
import { endpoint, type Failure } from './failure.ts'

/** Words of prompts that are no password's. */
export const SECOND_FACTOR =
  /verif|one.?time|\botp\b|token|\bcode\b|passcode|factor|authenticator|challenge|response|duo|yubi/i

const who = (target: Target): string => `${target.user}@${endpoint(target)}`

export const wrongLoginPassword = (target: Target): Failure => ({
  kind: 'failed',
  reason: `wrong login password for ${who(target)}`,
  retry: false,
})

export const refusedElsewhere = (target: Target, host: string): Failure => ({
  kind: 'failed',
  reason: `not tried on ${endpoint(target)}: the login password of ${target.user} was refused on ${host}`,
  retry: false,
})

export const moreThanPassword = (target: Target, asked: readonly string[]): Failure => ({
  kind: 'failed',
  reason: `${who(target)} asks for more than a password: ${asked.map((each) => JSON.stringify(each.trim())).join(', ')}`,
  hint: 'a second factor cannot be given in a run: log in with a key, or exempt this account from it',
  retry: false,
})
