import { setMaxListeners } from 'node:events'
import type { Connection, Opened, Target } from '../model/connection.ts'
import { keyTypeOf, preferKnown } from './algorithms.ts'
import { type Attempts, firstHop, persevere, unreachable } from './attempts.ts'
import { execute } from './call.ts'
import type { Line } from './channel.ts'
import { createChannels } from './channels.ts'
import { createCredentials } from './credentials.ts'
import type { Failure } from './failure.ts'
import { fetchHostKeys } from './fetch-host-keys.ts'
import { judge, type ShownKey } from './host-key.ts'
import { createJumpConnections, type LogInTo } from './jump-connections.ts'
import type { KeyStore } from './keys.ts'
import { type KnownHostsFile, lookUp, lookUpListed, nameOf, usableTypes } from './known-hosts.ts'
import { addKnownHost } from './known-hosts-append.ts'
import { createKnownHostsReader, type KnownHostsReader } from './known-hosts-files.ts'
import { type Attempt, type LoggedIn, logIn } from './login.ts'
import type { PasswordGate } from './password-gate.ts'
import { startInTerminalOn, startOn } from './ssh2-channel.ts'
import { quickVerifying } from './ssh2-private.ts'
import { type Stories, tellOfHop } from './story.ts'
import { openWay } from './way.ts'

export interface SshOptions {
  readonly attempts: Attempts
  /** For become: what came of a password, shared by all hosts of the run. */
  readonly passwords: PasswordGate
  /** The same for passwords of logins. */
  readonly logins: PasswordGate
  readonly keys: KeyStore
  readonly stories?: Stories | undefined
}

/** `byOpenssh`: why the system's ssh may get in where ssh2 did not. */
export type Tried = Opened & { readonly byOpenssh?: string }

export interface Ssh {
  open(target: Target, signal: AbortSignal): Promise<Tried>
  /** The keys that a host shows; nobody logs in there, only on jump hosts on the way. */
  fetchKeys(target: Target, signal: AbortSignal): Promise<readonly ShownKey[] | Failure>
}

/**
 * SSH by ssh2, which is loaded when the first host is opened. What was read of keys and known_hosts is kept for the
 * transport's life. A place at the gate is held from the TCP connect until the login is through.
 */
export const createSsh = ({ attempts, passwords, logins, keys, stories }: SshOptions): Ssh => {
  const readKnownHosts = createKnownHostsReader()
  let loaded: ReturnType<typeof load> | undefined

  const logInTo: LogInTo = async (target, signal, asked) => {
    loaded ??= load(keys)
    const { ssh2, credentialsOf } = await loaded
    setMaxListeners(0, signal)
    const credentials = await credentialsOf(target)
    const [certificate] = credentials.certificates
    if (certificate !== undefined) return onlyBy(`the certificate ${certificate}`)
    const tell = tellOfHop(stories, asked, target.host)
    const attempt = { ssh2, target, asked, credentials, logins, signal, tell }
    return persevere<LoggedIn>(attempts, { target, signal, tell }, async (pass) => {
      const jump = target.via.kind === 'jump' ? await jumps.hold(target.via.target, signal, asked) : undefined
      if (jump?.kind === 'failed') return { ...jump, retry: false }
      if (jump !== undefined) tell?.(`goes through ${jump.host}`)
      const way = () => openWay(target, jump)
      const outcome = await pass(() => tryOnce({ ...attempt, openWay: way }, readKnownHosts))
      if (outcome.kind === 'in') return admit(jump === undefined ? outcome : releasing(outcome, jump.release), target)
      jump?.release()
      return outcome
    })
  }
  const jumps = createJumpConnections(logInTo)
  const fetchKeys = async (target: Target, signal: AbortSignal): Promise<readonly ShownKey[] | Failure> => {
    loaded ??= load(keys)
    const { ssh2 } = await loaded
    setMaxListeners(0, signal)
    const jump = target.via.kind === 'jump' ? await jumps.hold(target.via.target, signal, target.host) : undefined
    if (jump?.kind === 'failed') return jump
    const pass = <T>(attempt: () => Promise<T>): Promise<T> => attempts.gate.pass(firstHop(target), attempt)
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

const onlyBy = (byOpenssh: string): Failure => ({
  kind: 'failed',
  reason: `ssh2 cannot use ${byOpenssh}`,
  retry: false,
  byOpenssh,
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
  const types = typesToAskFor(files, target)
  const outcome = await logInAsking(types)
  const again = outcome.kind === 'failed' ? outcome.askFor : undefined
  return again === undefined || again.every((type) => types.includes(type)) ? outcome : logInAsking(again)
}

/**
 * Hashed names cost an HMAC each: they are gone through only where they could change the order, for what is listed openly has
 * no key of the best type.
 */
const typesToAskFor = (files: readonly KnownHostsFile[], target: Target): readonly string[] => {
  const name = nameOf(target)
  const [best = ''] = preferKnown([], target.algorithms.hostKeys)
  const listed = usableTypes(lookUpListed(files, name))
  const settled =
    listed.length === 0 || listed.includes(keyTypeOf(best)) || files.every(({ hashed }) => hashed.length === 0)
  return settled ? listed : usableTypes(lookUp(files, name))
}

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
