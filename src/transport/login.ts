import type { Client } from 'ssh2'
import type { Target } from '../model/connection.ts'
import { asSsh2Has, offerTo } from './algorithms.ts'
import { createAuth } from './auth.ts'
import { watchBeginning } from './beginning.ts'
import type { Credentials } from './credentials.ts'
import {
  endpoint,
  explainFailure,
  type Failure,
  INTERRUPTED,
  passwordExpired,
  type Stage,
  timedOut,
} from './failure.ts'
import { type ShownKey, shownKey, type Verdict } from './host-key.ts'
import type { PasswordGate } from './password-gate.ts'
import { onRefusal, quickExchange, type Ssh2, skipHostKeysProve, skipKeyProbe } from './ssh2-private.ts'
import { narrate, type Tell } from './story.ts'
import type { Way } from './way.ts'

/** What one attempt needs beside the target. */
export interface Attempt {
  readonly ssh2: Ssh2
  readonly target: Target
  readonly credentials: Credentials
  readonly logins: PasswordGate
  /** Host key algorithms in the order of preference. */
  readonly hostKeyAlgorithms: readonly string[]
  judge(shown: ShownKey): Verdict
  openWay(): Promise<Way | Failure> | Way | Failure
  readonly signal: AbortSignal
  readonly tell?: Tell | undefined
}

export interface LoggedIn {
  readonly kind: 'in'
  readonly client: Client
  /** Without a farewell: all channels have ended, it would only wake the host once more. */
  close(): void
  /** Why the way to the host ended, where it was not the host that ended it. */
  wayEnded(): string | undefined
  /** The key to write down, when nobody knew it and the policy accepts that. */
  readonly newKey: ShownKey | undefined
}

/** One attempt: TCP connect, handshake, login, all within the target's timeout. Never throws for what the host does. */
export const logIn = async (attempt: Attempt): Promise<LoggedIn | Failure> => {
  const way = await attempt.openWay()
  if ('kind' in way) return way
  const outcome = await logInOver(way, attempt)
  if (outcome.kind === 'in') return outcome
  const why = await way.explain(outcome)
  way.close()
  return why === undefined ? outcome : { kind: 'failed', reason: why, retry: false }
}

const logInOver = (way: Way, attempt: Attempt): Promise<LoggedIn | Failure> =>
  new Promise((resolve) => {
    const { ssh2, target, signal, tell } = attempt
    const { socket } = way
    const client = new ssh2.Client()
    const ours = offerTo(target, attempt.hostKeyAlgorithms)
    const beginning = watchBeginning(socket)
    const story = tell && narrate(client, beginning, tell)
    let stage: Stage = 'connect'
    let verdict: Verdict | undefined
    let shown: ShownKey | undefined
    let left: readonly string[] | undefined
    let settled = false
    const ended = new AbortController()

    const settle = (outcome: LoggedIn | Failure): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      ended.abort()
      auth.over(outcome.kind === 'in')
      signal.removeEventListener('abort', abort)
      story?.ends(outcome.kind === 'in' ? `logged in as ${target.user}` : `failed: ${outcome.reason}`)
      beginning.forget()
      resolve(outcome)
    }
    const abort = (): void => settle(INTERRUPTED)
    const begin = (): NodeJS.Timeout =>
      setTimeout(() => settle(timedOut(stage, target, auth.waitingFor())), target.timeout * 1000)
    let timer = begin()
    const auth = createAuth({
      ssh2,
      target,
      credentials: attempt.credentials,
      logins: attempt.logins,
      signal: ended.signal,
      giveUp: settle,
      ...(tell && { tell }),
      pause: () => {
        clearTimeout(timer)
        return () => {
          if (!settled) timer = begin()
        }
      },
    })
    const fail = (error: Error | undefined): void => {
      if (/too many authentication failures/i.test(error?.message ?? '')) auth.cutOff()
      if (verdict?.kind === 'rejected') settle({ ...verdict, kind: 'failed', retry: false })
      else {
        const { unusable } = attempt.credentials
        const failure = explainFailure(error, {
          stage,
          target,
          unusable,
          tried: auth.tried,
          left,
          greeting: beginning.greeting(),
          ours,
          theirs: beginning.offer(),
        })
        settle({ ...failure, ...byOpenssh(error, attempt.credentials) })
      }
    }

    // ssh2's own 'connect' comes at once: the socket is not told to connect before somebody listens.
    const connected = (): void => {
      stage = 'handshake'
      tell?.('connected')
    }
    if (way.connect === undefined) connected()
    else socket.once('connect', connected)
    signal.addEventListener('abort', abort)
    client
      .once('handshake', () => {
        stage = 'login'
        skipHostKeysProve(client)
        skipKeyProbe(client, (key) => attempt.credentials.named.some((own) => own.kind === 'file' && own.key === key))
        onRefusal(client, (methods, partial) => {
          left = methods
          tell?.(`${partial ? 'accepted in part' : 'refused'}; it takes ${methods.join(', ') || 'nothing more'}`)
          auth.refused(methods, partial)
        })
      })
      .on('error', (error) => {
        if (!isPassing(error)) fail(error)
      })
      .on('close', () => fail(undefined))
      .on('change password', () => settle(passwordExpired(target)))
      .on('ready', () =>
        settle({
          kind: 'in',
          client,
          close: way.close,
          wayEnded: way.ended,
          newKey: verdict?.kind === 'new' ? shown : undefined,
        }),
      )
    tell?.(`connecting to ${endpoint(target)}`)
    try {
      client.connect({
        sock: socket,
        username: target.user,
        readyTimeout: 0,
        keepaliveInterval: target.keepAlive.interval * 1000,
        keepaliveCountMax: target.keepAlive.count,
        algorithms: asSsh2Has(ours),
        authHandler: auth.next as never,
        hostVerifier: (blob: Buffer) => {
          quickExchange(client)
          shown = shownKey(blob)
          verdict = attempt.judge(shown)
          story?.shows(shown, verdict)
          return verdict.kind !== 'rejected'
        },
      })
      way.connect?.()
    } catch (error) {
      fail(error as Error)
    }
  })

/** ssh2 also tells of a key or an agent that would not sign, and goes on to the next. */
const isPassing = (error: Error): boolean =>
  (error as { level?: string }).level === 'agent' || error.message.startsWith('Error signing data')

/** Algorithms and keys that ssh2 does not know; what the host refused of the others is refused for good. */
const byOpenssh = (error: Error | undefined, { notBySsh2 }: Credentials): { byOpenssh?: string } => {
  const lacking = /no matching (.+)/i.exec(error?.message ?? '')?.[1]
  if (lacking !== undefined) return { byOpenssh: `it has no ${lacking} of ssh2's` }
  const refused = (error as { level?: string } | undefined)?.level === 'client-authentication'
  return refused && notBySsh2.length > 0 ? { byOpenssh: notBySsh2.join(', ') } : {}
}
