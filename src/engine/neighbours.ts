import type { Diagnostic } from '../model/document.ts'
import type { Play } from '../model/schedule.ts'
import type { Demand, Fleet, ServerAddress } from '../model/task-type.ts'
import { addressedDevices, addresses, addressesSource, type HostAddress } from '../readings/addresses.ts'
import { hardwareAddresses } from '../readings/hardware.ts'
import { nothingLearned } from '../schedule/scope.ts'
import { bookOf } from './draft.ts'
import type { Engine } from './engine.ts'
import { createFactBook } from './facts.ts'
import { firstSources, learnFacts, serverAddresses, writtenAddresses } from './first-reading.ts'
import { newWalk, type WalkState } from './walk-state.ts'

/** A plan wants to know of hosts that nobody has looked at: the engine does, and plans anew. */
export class NotSeen extends Error {
  readonly hosts: readonly string[]
  constructor(hosts: readonly string[]) {
    super(`not seen: ${hosts.join(', ')}`)
    this.hosts = hosts
  }
}

/** Real servers as their directors must know them, also outside of the play and `--limit`. */
export interface Neighbours {
  /** For plans; throws NotSeen. */
  fleet(play: Play, engine: Engine): Fleet
  look(hosts: readonly string[], play: Play, engine: Engine): Promise<void>
  /** Reads the host anew: does it hold the VIP? undefined: it does, or it is none of the inventory's, which is warned of. */
  holds(demand: Extract<Demand, { kind: 'holds' }>, play: Play, engine: Engine): Promise<Diagnostic | undefined>
}

/** A host that was looked at, or why it could not be. */
type Seen = { readonly walk: WalkState; readonly hardware: readonly string[] } | { readonly reason: string }

/** A host that is both counts as a director. */
const roles = ['director', 'realserver'] as const

export const createNeighbours = (): Neighbours => {
  const seen = new Map<string, Seen>()

  const look: Neighbours['look'] = async (hosts, play, engine) => {
    const found = await Promise.all(hosts.map(async (name) => [name, await lookAt(name, play, engine)] as const))
    for (const [name, one] of found) seen.set(name, one)
  }

  const addressOf = (host: string, family: 4 | 6, play: Play, engine: Engine): ServerAddress | undefined => {
    const written = writtenAddresses(engine.schedule.scope(play, host, nothingLearned))
    const fitting = written?.filter((address) => address.includes(':') === (family === 6))
    if (fitting?.length === 1) return { address: fitting[0] as string }
    const one = seen.get(host)
    if (one === undefined) return undefined
    if ('reason' in one) return unknownAddress(host, `it cannot be asked (${one.reason})`)
    const answer = serverAddresses({ family }, one.walk, engine)
    if ('problem' in answer) return { problem: answer.problem, hint: setRip(host) }
    const own = answer.addresses.filter((address) => address.includes(':') === (family === 6))
    return own.length === 1
      ? { address: own[0] as string }
      : unknownAddress(host, `\`rip\` names ${own.length === 0 ? 'none' : own.join(', ')} of IPv${family}`)
  }

  /** The host whose address this is, as far as that can be told. */
  const ownerOf = async (server: string, play: Play, engine: Engine): Promise<string | undefined> => {
    const family = server.includes(':') ? 6 : 4
    const hosts = [...engine.inventory.hosts.keys()]
    const owner = () =>
      hosts.find((host) => {
        const answer = addressOf(host, family, play, engine)
        return answer !== undefined && 'address' in answer && answer.address === server
      })
    const known = owner()
    if (known !== undefined) return known
    const unseen = (engine.inventory.groups.get('realserver') ?? []).filter(
      (host) => addressOf(host, family, play, engine) === undefined,
    )
    await look(unseen, play, engine)
    return owner()
  }

  const hardware = ({ groups }: Engine['inventory']): ReturnType<Fleet['hardware']> => {
    const members = roles.flatMap((group) => (groups.get(group) ?? []).map((host) => ({ host, group })))
    const unseen = members.filter(({ host }) => !seen.has(host)).map(({ host }) => host)
    if (unseen.length > 0) throw new NotSeen([...new Set(unseen)])
    return new Map(
      [...members].reverse().flatMap((member) => {
        const one = seen.get(member.host)
        return one === undefined || 'reason' in one ? [] : one.hardware.map((address) => [address, member] as const)
      }),
    )
  }

  return {
    look,
    fleet: (play, engine) => ({
      members: (name) => engine.inventory.groups.get(name) ?? (engine.inventory.hosts.has(name) ? [name] : undefined),
      serverAddresses: (hosts, family) => {
        const found = hosts.map((host) => [host, addressOf(host, family, play, engine)] as const)
        const unseen = found.filter(([, answer]) => answer === undefined).map(([host]) => host)
        if (unseen.length > 0) throw new NotSeen(unseen)
        return new Map(found as readonly (readonly [string, ServerAddress])[])
      },
      hardware: () => hardware(engine.inventory),
    }),
    holds: async ({ address, server }, play, engine) => {
      const host = await ownerOf(server, play, engine)
      if (host === undefined) {
        engine.emit({
          type: 'warning',
          text: `${server} is no host of the inventory: nobody knows whether it holds ${address}`,
        })
        return undefined
      }
      const held = await heldBy(host, engine)
      if ('reason' in held)
        return notSeen(host, server, `${host} cannot be asked whether it holds ${address} (${held.reason})`)
      if (held.some((one) => one.address === address)) return undefined
      return isForetold(host, address, engine)
        ? undefined
        : notSeen(host, server, `${host} does not hold ${address}: what is sent there would be lost`)
    },
  }
}

