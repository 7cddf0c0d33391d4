import type { Target } from '../model/connection.ts'
import { endpoint, type Failure } from './failure.ts'
import type { LoggedIn } from './login.ts'

/** A jump host's connection, as one of those behind it sees it. */
export interface HeldJump {
  readonly kind: 'held'
  readonly host: string
  readonly client: LoggedIn['client']
  /** Why it ended, once it has. */
  lostBecause(): string | undefined
  release(): void
}

/** @param asked  the host of the inventory that is to be reached */
export type LogInTo = (target: Target, signal: AbortSignal, asked: string) => Promise<LoggedIn | Failure>

/** Milliseconds that a connection is kept when nobody is behind it: the next host may come at once. */
const LINGER = 100

interface Kept {
  readonly loggedIn: Promise<LoggedIn | Failure>
  users: number
  ended: boolean
  end: NodeJS.Timeout | undefined
}

/** One connection to each jump host, shared by all hosts behind it for as long as there are some. */
export const createJumpConnections = (logInTo: LogInTo) => {
  const kept = new Map<Target, Kept>()

  const release = (target: Target, entry: Kept, { close }: LoggedIn): void => {
    entry.users--
    if (entry.users > 0) return
    entry.end = setTimeout(() => {
      kept.delete(target)
      close()
    }, LINGER)
  }

  const open = (...[target, signal, asked]: Parameters<LogInTo>): Kept => {
    const entry: Kept = { loggedIn: logInTo(target, signal, asked), users: 0, ended: false, end: undefined }
    kept.set(target, entry)
    const forget = (): void => {
      entry.ended = true
      if (kept.get(target) === entry) kept.delete(target)
    }
    void entry.loggedIn.then((outcome) => {
      if (outcome.kind === 'in') outcome.client.on('error', forget).once('close', forget)
      else forget()
    })
    return entry
  }

  /** A failure is the jump host's own, and names it. */
  const hold = async (...[target, signal, asked]: Parameters<LogInTo>): Promise<HeldJump | Failure> => {
    const entry = kept.get(target) ?? open(target, signal, asked)
    entry.users++
    clearTimeout(entry.end)
    const outcome = await entry.loggedIn
    const { host } = target
    if (outcome.kind !== 'in') return { ...outcome, reason: `jump host ${host}: ${outcome.reason}`, retry: false }
    let held = true
    return {
      kind: 'held',
      host,
      client: outcome.client,
      lostBecause: () => (entry.ended ? `the connection to jump host ${host} (${endpoint(target)}) ended` : undefined),
      release: () => {
        if (held) release(target, entry, outcome)
        held = false
      },
    }
  }
  return { hold }
}
