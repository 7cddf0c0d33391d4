import { mistake, textOf } from '../documents/playbook-fields.ts'
import type { Diagnostic, ScalarNode, Scope } from '../model/document.ts'
import type { Play } from '../model/schedule.ts'
import { renderNode } from '../template/render.ts'
import type { ConnectionVars } from '../transport/connection-vars.ts'

/** What plays say of the way to their hosts, below what the inventory says. A host has one connection: two ways are a mistake. */
export interface PlayConnections {
  /** @param own  what the inventory says of the host */
  of(host: string, own: ConnectionVars): ConnectionVars
  /** Of the hosts that were asked about, each mistake once. */
  problems(): readonly Diagnostic[]
}

interface Given {
  /** What is known before any host is reached. */
  readonly scopeOf: (play: Play, host: string) => Scope
  /** What a vault or a script keeps is unknown, and no mistake. */
  readonly lint: boolean
}

export const playConnections = (plays: readonly Play[], given: Given): PlayConnections => {
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
      const user = own.ansible_user === undefined ? userOf(mine, host, given, problems) : undefined
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
const userOf = (plays: readonly Play[], host: string, given: Given, problems: Problems): string | undefined => {
  const named = plays.flatMap((play) => {
    const user = userIn(play, host, given, problems)
    return user === undefined ? [] : [{ play, user }]
  })
  const [first, ...others] = named
  const other = others.find(({ user }) => user !== first?.user)?.play
  if (first !== undefined && other?.remoteUser !== undefined)
    problems.set(other, {
      severity: 'error',
      summary: `play ${first.play.number} logs in as ${first.user} on hosts of this one`,
      at: other.remoteUser.at,
      hint: 'a host has one connection for the whole run: name one user, and use `become_user` for the other',
    })
  return first?.user
}

/** `omit` is no word about it. */
const userIn = (play: Play, host: string, { scopeOf, lint }: Given, problems: Problems): string | undefined => {
  const { remoteUser } = play
  if (remoteUser === undefined) return undefined
  const scope: Scope = {
    get: (name) => scopeOf(play, host).get(name),
    names: () => scopeOf(play, host).names(),
  }
  const rendered = renderNode(remoteUser, scope)
  if (rendered.kind === 'value') return rendered.value === null ? undefined : String(rendered.value)
  if (rendered.kind === 'problem') problems.set(play, rendered.problem)
  else if (!lint)
    problems.set(
      play,
      mistake(
        remoteUser.at,
        `\`remote_user\` depends on ${rendered.on}, which is not known before the host is reached`,
      ),
    )
  return undefined
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
