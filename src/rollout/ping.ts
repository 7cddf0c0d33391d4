import pLimit from 'p-limit'
import type { Ended, Session, Sessions } from '../engine/session.ts'
import type { Identity, Target } from '../model/connection.ts'
import type { Pinged, PingStatus } from '../model/ping.ts'
import { fitnessSource, NEEDED, parseFitness, usefulFor } from '../readings/fitness.ts'

/** A host to ping. */
export interface PingHost {
  readonly target: Target
  readonly identity: Identity
  /** Its groups, which say what tools its tasks may need. */
  readonly groups: readonly string[]
}

/** Reaches all hosts, at most `forks` at once, and looks at each once. Results come in the order of the hosts. */
export const pingHosts = (
  hosts: readonly PingHost[],
  how: { readonly sessions: Sessions; readonly forks: number; onPinged(pinged: Pinged): void },
): Promise<readonly Pinged[]> => {
  const lane = pLimit(how.forks)
  return Promise.all(
    hosts.map((host) =>
      lane(async () => {
        const pinged = await pingOne(host, how.sessions)
        how.onPinged(pinged)
        return pinged
      }),
    ),
  )
}

const pingOne = async (host: PingHost, sessions: Sessions): Promise<Pinged> => {
  const begun = performance.now()
  const { target, identity } = host
  const session = await sessions.open(target.host)
  const found: Found = 'kind' in session ? trouble('unreachable', session) : await look(session, host)
  return {
    host: target.host,
    address: target.address,
    port: target.port,
    via: hopsOf(target),
    user: target.user,
    ...(identity.become && identity.becomeUser !== target.user && { become: identity.becomeUser }),
    missing: [],
    wanting: [],
    ...found,
    milliseconds: Math.round(performance.now() - begun),
  }
}

type Found = Pick<Pinged, 'status'> & Partial<Pinged>

const look = async (session: Session, { target, identity, groups }: PingHost): Promise<Found> => {
  const useful = usefulFor(groups)
  const read = await session.read(identity, [fitnessSource(target.user, [...NEEDED, ...useful])])
  session.close()
  if ('kind' in read) return trouble(read.kind === 'lost' ? 'unreachable' : 'failed', read)
  const [result] = read
  if (result === undefined) return { status: 'failed', reason: 'the host gave no answer' }
  const { os, shell, init, actsAs, lacks, obstacles } = parseFitness(result)
  const missing = lacks.filter((tool) => NEEDED.includes(tool))
  const wanting = lacks.filter((tool) => useful.includes(tool))
  const wrong = [
    ...(missing.length > 0 ? [`lacks ${missing.join(' ')}`] : []),
    ...obstacles,
    ...(identity.become && actsAs !== '' && actsAs !== identity.becomeUser
      ? [`acts as ${actsAs}, not as ${identity.becomeUser}`]
      : []),
  ]
  const found = { os, shell, init, missing, wanting }
  return wrong.length === 0 ? { status: 'well', ...found } : { status: 'unfit', ...found, reason: wrong.join('; ') }
}

const trouble = (status: PingStatus, { reason, hint }: Pick<Ended, 'reason' | 'hint'>): Found => ({
  status,
  reason,
  ...(hint !== undefined && { hint }),
})

const hopsOf = ({ via }: Target): readonly string[] => {
  if (via.kind === 'direct') return []
  if (via.kind === 'command') return ['ProxyCommand']
  return [...hopsOf(via.target), via.target.host]
}

/** As in a run: what failed weighs more than what could not be reached. */
export const pingExitCode = (all: readonly Pinged[]): 0 | 2 | 4 => {
  const has = (...statuses: readonly PingStatus[]): boolean => all.some(({ status }) => statuses.includes(status))
  if (has('failed', 'unfit')) return 2
  return has('unreachable') ? 4 : 0
}
