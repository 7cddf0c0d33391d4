import type { Target } from '../model/connection.ts'
import { endpoint, type Failure, type Stage } from './failure.ts'

/** What `ssh` said on its way, put into our words. */
export interface Story {
  readonly stage: Stage
  /** Keys that it offered. */
  readonly tried: readonly string[]
  /** Type and fingerprint of the host key that was shown. */
  readonly shown: string | undefined
}

export const readStory = (said: string): Story => {
  const stage = /^debug1: (?:SSH2_MSG_NEWKEYS received|Authentications that can continue|rekey in after)/m.test(said)
    ? 'login'
    : /^debug1: Connection established/m.test(said)
      ? 'handshake'
      : 'connect'
  return {
    stage,
    tried: [...said.matchAll(/^debug1: Offering public key: (.+?)\r?$/gm)].map(([, key = '']) => key),
    shown: /^debug1: Server host (?:key|certificate): (.+?)(?:,|\r?$)/m.exec(said)?.[1],
  }
}

/** Lines that are meant for the user. */
const spoken = (said: string): readonly string[] =>
  said
    .split(/\r?\n/)
    .filter(
      (line) => line.trim() !== '' && !/^(?:debug\d: |OpenSSH_|Warning: Permanently added|ipvs-play-ask)/.test(line),
    )

type Explain = (found: RegExpExecArray, target: Target, story: Story) => Omit<Failure, 'kind'>

const at =
  (what: string, retry = false): Explain =>
  (_, target) => ({ reason: `${what} (${endpoint(target)})`, retry })

/** The first that fits counts. */
const SIGNS: readonly (readonly [words: RegExp, explain: Explain])[] = [
  [
    /REVOKED HOST KEY DETECTED/,
    (_, target, { shown }) => ({
      reason: `host key of ${target.host} (${shown ?? 'unknown'}) is marked as revoked`,
      hint: 'the key was taken out of service on purpose: find out why before anybody logs in',
      retry: false,
    }),
  ],
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED[\s\S]*?Offending [\w-]+ key in (.+?)\r?$/m,
    ([, place = ''], target, { shown }) => ({
      reason: `host key has changed: ${target.host} shows ${shown ?? 'another key'}, another is known in ${place}`,
      hint: `somebody may be in between; if the host was installed anew: ipvs-play trust ${target.host}`,
      retry: false,
    }),
  ],
  [
    /^No [\w-]+ host key is known for/m,
    (_, target, { shown }) => ({
      reason: `host key of ${target.host} (${shown ?? 'unknown'}) is not in ${[...target.knownHosts, ...target.globalKnownHosts].join(', ')}`,
      hint: `compare the fingerprint on the host's console, then: ipvs-play trust ${target.host}`,
      retry: false,
    }),
  ],
  [
    /^Host key verification failed/m,
    (_, target, { shown }) => ({
      reason: `host key of ${target.host} (${shown ?? 'unknown'}) was not accepted`,
      retry: false,
    }),
  ],
  [/Connection refused/, at('connection refused')],
  [/No route to host/, at('no route to host')],
  [/Network is unreachable/, at('network is unreachable')],
  [/Could not resolve hostname (\S+):/, ([, name = '']) => ({ reason: `no such host name (${name})`, retry: false })],
  [
    /no matching (.+?) found\. Their offer: (.+?)\r?$/m,
    ([, what = '', offer = ''], target) => ({
      reason: `no common ${what} with ${endpoint(target)}: it offers ${offer}`,
      retry: false,
    }),
  ],
  [
    /Too many authentication failures/,
    (_, target, { tried }) => ({
      reason: `${target.user}@${endpoint(target)} accepts no key: too many keys were offered: ${tried.join(', ')}`,
      hint: 'name the right one: --private-key FILE, or IdentitiesOnly yes with an IdentityFile',
      retry: false,
    }),
  ],
  [
    /Permission denied \(([^)]*)\)/,
    ([, methods = ''], target, { tried }) => ({
      reason: `${target.user}@${endpoint(target)} accepts no key: ${tried.length > 0 ? `offered: ${tried.join(', ')}` : 'there was none to offer'} (it takes ${methods})`,
      hint: `does ssh ${target.sshName} log in by itself? a certificate may have run out, a ticket be missing`,
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

/** What it means that `ssh` ended before it had logged in. Losses before the login may be tried again. */
export const explainOpenssh = (said: string, target: Target): Failure => {
  const story = readStory(said)
  for (const [words, explain] of SIGNS) {
    const found = words.exec(said)
    if (found !== null) return { kind: 'failed', ...explain(found, target, story) }
  }
  const lost = /kex_exchange_identification|Connection (?:closed|reset)|Broken pipe/.test(said)
  const last = spoken(said).at(-1) ?? 'it said nothing'
  return {
    kind: 'failed',
    reason: `ssh to ${endpoint(target)} ended ${story.stage === 'login' ? 'during login' : 'before the login'}: ${last}`,
    retry: lost && story.stage !== 'login',
  }
}
