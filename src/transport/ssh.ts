import { setTimeout as sleep } from 'node:timers/promises'
import pLimit, { type LimitFunction } from 'p-limit'
import type { Connection, Opened, Target, Transport } from '../model/connection.ts'
import { execute } from './call.ts'
import { endpoint, type Failure } from './failure.ts'
import { judge } from './host-key.ts'
import { createKeyReader } from './keys.ts'
import { knownHostsName } from './known-hosts.ts'
import { addKnownHost } from './known-hosts-append.ts'
import { createKnownHostsReader } from './known-hosts-files.ts'
import { type Attempt, type LoggedIn, logIn } from './login.ts'

export interface SshOptions {
  /** Handshakes at once, towards one first hop and in all. */
  readonly connectLimit: readonly [perFirstHop: number, overall: number]
  /** Further tries after a loss before the login; default 4. */
  readonly retries?: number
  /** For the jitter; default Math.random. */
  readonly random?: () => number
}

/** The longest pause before the first retry, in milliseconds; it doubles each time. */
const FIRST_PAUSE = 250

/** SSH by ssh2, which is loaded when the first host is opened. What was read of keys and known_hosts is kept for the transport's life. */
export const createSshTransport = (options: SshOptions): Transport => {
  const { retries = 4, random = Math.random } = options
  const admit = createGate(options.connectLimit)
  const knownHosts = createKnownHostsReader()
  let loaded: ReturnType<typeof load> | undefined

  const attemptFor = async (target: Target, signal: AbortSignal): Promise<Attempt> => {
    loaded ??= load()
    const { ssh2, readKey } = await loaded
    const find = () => knownHosts.find(target.knownHosts, knownHostsName(target.address, target.port))
    const anyPort = () => knownHosts.find(target.knownHosts, knownHostsName(target.address, 22))
    const naming = { host: target.host, address: target.address, port: target.port, files: target.knownHosts }
    return {
      ssh2,
      target,
      keys: target.identityFiles.map(readKey),
      agent: target.useAgent ? process.env.SSH_AUTH_SOCK : undefined,
      hostKeyAlgorithms: undefined,
      judge: (shown) => judge(shown, find(), anyPort(), target.hostKey, naming),
      signal,
    }
  }

  const open = async (target: Target, signal: AbortSignal): Promise<Opened> => {
    const attempt = await attemptFor(target, signal)
    for (let tries = 1; ; tries++) {
      const outcome = await admit(endpoint(target), () => (signal.aborted ? INTERRUPTED : logIn(attempt)))
      if (outcome.kind === 'in') return await opened(outcome, target)
      if (!outcome.retry || tries > retries || signal.aborted) return unreachable(outcome, tries)
      const pause = FIRST_PAUSE * 2 ** (tries - 1) * (0.5 + random() / 2)
      await sleep(pause, undefined, { signal }).catch(() => {})
    }
  }
  return { open }
}

const INTERRUPTED: Failure = { kind: 'failed', reason: 'given up: the run was interrupted', retry: false }

const load = async () => {
  const { default: ssh2 } = await import('ssh2')
  return { ssh2, readKey: createKeyReader(ssh2) }
}

const unreachable = ({ reason, hint }: Failure, tries: number): Opened => ({
  kind: 'unreachable',
  reason: tries === 1 ? reason : `${reason}, ${tries} times`,
  ...(hint !== undefined && { hint }),
})

const opened = async ({ client, socket, newKey }: LoggedIn, target: Target): Promise<Opened> => {
  let lost: string | undefined
  client.on('error', (error) => {
    lost ??= error.message === 'Keepalive timeout' ? 'the host stopped answering' : error.message
  })
  client.on('close', () => {
    lost ??= 'the connection was closed'
  })
  const line = { client, target, lostBecause: () => lost }
  const connection: Connection = {
    execute: (call) => execute(line, call),
    close: () => {
      client.end()
      socket.unref()
    },
  }
  if (newKey !== undefined) {
    const problem = await addKnownHost(target, newKey)
    if (problem !== undefined) {
      connection.close()
      return { kind: 'unreachable', ...problem }
    }
  }
  return { kind: 'open', connection }
}

/** Runs a function when the overall limit and that of its first hop leave room; a hop that waits takes no overall place. */
const createGate = ([perHop, overall]: readonly [number, number]) => {
  const all = pLimit(overall)
  const hops = new Map<string, LimitFunction>()
  return <T>(hop: string, run: () => T | Promise<T>): Promise<T> => {
    let limit = hops.get(hop)
    if (limit === undefined) {
      limit = pLimit(perHop)
      hops.set(hop, limit)
    }
    return limit(() => all(run))
  }
}
