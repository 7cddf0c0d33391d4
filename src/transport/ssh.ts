import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Connection, Opened, Target, Transport } from '../model/connection.ts'
import { preferKnown } from './algorithms.ts'
import { execute } from './call.ts'
import type { Line } from './channel.ts'
import { createChannels } from './channels.ts'
import { createCredentials } from './credentials.ts'
import { endpoint, type Failure, INTERRUPTED } from './failure.ts'
import { fetchHostKeys } from './fetch-host-keys.ts'
import { createGate } from './gate.ts'
import { judge, type ShownKey } from './host-key.ts'
import { createJumpConnections, type LogInTo } from './jump-connections.ts'
import { createKeyStore, type KeyStore } from './keys.ts'
import { type KnownHostsFile, lookUpListed, nameOf } from './known-hosts.ts'
import { addKnownHost } from './known-hosts-append.ts'
import { createKnownHostsReader, type KnownHostsReader } from './known-hosts-files.ts'
import { type Attempt, type LoggedIn, logIn } from './login.ts'
import type { PasswordGate } from './password-gate.ts'
import { startInTerminalOn, startOn } from './ssh2-channel.ts'
import { quickVerifying } from './ssh2-private.ts'
import { type Stories, tellOfHop } from './story.ts'
import { openWay } from './way.ts'

export interface SshTransportOptions {
  /** Handshakes at once, towards one first hop and in all. */
  readonly connectLimit: readonly [perFirstHop: number, overall: number]
  /** For become: what came of a password, shared by all hosts of the run. */
  readonly passwords: PasswordGate
  /** The same for passwords of logins. */
  readonly logins: PasswordGate
  /** Where passphrases were given before; default: none were. */
  readonly keys?: KeyStore
  /** Further tries after a loss before the login; default 4. */
  readonly retries?: number
  /** For the jitter, from 0 to 1; default Math.random. */
  readonly random?: () => number
  readonly stories?: Stories | undefined
}

export interface SshTransport extends Transport {
  /** The keys that a host shows; nobody logs in there, only on jump hosts on the way. */
  fetchKeys(target: Target, signal: AbortSignal): Promise<readonly ShownKey[] | Failure>
}

/** The longest pause before the second try, in milliseconds; it doubles with each. */
const FIRST_PAUSE = 300

/**
 * SSH by ssh2, which is loaded when the first host is opened. What was read of keys and known_hosts is kept for the
 * transport's life. A place at the gate is held from the TCP connect until the login is through.
 */
export const createSshTransport = (options: SshTransportOptions): SshTransport => {
  const { passwords, logins, keys = createKeyStore(), retries = 4, random = Math.random } = options
  const gate = createGate(...options.connectLimit)
  const readKnownHosts = createKnownHostsReader()
  let loaded: ReturnType<typeof load> | undefined

  const logInTo: LogInTo = async (target, signal, asked) => {
    loaded ??= load(keys)
    const { ssh2, credentialsOf } = await loaded
    setMaxListeners(0, signal)
    const hop = firstHop(target)
    const attempt = {
      ssh2,
      target,
      asked,
      credentials: await credentialsOf(target),
      logins,
      signal,
      tell: tellOfHop(options.stories, asked, target.host),
    }
    for (let tries = 1; ; tries++) {
      const jump = target.via.kind === 'jump' ? await jumps.hold(target.via.target, signal, asked) : undefined
      if (jump?.kind === 'failed') return jump
      if (jump !== undefined) attempt.tell?.(`goes through ${jump.host}`)
      const outcome = await gate.pass(hop, () =>
        signal.aborted ? INTERRUPTED : tryOnce({ ...attempt, openWay: () => openWay(target, jump) }, readKnownHosts),
      )
      if (outcome.kind === 'in') {
        return admit(jump === undefined ? outcome : releasing(outcome, jump.release), target)
      }
      jump?.release()
      if (!outcome.retry || tries > retries || signal.aborted) return tries === 1 ? outcome : after(tries, outcome)
      gate.slowDown(hop)
      const pause = FIRST_PAUSE * 2 ** (tries - 1) * (0.5 + random() / 2)
      attempt.tell?.(`tries again after ${Math.round(pause)} ms`)
      await sleep(pause, undefined, { signal }).catch(() => {})
    }
  }
  const jumps = createJumpConnections(logInTo)
  const fetchKeys = async (target: Target, signal: AbortSignal): Promise<readonly ShownKey[] | Failure> => {
    loaded ??= load(keys)
    const { ssh2 } = await loaded
    setMaxListeners(0, signal)
    const jump = target.via.kind === 'jump' ? await jumps.hold(target.via.target, signal, target.host) : undefined
    if (jump?.kind === 'failed') return jump
    const pass = <T>(attempt: () => Promise<T>): Promise<T> => gate.pass(firstHop(target), attempt)
    const fetched = await fetchHostKeys({ ssh2, target, signal, openWay: () => openWay(target, jump), pass })
    jump?.release()
    return fetched
  }
  return {
    fetchKeys,
    open: async (target, signal) => {
      const outcome = await logInTo(target, signal, target.host)
      return outcome.kind === 'in' ? opened(outcome, target, passwords) : unreachable(outcome)
    },
  }
}

