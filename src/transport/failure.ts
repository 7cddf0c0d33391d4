import type { Target } from '../model/connection.ts'
import { SUPPLIES } from './algorithms.ts'
import type { Offer } from './beginning.ts'

/** How far an attempt got. */
export type Stage = 'connect' | 'handshake' | 'login'

/** An attempt that did not lead to a login. `retry`: lost before anything was proven or refused. */
export interface Failure {
  readonly kind: 'failed'
  readonly reason: string
  readonly hint?: string
  readonly retry: boolean
  /** Why the system's ssh may do what ssh2 could not. */
  readonly byOpenssh?: string
  /** The host showed a key of a type that nobody knows: try again and ask for these. */
  readonly askFor?: readonly string[]
}

/** What is known of an attempt when it fails. */
export interface Progress {
  readonly stage: Stage
  readonly target: Target
  /** Keys that could not be offered, each with the reason. */
  readonly unusable: readonly string[]
  /** Names of the keys that were offered. */
  readonly tried: readonly string[]
  /** Methods of login that the server would still take, once it said so. */
  readonly left?: readonly string[] | undefined
  /** The first that the server said. */
  readonly greeting: string
  /** The algorithms of both sides; theirs as far as they said so. */
  readonly ours: Offer
  readonly theirs?: Offer | undefined
}

const WAITED: Record<Stage, string> = {
  connect: 'no answer to the TCP connect',
  handshake: 'connected, but no SSH handshake',
  login: 'the handshake is through, but the login is not',
}

/**
 * The attempt took longer than the target's timeout.
 * @param agentKey  the key that an agent has not signed with yet
 */
export const timedOut = (stage: Stage, target: Target, agentKey?: string): Failure =>
  agentKey === undefined
    ? {
        kind: 'failed',
        reason: `timed out after ${target.timeout} s: ${WAITED[stage]} (${endpoint(target)})`,
        retry: false,
      }
    : {
        kind: 'failed',
        reason: `the SSH agent did not sign with ${agentKey} within ${target.timeout} s (${endpoint(target)})`,
        hint: 'does it wait for a confirmation? give it in time, raise --timeout, or name another key',
        retry: false,
      }

/** The host wants a new password before it lets anybody in. */
export const passwordExpired = (target: Target): Failure => ({
  kind: 'failed',
  reason: `the password of ${target.user}@${endpoint(target)} has expired`,
  hint: `log in there once by hand and set a new one: ssh ${target.user}@${target.address}`,
  retry: false,
})

/** The run was told to stop. */
export const INTERRUPTED: Failure = { kind: 'failed', reason: 'given up: the run was interrupted', retry: false }

/** `address:port` as messages show it. */
export const endpoint = ({ address, port }: Pick<Target, 'address' | 'port'>): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

const SOCKET_ERRORS: Record<string, { readonly what: string; readonly retry: boolean }> = {
  ECONNREFUSED: { what: 'connection refused', retry: false },
  EHOSTUNREACH: { what: 'no route to host', retry: false },
  ENETUNREACH: { what: 'network is unreachable', retry: false },
  ETIMEDOUT: { what: 'timed out in the TCP connect', retry: false },
  ENOTFOUND: { what: 'no such host name', retry: false },
  EAI_AGAIN: { what: 'the name could not be resolved for the moment', retry: true },
  ECONNRESET: { what: 'the connection was reset', retry: true },
  EPIPE: { what: 'the connection was cut', retry: true },
  EADDRNOTAVAIL: { what: 'no local port is free', retry: true },
  EMFILE: { what: 'too many open files on this machine', retry: true },
}

/**
 * What an error of ssh2 means in plain words. Losses before the login began may be tried again; a login that was
 * refused, or a host key that was, never.
 * @param error absent: the connection was closed without one
 */
