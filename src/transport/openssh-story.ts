import type { Target } from '../model/connection.ts'
import { endpoint, type Failure, type Stage, timedOut } from './failure.ts'
import type { KnownKey } from './known-hosts.ts'
import { findHop } from './openssh-hop.ts'
import { hostKeyRefused } from './openssh-host-key.ts'

/** What `ssh` said on its way, put into our words. */
export interface Story {
  readonly stage: Stage
  /** Keys that it offered. */
  readonly tried: readonly string[]
}

const readStory = (said: string): Story => {
  const stage = /^debug1: (?:SSH2_MSG_NEWKEYS received|Authentications that can continue|rekey in after)/m.test(said)
    ? 'login'
    : /^debug1: (?:Connection established|Authenticating to )/m.test(said)
      ? 'handshake'
      : 'connect'
  return {
    stage,
    tried: [...said.matchAll(/^debug1: Offering public key: (.+?)\r?$/gm)].map(([, key = '']) => key),
  }
}

/** Lines that are meant for the user. */
const spoken = (said: string): readonly string[] =>
  said
    .split(/\r?\n/)
    .filter(
      (line) => line.trim() !== '' && !/^(?:debug\d: |OpenSSH_|Warning: Permanently added|ipvs-play-ask)/.test(line),
    )

type Explain = (found: RegExpExecArray, hop: Target, story: Story) => Omit<Failure, 'kind'>

const at =
  (what: string, retry = false): Explain =>
  (_, hop) => ({ reason: `${what} (${endpoint(hop)})`, retry })

/** The first that fits counts. */
const SIGNS: readonly (readonly [words: RegExp, explain: Explain])[] = [
  [/Connection refused/, at('connection refused')],
  [/No route to host/, at('no route to host')],
  [/Network is unreachable/, at('network is unreachable')],
  [/Could not resolve hostname (\S+):/, ([, name = '']) => ({ reason: `no such host name (${name})`, retry: false })],
  [
    /no matching (.+?) found\. Their offer: (.+?)\r?$/m,
    ([, what = '', offer = ''], hop) => ({
      reason: `no common ${what} with ${endpoint(hop)}: it offers ${offer}`,
      retry: false,
    }),
  ],
  [
    /Too many authentication failures/,
    (_, hop, { tried }) => ({
      reason: `${hop.user}@${endpoint(hop)} accepts no key: too many keys were offered: ${tried.join(', ')}`,
      hint: 'name the right one: --private-key FILE, or IdentitiesOnly yes with an IdentityFile',
      retry: false,
    }),
  ],
  [
    /Permission denied \(([^)]*)\)/,
    ([, methods = ''], hop, { tried }) => ({
      reason: `${hop.user}@${endpoint(hop)} accepts no key: ${tried.length > 0 ? `offered: ${tried.join(', ')}` : 'there was none to offer'} (it takes ${methods})`,
      hint: `does ssh ${hop.sshName} log in by itself? a certificate may have run out, a ticket be missing`,
      retry: false,
    }),
  ],
  [
    /Bad configuration option: (.+?)\r?$/m,
    ([, option = '']) => ({
      reason: `the system's ssh does not know the option ${option}`,
      hint: 'a newer OpenSSH client may be needed on this machine',
      retry: false,
    }),
  ],
  [/Connection timed out/, at('timed out in the TCP connect')],
]

/**
 * What it means that `ssh` ended before it had logged in, with the hop it happened at. Losses before the login may be tried again.
 * @param knownKeys  what known_hosts has of a hop, for the words about a changed key
 */
export const explainOpenssh = (
  said: string,
  target: Target,
  knownKeys: (hop: Target) => readonly KnownKey[],
): Failure => {
  const refused = hostKeyRefused(said, target, knownKeys)
  if (refused !== undefined) return { kind: 'failed', ...refused, retry: false }
  const { hop, path, said: since } = findHop(said, target)
  const story = readStory(since)
  for (const [words, explain] of SIGNS) {
    const found = words.exec(since)
    if (found === null) continue
    const explained = explain(found, hop, story)
    return { kind: 'failed', ...explained, reason: path + explained.reason }
  }
  const lost = /kex_exchange_identification|Connection (?:closed|reset)|Broken pipe/.test(since)
  const last = spoken(since).at(-1) ?? 'it said nothing'
  return {
    kind: 'failed',
    reason: `${path}ssh to ${endpoint(hop)} ended ${story.stage === 'login' ? 'during login' : 'before the login'}: ${last}`,
    retry: lost && story.stage !== 'login' && hop === target,
  }
}

/** The attempt took longer than the target's timeout. */
export const timedOutAt = (said: string, target: Target): Failure => {
  const { hop, path, said: since } = findHop(said, target)
  const failure = timedOut(readStory(since).stage, { ...hop, timeout: target.timeout })
  return { ...failure, reason: path + failure.reason }
}
