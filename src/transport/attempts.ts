import { setTimeout as sleep } from 'node:timers/promises'
import type { Opened, Target } from '../model/connection.ts'
import { endpoint, type Failure, INTERRUPTED } from './failure.ts'
import type { Gate } from './gate.ts'
import type { Tell } from './story.ts'

/** How often, and how many at once. */
export interface Attempts {
  readonly gate: Gate
  /** Further tries after a loss before the login. */
  readonly retries: number
  /** For the jitter, from 0 to 1. */
  random(): number
}

type Unreachable = Extract<Opened, { kind: 'unreachable' }> & { readonly byOpenssh?: string }

/** The longest pause before the second try, in milliseconds; it doubles with each. */
const FIRST_PAUSE = 300

/** Whose sshd feels how many log in at once. */
export const firstHop = (target: Target): string =>
  target.via.kind === 'jump' ? firstHop(target.via.target) : endpoint(target)

/** Waits for a place at the gate and holds it. */
type Pass<T> = (tryOnce: () => Promise<T | Failure>) => Promise<T | Failure>

/** Tries to log in, again after a loss. */
export const persevere = async <T extends { readonly kind: 'in' }>(
  { gate, retries, random }: Attempts,
  { target, signal, tell }: { readonly target: Target; readonly signal: AbortSignal; readonly tell: Tell | undefined },
  attempt: (pass: Pass<T>) => Promise<T | Failure>,
): Promise<T | Failure> => {
  const hop = firstHop(target)
  const pass: Pass<T> = (tryOnce) => gate.pass(hop, async () => (signal.aborted ? INTERRUPTED : tryOnce()))
  for (let tries = 1; ; tries++) {
    const outcome = await attempt(pass)
    if (outcome.kind === 'in') return outcome
    if (!outcome.retry || tries > retries || signal.aborted)
      return tries === 1 ? outcome : { ...outcome, reason: `${outcome.reason}, ${tries} times` }
    gate.slowDown(hop)
    const pause = FIRST_PAUSE * 2 ** (tries - 1) * (0.5 + random() / 2)
    tell?.(`tries again after ${Math.round(pause)} ms`)
    await sleep(pause, undefined, { signal }).catch(() => {})
  }
}

/** For whoever asked for the connection. */
export const unreachable = ({ reason, hint, byOpenssh }: Failure): Unreachable => ({
  kind: 'unreachable',
  reason,
  ...(hint !== undefined && { hint }),
  ...(byOpenssh !== undefined && { byOpenssh }),
})