export const explainFailure = (error: Error | undefined, progress: Progress): Failure => {
  const { stage, target, greeting } = progress
  const failed = (reason: string, retry: boolean, hint?: string): Failure => ({
    kind: 'failed',
    reason,
    retry,
    ...(hint !== undefined && { hint }),
  })
  const { code, level } = (error ?? {}) as { code?: unknown; level?: string }
  if (code === 'EADDRNOTAVAIL' && target.bindAddress !== undefined)
    return failed(`${target.bindAddress}, which BindAddress names, is no address of this machine`, false)
  const known = typeof code === 'string' ? SOCKET_ERRORS[code] : undefined
  if (known !== undefined) {
    const when = stage === 'login' ? ` ${STAGE_WORDS.login}` : ''
    return failed(`${known.what}${when} (${endpoint(target)})`, known.retry && stage !== 'login')
  }
  const message = error?.message ?? ''
  if (level === 'client-authentication' || /authentication failures/i.test(message))
    return loginRefused(progress, message)
  if (/no matching/i.test(message)) {
    const [what, hint] = noCommon(message, progress)
    return failed(what, false, hint)
  }
  if (error !== undefined && !/before handshake|unusable after|greeting|header|identification/i.test(message)) {
    return failed(`${message} ${STAGE_WORDS[stage]} (${endpoint(target)})`, false)
  }
  const said = /^(?!SSH-)[^\r\n]+/.exec(greeting)?.[0].slice(0, 80)
  if (said !== undefined && !BUSY_WORDS.test(said)) {
    return failed(`${endpoint(target)} does not speak SSH, it says: ${said}`, false, 'is that the right port?')
  }
  const reason = `${endpoint(target)} closed the connection ${STAGE_WORDS[stage]}`
  if (stage === 'login') return failed(reason, false)
  return failed(said === undefined ? reason : `${reason}: ${said}`, true, BUSY)
}

/** OpenSSH above MaxStartups, and for an address that it penalises; older ones drop the connection without a word. */
const BUSY_WORDS = /^(Exceeded MaxStartups|Not allowed at this time)/
const BUSY = 'sshd may be refusing many logins at once (MaxStartups): lower --connect-limit, or see its log'

const STAGE_WORDS: Record<Stage, string> = {
  connect: 'while connecting',
  handshake: 'before the handshake',
  login: 'during login',
}

/** ssh2's words for what the two sides do not share. */
const KINDS: readonly (readonly [words: RegExp, kind: keyof Offer, name: string, option: string])[] = [
  [/key exchange/i, 'kex', 'key exchange', 'KexAlgorithms'],
  [/host key/i, 'hostKeys', 'host key algorithm', 'HostKeyAlgorithms'],
  [/cipher/i, 'ciphers', 'cipher', 'Ciphers'],
  [/mac/i, 'macs', 'MAC', 'MACs'],
]

const noCommon = (message: string, { target, ours, theirs }: Progress): readonly [reason: string, hint?: string] => {
  const [, kind, name, option] = KINDS.find(([words]) => words.test(message)) ?? []
  const where = endpoint(target)
  if (kind === undefined || theirs === undefined) {
    return [`no common ${/no matching (.+)/i.exec(message)?.[1] ?? 'algorithm'} with ${where}`]
  }
  const usable = theirs[kind].filter((each) => [...SUPPLIES[kind].usual, ...SUPPLIES[kind].more].includes(each))
  const hint =
    usable.length > 0
      ? `if it must be: ${option} +${usable[0]} in the ssh config`
      : 'only the ssh program of this machine may know them: ansible_connection: openssh'
  const list = (names: readonly string[]): string => names.join(', ') || 'none'
  return [`no common ${name} with ${where}: it has ${list(theirs[kind])}; offered were ${list(ours[kind])}`, hint]
}

const loginRefused = ({ target, unusable, tried, left }: Progress, message: string): Failure => {
  const count = tried.length > 3 ? ` ${tried.length}` : ''
  const offered = tried.length > 0 ? `offered${count}: ${tried.join(', ')}` : 'there was none to offer'
  const rest = unusable.length > 0 ? `; not usable: ${unusable.join(', ')}` : ''
  const many = /too many/i.test(message)
  const noKeys = left !== undefined && !left.includes('publickey') && tried.length === 0
  return {
    kind: 'failed',
    reason: noKeys
      ? `${target.user}@${endpoint(target)} takes no keys, only: ${left.join(', ') || 'nothing'}`
      : `${target.user}@${endpoint(target)} accepts no key: ${many ? 'too many keys were offered: ' : ''}${offered}${rest}`,
    hint: loginHint(target, { tried, left, many }),
    retry: false,
  }
}

const loginHint = (
  { user, password }: Target,
  { tried, left = [], many }: { tried: readonly string[]; left?: readonly string[] | undefined; many: boolean },
): string => {
  if (many) return 'name the right one: --private-key FILE, or IdentitiesOnly yes with an IdentityFile'
  const byPassword = left.includes('password') || left.includes('keyboard-interactive')
  const orPassword = byPassword && password === undefined ? ', or log in with a password: -k' : ''
  if (password !== undefined && !byPassword && left.length > 0)
    return `a password does not help there, only ${left.join(', ')}: add the public key to ${user}'s authorized_keys`
  return tried.length > 0
    ? `add the public key to ${user}'s authorized_keys there${orPassword}`
    : `name one: --private-key FILE, or load it into ssh-agent${orPassword}`
}
