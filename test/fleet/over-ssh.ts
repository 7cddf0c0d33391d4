import type { CallEnd, Connection, Identity, Opened, Target } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { createTransport } from '../../src/transport/transports.ts'
import type { Sshd } from './sshd.ts'

export const PLAIN: Identity = { become: false, becomeUser: 'root' }
export const BECOME: Identity = { become: true, becomeUser: 'root' }
export const withPassword = (password: string): Identity => ({ ...BECOME, becomePassword: new Secret(password) })

export const signal = new AbortController().signal
export const create = (random = Math.random) => createTransport({ connectLimit: [6, 30], random })
export const open = (target: Target): Promise<Opened> => create().open(target, signal)

export const connect = async (target: Target): Promise<Connection> => {
  const opened = await open(target)
  if (opened.kind !== 'open') throw new Error(`${opened.reason} / ${opened.hint}`)
  return opened.connection
}

export interface Ran {
  readonly end: CallEnd
  readonly out: string
}

export const runOn = async (connection: Connection, script: string, identity = PLAIN): Promise<Ran> => {
  const chunks: Buffer[] = []
  const end = await connection.execute({ identity, script, limit: 60, onOutput: (chunk) => chunks.push(chunk) })
  return { end, out: Buffer.concat(chunks).toString() }
}

/** One script over a connection of its own. */
export const runOnce = async (target: Target, script: string, identity = PLAIN): Promise<Ran> => {
  const connection = await connect(target)
  const result = await runOn(connection, script, identity)
  connection.close()
  return result
}

export const ended = (exitCode: number, stderr = ''): CallEnd => ({ kind: 'ended', exitCode, stderr })

/** The two ways over SSH, which are held to the same. */
export const WAYS = ['ssh', 'openssh'] as const

/** A server whose target is reached so, whatever this machine's own ssh config says. */
export const by = (wants: (typeof WAYS)[number], sshd: Sshd): Sshd => ({
  ...sshd,
  target: { ...sshd.target, wants, sshOptions: ['-F', 'none'] },
})
