import type { Target } from '../model/connection.ts'
import type { Failure } from './failure.ts'
import { changedWords, REVOKED, unknownHint } from './host-key.ts'
import type { KnownKey } from './known-hosts.ts'
import { findHop, hopNamed } from './openssh-hop.ts'

type Refused = Pick<Failure, 'reason' | 'hint'>

/** Why `ssh` did not take the key that a hop showed; undefined where that is not what stopped it. */
export const hostKeyRefused = (
  said: string,
  target: Target,
  knownKeys: (hop: Target) => readonly KnownKey[],
): Refused | undefined => {
  if (!/^Host key verification failed|REVOKED HOST KEY DETECTED/m.test(said)) return undefined
  const name =
    /^(?:No [\w-]+ host key is known for (\S+) and|(?:[\w-]+ h|H)ost key for (\S+) (?:has changed|was revoked))/m.exec(
      said,
    )
  const { hop, path } = hopNamed(name?.[1] ?? name?.[2] ?? '', target) ?? findHop(said, target)
  const shown = [...said.matchAll(/^debug1: Server host (?:key|certificate): (\S+ \S+?)(?:,|\r?$)/gm)].at(-1)?.[1]
  const key = `host key of ${hop.host} (${shown ?? 'unknown'})`
  const told = (reason: string, hint: string): Refused => ({ reason: path + reason, hint })
  if (/REVOKED HOST KEY DETECTED/.test(said)) return told(`${key} is marked as revoked`, REVOKED)
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) {
    const known = knownKeys(hop)
    const place = /^Offending [\w-]+ key in (.+?)\r?$/m.exec(said)?.[1] ?? 'known_hosts'
    const { reason, hint } = changedWords(shown ?? 'another key', known, { target: hop, asked: target.host })
    if (known.length > 0) return told(reason, hint)
    return told(
      `host key has changed: ${hop.host} shows ${shown ?? 'another key'}, another is known in ${place}`,
      `somebody may be in between; if the host was installed anew: ipvs-play trust --replace ${target.host}`,
    )
  }
  const searched = [...hop.knownHosts, ...hop.globalKnownHosts].join(', ')
  const why =
    name?.[1] === undefined && knownKeys(hop).length > 0
      ? 'was not accepted'
      : `is not in ${searched || 'any known_hosts file'}`
  // The ssh of a jump host is not told of --host-key.
  const hint = unknownHint(target.host)
  return told(`${key} ${why}`, path === '' ? hint : hint.replace(/ \(or .*/, ''))
}
