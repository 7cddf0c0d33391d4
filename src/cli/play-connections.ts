import { textOf } from '../documents/playbook-fields.ts'
import type { Diagnostic, ScalarNode } from '../model/document.ts'
import type { Play } from '../model/schedule.ts'
import type { ConnectionVars } from '../transport/connection-vars.ts'

/** What plays say of the way to their hosts, below what the inventory says. A host has one connection: two ways are a mistake. */
export interface PlayConnections {
  /** @param own  what the inventory says of the host */
  of(host: string, own: ConnectionVars): ConnectionVars
  /** Of the hosts that were asked about, each mistake once. */
  problems(): readonly Diagnostic[]
}

export const playConnections = (plays: readonly Play[]): PlayConnections => {
  const playsOf = new Map<string, Play[]>()
  for (const play of plays) {
    for (const host of play.hosts) {
      const known = playsOf.get(host)
      if (known === undefined) playsOf.set(host, [play])
      else known.push(play)
    }
  }
  const problems = new Map<Play, Diagnostic>()
  return {
    of: (host, own) => {
      const mine = playsOf.get(host) ?? []
      const user = own.ansible_user === undefined ? userOf(mine, problems) : undefined
      const kind = own.ansible_connection === undefined ? kindOf(mine, problems) : undefined
      return {
        ...(user !== undefined && { ansible_user: user }),
        ...(kind !== undefined && { ansible_connection: kind }),
        ...own,
      }
    },
    problems: () => [...problems.values()],
  }
}

type Problems = Map<Play, Diagnostic>

/** A play that names no user goes with those that do. */
const userOf = (plays: readonly Play[], problems: Problems): string | undefined => {
  const [first, ...others] = plays.flatMap(({ remoteUser, number }) =>
    remoteUser === undefined ? [] : [{ user: textOf(remoteUser), number, at: remoteUser.at }],
  )
  const other = others.find(({ user }) => user !== first?.user)
  const play = plays.find(({ number }) => number === other?.number)
  if (first !== undefined && other !== undefined && play !== undefined)
    problems.set(play, {
      severity: 'error',
      summary: `play ${first.number} logs in as ${first.user} on hosts of this one`,
      at: other.at,
      hint: 'a host has one connection for the whole run: name one user, and use `become_user` for the other',
    })
  return first?.user
}

/** Silence means ssh: nobody may find himself on this machine who did not say so. */
const kindOf = (plays: readonly Play[], problems: Problems): string | undefined => {
  const kind = (node: ScalarNode | undefined): string => (node === undefined ? 'ssh' : textOf(node))
  const [first, ...others] = plays
  const other = others.find(({ connection }) => kind(connection) !== kind(first?.connection))
  if (first !== undefined && other !== undefined)
    problems.set(other, {
      severity: 'error',
      summary: `play ${first.number} reaches hosts of this one by ${kind(first.connection)}, not by ${kind(other.connection)}`,
      at: other.connection?.at ?? other.at,
      hint: 'a host has one connection for the whole run: write the same `connection` on both, or set ansible_connection',
    })
  return first?.connection === undefined ? undefined : textOf(first.connection)
}
