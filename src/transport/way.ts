import { isIP, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Target } from '../model/connection.ts'
import { endpoint, type Failure } from './failure.ts'
import type { HeldJump } from './jump-connections.ts'
import { startProxyCommand } from './proxy-command.ts'

/** What carries the bytes of one connection. */
export interface Way {
  readonly socket: Duplex
  /** To be called when somebody listens; absent: the way is open already. */
  readonly connect?: () => void
  close(): void
  /** Why a login failed, where it was not the host's doing. May take a moment to find out. */
  explain(failure: Failure): Promise<string | undefined>
  /** Why an open connection ended, where it was not the host's doing. */
  ended(): string | undefined
}

/** Milliseconds after which the next address of a name is tried; Node's 250 is too short for a far host. */
const FAMILY_PATIENCE = 2000
const FAMILIES = { any: 0, inet: 4, inet6: 6 } as const

/** @param jump  an open connection to the last jump host, where the target names one */
export const openWay = (target: Target, jump: HeldJump | undefined): Promise<Way | Failure> | Way | Failure => {
  if (jump !== undefined) return overJump(target, jump)
  if (target.via.kind === 'command') return startProxyCommand(target.via.command)
  const { address: host, port, bindAddress, addressFamily } = target
  // Node heeds the family for names only.
  const family = isIP(host)
  if (family !== 0 && FAMILIES[addressFamily] === 10 - family)
    return {
      kind: 'failed',
      reason: `${host} is no address of the family ${addressFamily}, which AddressFamily asks for`,
      retry: false,
    }
  const socket = new Socket()
  return {
    socket,
    connect: () => {
      socket.setNoDelay(true)
      socket.connect({
        host,
        port,
        family: FAMILIES[addressFamily],
        ...(bindAddress !== undefined && { localAddress: bindAddress }),
        autoSelectFamilyAttemptTimeout: FAMILY_PATIENCE,
      })
    },
    close: () => socket.destroy(),
    explain: async () => undefined,
    ended: () => undefined,
  }
}

const overJump = (target: Target, jump: HeldJump): Promise<Way | Failure> =>
  new Promise((resolve) => {
    const fail = (reason: string, hint?: string): void =>
      resolve({ kind: 'failed', reason, retry: false, ...(hint !== undefined && { hint }) })
    const late = `timed out after ${target.timeout} s: jump host ${jump.host} opens no way to ${endpoint(target)}`
    const timer = setTimeout(() => fail(late), target.timeout * 1000)
    const opened = (error: Error | undefined, socket: Duplex): void => {
      clearTimeout(timer)
      const lost = jump.lostBecause()
      if (error === undefined)
        resolve({
          socket,
          close: () => socket.destroy(),
          explain: async () => jump.lostBecause(),
          ended: jump.lostBecause,
        })
      else if (lost !== undefined) fail(lost)
      else fail(`jump host ${jump.host} does not reach ${endpoint(target)}: ${plain(error)}`, hintOf(error))
    }
    try {
      jump.client.forwardOut('127.0.0.1', 0, target.address, target.port, opened)
    } catch (cause) {
      clearTimeout(timer)
      fail(jump.lostBecause() ?? `jump host ${jump.host}: ${(cause as Error).message}`)
    }
  })

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED of RFC 4254, 5.1; sshd's own text for it is "open failed". */
const isProhibited = (error: Error): boolean => (error as { reason?: unknown }).reason === 1

const plain = (error: Error): string =>
  isProhibited(error)
    ? 'it does not forward there'
    : error.message.replace(/^\(SSH\) Channel open failure: /, '').replace(/\.$/, '')

const hintOf = (error: Error): string | undefined =>
  isProhibited(error) ? 'its sshd must allow it: AllowTcpForwarding, PermitOpen' : undefined
