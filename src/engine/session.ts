import { randomBytes } from 'node:crypto'
import pLimit from 'p-limit'
import type { CallEnd, Connection, Identity, Opened } from '../model/connection.ts'
import type { CommandResult, Source } from '../model/task-type.ts'
import { createFrameReader, type Frame } from '../remote/frames.ts'
import { readScript } from '../remote/read-script.ts'
import { pickUpScript } from '../remote/write-script.ts'
import { ranNoScript } from '../transport/no-shell.ts'

/** Why a host can go no further. `failed`: it is there, but no script could run on it. */
export type Ended =
  | { readonly kind: 'lost'; readonly reason: string; readonly hint?: string; readonly unsent?: true } // unsent: nothing ran
  | { readonly kind: 'failed'; readonly reason: string; readonly hint?: string; readonly wrongPassword?: true }

/** One host over its one connection; reconnects once in its life after a loss. */
export interface Session {
  /** Every source's result, in order; several identities are several calls. */
  read(identity: Identity, sources: readonly Source[]): Promise<readonly CommandResult[] | Ended>
  /** Sends a write script; frames come as they are received. After a loss the journal on the host is picked up. */
  write(call: WriteCall): Promise<Ended | undefined>
  close(): void
}

export interface WriteCall {
  readonly identity: Identity
  readonly nonce: string
  readonly script: string
  readonly run: string
  /** Seconds that the host's own limits add up to. */
  readonly limit: number
  onFrame(frame: Frame): void
}

export const newNonce = (): string => randomBytes(9).toString('hex')

/** Seconds a reading may take on the host. */
const readingLimit = 10
/** The controller waits this much longer than the host's own limits. */
const grace = 20

const createSession = (first: Connection, reopen: () => Promise<Opened>): Session => {
  let connection = first
  let reopened = false

  /** A new connection in place of the lost one, the first time. */
  const reconnect = async (): Promise<boolean> => {
    if (reopened) return false
    reopened = true
    connection.close()
    const opened = await reopen()
    if (opened.kind === 'unreachable') return false
    connection = opened.connection
    return true
  }

  const readOnce = async (identity: Identity, sources: readonly Source[]) => {
    const nonce = newNonce()
    const results: CommandResult[] = []
    let done = false
    const frames = createFrameReader(nonce, (frame) => {
      if (frame.kind === 'read') results[frame.index] = frame.result
      if (frame.kind === 'done') done = true
    })
    const end = await connection.execute({
      identity,
      script: readScript({ nonce, asks: sources.map(({ command }) => ({ command })), limit: readingLimit }),
      onOutput: frames.push,
      limit: sources.length * readingLimit + grace,
    })
    frames.end()
    return { end, results, done }
  }

  const writeOnce: Session['write'] = async ({ identity, nonce, script, run, limit, onFrame }) => {
    let over = false
    let heard = false
    const receive = (frame: Frame) => {
      heard = true
      if (frame.kind === 'done' || frame.kind === 'locked' || (frame.kind === 'end' && frame.end.kind !== 'done'))
        over = true
      onFrame(frame)
    }
    const frames = createFrameReader(nonce, receive)
    const send = () => connection.execute({ identity, script, onOutput: frames.push, limit: limit + grace })
    let end = await send()
    // A connection that died while the host waited for its batch: nothing was sent, so it is sent over a new one.
    if (isGone(end) && (await reconnect())) end = await send()
    frames.end()
    if (over) return undefined
    if (end.kind !== 'lost')
      return heard && end.kind === 'ended'
        ? { kind: 'lost', reason: 'the script on the host ended early' }
        : stopped(end)
    if (!(await reconnect())) return stopped(end)
    const journal = createFrameReader(nonce, receive)
    await connection.execute({
      identity,
      script: pickUpScript({ nonce, run, wait: limit }),
      onOutput: journal.push,
      limit: limit + grace,
    })
    journal.end()
    return over ? undefined : stopped(end)
  }

  const oneByOne = pLimit(1)
  return {
    read: async (identity, sources) => {
      let { end, results, done } = await readOnce(identity, sources)
      if (!done && (end.kind === 'lost' || isGone(end)) && (await reconnect()))
        ({ end, results, done } = await readOnce(identity, sources))
      return done ? results : stopped(end)
    },
    // Tasks of other hosts may be delegated here: the host's lock would make them wait, and tell of another run.
    write: (call) => oneByOne(() => writeOnce(call)),
    close: () => connection.close(),
  }
}

const isGone = (end: CallEnd): boolean => end.kind === 'refused' && end.gone === true

/** A call that did not run its script to the end, as the reason why the host stops here. */
const stopped = (end: CallEnd): Ended => {
  if (end.kind === 'lost') return { kind: 'lost', reason: end.reason }
  if (end.kind === 'refused' && end.gone) return { kind: 'lost', reason: end.reason, unsent: true }
  if (end.kind === 'refused') {
    const { reason, hint, wrongPassword } = end
    return {
      kind: 'failed',
      reason,
      ...(hint === undefined ? {} : { hint }),
      ...(wrongPassword ? { wrongPassword } : {}),
    }
  }
  return { kind: 'failed', ...ranNoScript(end.exitCode, end.stderr) }
}

/** The run's sessions: one a host, opened when first asked for. */
export interface Sessions {
  open(host: string): Promise<Session | Extract<Opened, { kind: 'unreachable' }>>
  /** The next one who asks for this host tries anew. */
  forget(host: string): void
  close(): void
}

/** `again`: to pick up what was lost; also after an interruption, which lets no new host be reached. */
export type Connect = (host: string, time: 'first' | 'again') => Promise<Opened>

export const createSessions = (connect: Connect): Sessions => {
  const opened = new Map<string, ReturnType<Sessions['open']>>()
  const live: Session[] = []
  return {
    open: (host) => {
      const known = opened.get(host)
      if (known !== undefined) return known
      const opening = connect(host, 'first').then((result) => {
        if (result.kind === 'unreachable') return result
        const session = createSession(result.connection, () => connect(host, 'again'))
        live.push(session)
        return session
      })
      opened.set(host, opening)
      return opening
    },
    forget: (host) => void opened.delete(host),
    close: () => {
      for (const session of live) session.close()
    },
  }
}