const setRip = (host: string): string => `set \`rip:\` for ${host} in the inventory`

const unknownAddress = (host: string, why: string): ServerAddress => ({
  problem: `the address under which directors list ${host} is not known: ${why}`,
  hint: setRip(host),
})

const notSeen = (host: string, server: string, why: string): Diagnostic => ({
  severity: 'error',
  summary: `${server} gets no traffic: ${why}`,
  hint: `let ${host} hold it first, with vip-on-lo, or leave the host out of the servers`,
})

/** Check: an earlier task of this run would put it there. */
const isForetold = (host: string, vip: string, engine: Engine): boolean => {
  if (engine.interpreter.writes) return false
  const last = engine.hosts(host).lasting.findLast((one) => one.kind === 'vip' && one.address.split('/')[0] === vip)
  return last?.kind === 'vip' && last.gone === undefined
}

const lookAt = async (host: string, play: Play, engine: Engine): Promise<Seen> => {
  const session = await engine.sessions.open(host)
  if ('kind' in session) return { reason: session.reason }
  const walk = newWalk(play, engine.hosts(host), session)
  const identity = engine.identityOf(host)
  const sources = [...firstSources(walk, engine), hardwareAddresses.source]
  const results = await session.read(identity, sources)
  if ('kind' in results) return { reason: results.reason }
  const book = bookOf(walk, { identity: engine.identityOf(host, play) })
  for (const [index, source] of sources.entries()) book.learn(source, results[index] ?? silence)
  learnFacts(walk, engine)
  return { walk, hardware: book.under(new Map()).of(hardwareAddresses) }
}

const silence = { exitCode: 255, stdout: '', stderr: 'no answer' }

/** Every address of the host now. */
const heldBy = async (host: string, engine: Engine): Promise<readonly HostAddress[] | { readonly reason: string }> => {
  const session = await engine.sessions.open(host)
  if ('kind' in session) return { reason: session.reason }
  const results = await session.read(engine.identityOf(host), [addressesSource])
  if ('kind' in results) return { reason: results.reason }
  const book = createFactBook()
  book.learn(addressesSource, results[0] ?? silence)
  const facts = book.under(new Map())
  return facts.of(addressedDevices).flatMap((device) => facts.of(addresses(device)))
}