/** The jump host is let go when the connection is closed here, or there. */
const releasing = (loggedIn: LoggedIn, release: () => void): LoggedIn => {
  loggedIn.client.once('close', release)
  const close = (): void => {
    loggedIn.close()
    release()
  }
  return { ...loggedIn, close }
}

/** Whose sshd feels how many log in at once. */
const firstHop = (target: Target): string =>
  target.via.kind === 'jump' ? firstHop(target.via.target) : endpoint(target)

const after = (tries: number, failure: Failure): Failure => ({
  ...failure,
  reason: `${failure.reason}, ${tries} times`,
})

const load = async (keys: KeyStore) => {
  const { default: ssh2 } = await import('ssh2')
  quickVerifying(ssh2)
  return { ssh2, credentialsOf: createCredentials(ssh2, keys) }
}

/**
 * known_hosts is looked at anew for each try: another host may have been added meanwhile under the same name. Where names
 * are hashed, which key types are known is found out only when the host shows one that is not: then it is asked again.
 */
const tryOnce = async (
  attempt: Omit<Attempt, 'judge' | 'hostKeyAlgorithms'> & { readonly asked: string },
  readKnownHosts: KnownHostsReader,
): Promise<LoggedIn | Failure> => {
  const { target, asked } = attempt
  let files: readonly KnownHostsFile[]
  try {
    files = readKnownHosts([...target.knownHosts, ...target.globalKnownHosts])
  } catch (error) {
    return { kind: 'failed', reason: `known_hosts cannot be read: ${(error as Error).message}`, retry: false }
  }
  const logInAsking = (types: readonly string[]): Promise<LoggedIn | Failure> =>
    logIn({
      ...attempt,
      hostKeyAlgorithms: preferKnown(types, target.algorithms.hostKeys),
      judge: (shown) => judge(shown, files, target.hostKey, { target, asked }),
    })
  const types = lookUpListed(files, nameOf(target)).keys.map((key) => key.type)
  const outcome = await logInAsking(types)
  const again = outcome.kind === 'failed' ? outcome.askFor : undefined
  return again === undefined || again.every((type) => types.includes(type)) ? outcome : logInAsking(again)
}

const unreachable = ({ reason, hint }: Failure): Opened => ({
  kind: 'unreachable',
  reason,
  ...(hint !== undefined && { hint }),
})

/** A key that nobody knew is written down before anything is done on the host. */
const admit = async (loggedIn: LoggedIn, target: Target): Promise<LoggedIn | Failure> => {
  const problem = loggedIn.newKey === undefined ? undefined : await addKnownHost(target, loggedIn.newKey)
  if (problem === undefined) return loggedIn
  loggedIn.close()
  return { kind: 'failed', retry: false, ...problem }
}

const opened = ({ client, close, wayEnded }: LoggedIn, target: Target, passwords: PasswordGate): Opened => {
  let lost: string | undefined
  client.on('error', (error) => {
    lost ??=
      error.message === 'Keepalive timeout' ? 'the host stopped answering' : `the connection broke: ${error.message}`
  })
  client.on('close', () => {
    lost ??= wayEnded() ?? 'the host closed the connection'
  })
  const line: Line = {
    target,
    passwords,
    start: startOn(client),
    startInTerminal: startInTerminalOn(client),
    lostBecause: () => lost,
  }
  const channels = createChannels()
  const connection: Connection = {
    execute: (call) => channels(() => execute(line, call)),
    close: () => {
      lost ??= 'the connection was closed here'
      close()
    },
  }
  return { kind: 'open', connection }
}
