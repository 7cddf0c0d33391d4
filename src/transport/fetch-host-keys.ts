import type { Target } from '../model/connection.ts'
import { asSsh2Has, offerTo } from './algorithms.ts'
import { watchBeginning } from './beginning.ts'
import { explainFailure, type Failure, INTERRUPTED, type Stage, timedOut } from './failure.ts'
import { type ShownKey, shownKey } from './host-key.ts'
import type { Ssh2 } from './ssh2-private.ts'
import type { Way } from './way.ts'

/** A host shows one key in a handshake: it is asked once for each of these. */
const QUESTIONS = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256'],
] as const

interface Fetching {
  readonly ssh2: Ssh2
  readonly target: Target
  readonly signal: AbortSignal
  openWay(): Promise<Way | Failure> | Way | Failure
  /** Lets one handshake through. */
  pass<T>(attempt: () => Promise<T>): Promise<T>
}

/** The keys that a host shows, of all types, and proves to hold. Nobody logs in. */
export const fetchHostKeys = async (fetching: Fetching): Promise<readonly ShownKey[] | Failure> => {
  const keys: ShownKey[] = []
  let failure: Failure | undefined
  for (const algorithms of QUESTIONS) {
    const shown = await fetching.pass(() => ask(fetching, algorithms))
    if (shown === 'none') continue
    if ('kind' in shown) failure ??= shown
    else keys.push(shown)
    if (failure !== undefined && keys.length === 0) return failure
  }
  return failure ?? keys
}

const ask = async (
  { ssh2, target, signal, openWay }: Fetching,
  algorithms: readonly string[],
): Promise<ShownKey | 'none' | Failure> => {
  if (signal.aborted) return INTERRUPTED
  const way = await openWay()
  if ('kind' in way) return way
  const outcome = await new Promise<ShownKey | 'none' | Failure>((resolve) => {
    let stage: Stage = way.connect === undefined ? 'handshake' : 'connect'
    const ours = offerTo(target, algorithms)
    const beginning = watchBeginning(way.socket)
    const abort = (): void => resolve(INTERRUPTED)
    const timer = setTimeout(() => resolve(timedOut(stage, target)), target.timeout * 1000)
    signal.addEventListener('abort', abort)
    const client = new ssh2.Client()
    const fail = (error: Error | undefined): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      if (/no matching host key/i.test(error?.message ?? '')) resolve('none')
      else {
        const [greeting, theirs] = [beginning.greeting(), beginning.offer()]
        resolve(explainFailure(error, { stage, target, unusable: [], tried: [], greeting, ours, theirs }))
      }
    }
    way.socket.once('connect', () => {
      stage = 'handshake'
    })
    client.on('error', fail).on('close', () => fail(undefined))
    // A host may well show anything: what ssh2 throws is its failure too.
    try {
      client.connect({
        sock: way.socket,
        username: target.user,
        readyTimeout: 0,
        algorithms: asSsh2Has(ours),
        // Called when the host has signed with it.
        hostVerifier: (blob: Buffer) => {
          resolve(shownKey(blob))
          return false
        },
      })
      way.connect?.()
    } catch (error) {
      fail(error as Error)
    }
  })
  way.close()
  return outcome
}
