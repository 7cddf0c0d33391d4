import type { Target } from '../model/connection.ts'
import { nameOf } from './known-hosts.ts'

/** How far `ssh`, and the `ssh` of each jump host that it starts, had come. */
export interface Whereabouts {
  /** The hop that was being talked to: a jump host, or the host itself. */
  readonly hop: Target
  /** As messages begin that are about this hop: `jump host bastion: `. */
  readonly path: string
  /** What was said since that hop's turn began. */
  readonly said: string
}

/** With `ssh -v` each hop's ssh says all this, one after the other, the outermost first. */
const TURN = /^debug1: (?:Authenticating to (\S+):(\d+) as |Connecting to (\S+) (?:\[\S+\] )?port (\d+))/gm
const THROUGH = /^Authenticated to .*$/m

export const findHop = (said: string, target: Target): Whereabouts => {
  const hops = wayTo(target)
  const [outermost = target] = hops
  const turn = [...said.matchAll(TURN)].at(-1)
  if (turn === undefined) return { hop: outermost, path: pathTo(outermost, target), said }
  const [, name, port, address = name, to = port] = turn
  const since = said.slice(turn.index)
  const at = hops.findIndex((hop) => hop.address === address?.toLowerCase() && hop.port === Number(to))
  const through = THROUGH.exec(since)
  const next = hops[at + 1]
  if (at === -1) return { hop: target, path: '', said: since }
  if (through === null || next === undefined)
    return { hop: hops[at] ?? target, path: pathTo(hops[at], target), said: since }
  return { hop: next, path: pathTo(next, target), said: since.slice(through.index + through[0].length) }
}

/** Where `ssh` names a host as known_hosts does, that is the hop. */
export const hopNamed = (name: string, target: Target): Pick<Whereabouts, 'hop' | 'path'> | undefined => {
  const hop = wayTo(target).find((each) => nameOf(each) === name.toLowerCase())
  return hop === undefined ? undefined : { hop, path: pathTo(hop, target) }
}

/** From the first jump host on. */
const wayTo = (target: Target): readonly Target[] =>
  target.via.kind === 'jump' ? [...wayTo(target.via.target), target] : [target]

const pathTo = (hop: Target | undefined, target: Target): string =>
  hop === target || target.via.kind !== 'jump'
    ? ''
    : `jump host ${target.via.target.host}: ${pathTo(hop, target.via.target)}`
