import type { Identity } from '../model/connection.ts'
import type { Diagnostic } from '../model/document.ts'
import { type IpvsTable, ipvsTable, type ServerEntry } from '../readings/ipvs.ts'
import type { Sessions } from './session.ts'

/** Answers for the fleet: does any director still send traffic for a VIP to a host? */
export interface Rotation {
  /** undefined: no director lists this server with weight for the VIP. Every call reads every director anew. */
  refuses(query: { host: string; vip: string; serverAddresses: () => ServerAddresses }): Promise<Diagnostic | undefined>
}

/** The addresses under which directors may list a host, or why they cannot be told. */
export type ServerAddresses = { readonly addresses: readonly string[] } | { readonly problem: string }

export interface RotationRequest {
  readonly directors: readonly string[]
  readonly sessions: Sessions
  readonly identityOf: (host: string) => Identity
  /** A director that cannot be read does not refuse the removal. */
  readonly force: boolean
}

export const createRotation = ({ directors, sessions, identityOf, force }: RotationRequest): Rotation => {
  const tables = new Map(
    directors.map((name) => [name, sharedBetween(() => readTable(name, sessions, identityOf(name)))]),
  )
  return {
    refuses: async ({ host, vip, serverAddresses }) => {
      const answers = await Promise.all(
        [...tables].map(async ([director, read]) => ({ director, table: await read() })),
      )
      const listing: { director: string; servers: readonly ServerEntry[] }[] = []
      for (const { director, table } of answers) {
        if (table.kind === 'table')
          listing.push({ director, servers: table.servers.filter((entry) => carries(entry, vip)) })
        else if (!force) return unread(host, vip, director, table.why)
      }
      if (listing.every(({ servers }) => servers.length === 0)) return undefined
      const own = serverAddresses()
      if ('problem' in own)
        return { severity: 'error', summary: own.problem, hint: 'set `rip:` for this host in the inventory' }
      for (const { director, servers } of listing) {
        const entry = servers.find(({ server }) => own.addresses.includes(server))
        if (entry !== undefined) return inRotation(host, vip, director, entry)
      }
      return undefined
    },
  }
}

const carries = ({ virtual, weight }: ServerEntry, vip: string): boolean =>
  weight > 0 && (virtual === undefined || virtual === vip)

const unread = (host: string, vip: string, director: string, why: string): Diagnostic => ({
  severity: 'error',
  summary: `${vip} stays on ${host}: director ${director} cannot be asked whether it still sends traffic here (${why})`,
  hint: `bring ${director} back, take it out of the inventory, or use --force-remove`,
})

const inRotation = (
  host: string,
  vip: string,
  director: string,
  { service, server, weight }: ServerEntry,
): Diagnostic => ({
  severity: 'error',
  summary: `${vip} stays on ${host}: director ${director} lists ${server} with weight ${weight} for ${service}`,
  hint: 'drain it there first (weight 0), then remove the VIP',
})

const readTable = async (director: string, sessions: Sessions, identity: Identity): Promise<IpvsTable> => {
  const session = await sessions.open(director)
  if ('kind' in session) return { kind: 'unreadable', why: session.reason }
  const results = await session.read(identity, [ipvsTable.source])
  if ('kind' in results) return { kind: 'unreadable', why: results.reason }
  const [result] = results
  return result === undefined ? { kind: 'unreadable', why: 'no answer' } : ipvsTable.parse(result)
}

/** Calls that arrive while one is under way share the next: each caller gets an answer that was begun after it asked. */
const sharedBetween = <T>(ask: () => Promise<T>): (() => Promise<T>) => {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined
  const start = (): Promise<T> => {
    next = undefined
    const asked = ask().finally(() => {
      if (running === asked) running = undefined
    })
    running = asked
    return asked
  }
  return () => {
    if (running === undefined) return start()
    next ??= running.then(start, start)
    return next
  }
}
