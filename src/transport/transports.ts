import type { Opened, Target, Transport } from '../model/connection.ts'
import { createGate } from './gate.ts'
import { createKeyStore, type KeyStore } from './keys.ts'
import { openLocal } from './local.ts'
import { createPasswordGate } from './password-gate.ts'
import { createSsh, type Ssh } from './ssh.ts'
import type { Stories } from './story.ts'

export interface TransportOptions {
  /** Handshakes at once, towards one first hop and in all. */
  readonly connectLimit: readonly [perFirstHop: number, overall: number]
  /** Where passphrases were given before; default: none were. */
  readonly keys?: KeyStore
  /** Further tries after a loss before the login; default 4. */
  readonly retries?: number
  /** For the jitter, from 0 to 1; default Math.random. */
  readonly random?: () => number
  /** The system's OpenSSH client; default `ssh`. */
  readonly program?: string
  /** For -vvv: takes the story of each handshake. */
  readonly stories?: Stories | undefined
  /** Something the operator should know, said once. */
  readonly notice?: (text: string) => void
}

/** Every way to a host, chosen by its target. What must be shared by all hosts of a run is shared by all ways. */
export const createTransport = (options: TransportOptions): Transport & Pick<Ssh, 'fetchKeys'> => {
  const { keys = createKeyStore(), retries = 4, random = Math.random, program = 'ssh', notice, stories } = options
  const passwords = createPasswordGate()
  const logins = createPasswordGate()
  const attempts = { gate: createGate(...options.connectLimit), retries, random }
  const bySsh2 = createSsh({ attempts, passwords, logins, keys, stories })
  let loaded: Promise<(target: Target, signal: AbortSignal) => Promise<Opened>> | undefined
  const byOpenssh = async (target: Target, signal: AbortSignal): Promise<Opened> => {
    loaded ??= import('./openssh.ts').then(({ createOpenssh }) =>
      createOpenssh({ attempts, passwords, logins, keys, program, stories }),
    )
    return (await loaded)(target, signal)
  }
  const said = new Set<string>()
  const tell = (host: string, why: string): void => {
    if (said.has(why)) return
    said.add(why)
    notice?.(`${host} is reached by the system's ssh: ${why}`)
  }
  return {
    fetchKeys: bySsh2.fetchKeys,
    open: async (target, signal) => {
      if (target.wants === 'local') return openLocal(target, passwords)
      if (target.wants === 'openssh') return byOpenssh(target, signal)
      if (target.needsOpenssh !== undefined) {
        tell(target.host, target.needsOpenssh)
        return byOpenssh(target, signal)
      }
      const tried = await bySsh2.open(target, signal)
      if (tried.kind === 'open' || tried.byOpenssh === undefined) return tried
      tell(target.host, tried.byOpenssh)
      return byOpenssh(target, signal)
    },
  }
}
