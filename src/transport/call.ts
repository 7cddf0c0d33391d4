import { randomBytes } from 'node:crypto'
import { constants } from 'node:os'
import type { Client, ClientChannel } from 'ssh2'
import type { Call, CallEnd, Target } from '../model/connection.ts'
import { explainSudo, passwordMissing, type Refusal, startLine } from './become.ts'

/** Seconds that sudo may take to ask or to let through; PAM modules that ask a far directory take a while. */
const BECOME_LIMIT = 30
/** stderr kept of one call, in bytes: enough for any message, never a flood. */
const STDERR_KEPT = 64 * 1024

/** What a call needs to know of its connection. */
export interface Line {
  readonly client: Client
  readonly target: Target
  /** Why the connection ended, if it did. */
  lostBecause(): string | undefined
}

/** Runs one script on one channel. Never throws for what the host does. */
export const execute = (line: Line, call: Call): Promise<CallEnd> => {
  const { host, user } = line.target
  const start = startLine(call.identity, user, randomBytes(12).toString('hex'))
  if (start === undefined) {
    return Promise.resolve({
      kind: 'refused',
      reason: `become_user ${JSON.stringify(call.identity.becomeUser)} is no user name`,
    })
  }
  return new Promise((resolve) => {
    const notOpened = (why: string): void =>
      resolve({ kind: 'refused', reason: `no channel on ${host}: ${line.lostBecause() ?? why}` })
    try {
      line.client.exec(start.command, (error, channel) => {
        if (error) notOpened(error.message)
        else converse({ line, call, channel, user, host, handshake: start.handshake }, resolve)
      })
    } catch (error) {
      notOpened(String(error))
    }
  })
}

interface Conversation {
  readonly line: Line
  readonly call: Call
  readonly channel: ClientChannel
  readonly host: string
  readonly user: string
  readonly handshake: { readonly prompt: string; readonly begin: string } | undefined
}

const converse = (talk: Conversation, resolve: (end: CallEnd) => void): void => {
  const { line, call, channel, host, user, handshake } = talk
  let begun = handshake === undefined
  let passwordSent = false
  let stderr = ''
  let before = Buffer.alloc(0)
  let exitCode: number | undefined
  let refusal: Refusal | undefined
  let gaveUp: string | undefined

  const send = (): void => {
    begun = true
    clearTimeout(becoming)
    channel.end(call.script)
  }
  const refuse = (why: Refusal): void => {
    refusal ??= why
    channel.end()
    channel.close()
  }
  const finish = (end: CallEnd): void => {
    clearTimeout(limit)
    clearTimeout(becoming)
    resolve(end)
  }
  const limit = setTimeout(() => {
    gaveUp = `no end after ${call.limit} s`
    channel.close()
  }, call.limit * 1000)
  const becoming = begun
    ? undefined
    : setTimeout(
        () => refuse({ reason: `sudo on ${host} neither asked for a password nor began within ${BECOME_LIMIT} s` }),
        BECOME_LIMIT * 1000,
      )

  channel.on('data', (chunk: Buffer) => {
    if (begun) {
      call.onOutput(chunk)
      return
    }
    if (handshake === undefined || refusal !== undefined) return
    before = Buffer.concat([before, chunk])
    const at = before.indexOf(handshake.begin)
    if (at < 0) {
      before = before.subarray(-handshake.begin.length)
      return
    }
    send()
    const rest = before.subarray(at + handshake.begin.length)
    if (rest.length > 0) call.onOutput(rest)
  })
  channel.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < STDERR_KEPT) stderr += chunk.toString('utf8')
    if (handshake === undefined || begun || refusal !== undefined || !stderr.includes(handshake.prompt)) return
    stderr = stderr.replace(handshake.prompt, '')
    if (passwordSent) {
      refuse({ reason: `wrong become password for ${user} on ${host}`, wrongPassword: true })
      return
    }
    if (call.identity.becomePassword === undefined) {
      refuse(passwordMissing(host))
      return
    }
    passwordSent = true
    channel.write(`${call.identity.becomePassword.reveal()}\n`)
  })
  channel.on('exit', (code: number | null, signal?: string) => {
    exitCode = code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
  })
  channel.on('error', () => {}) // what ended it is told by 'close'
  channel.on('close', () => {
    if (refusal !== undefined) finish({ kind: 'refused', ...refusal })
    else if (!begun && exitCode !== undefined) finish({ kind: 'refused', ...explainSudo(stderr, exitCode, host, user) })
    else if (!begun)
      finish({
        kind: 'refused',
        reason: `${line.lostBecause() ?? 'the channel was closed'} before sudo let ${host} begin`,
      })
    else if (gaveUp !== undefined) finish({ kind: 'lost', reason: gaveUp })
    else if (exitCode === undefined)
      finish({ kind: 'lost', reason: line.lostBecause() ?? 'the host closed the channel without an exit code' })
    else finish({ kind: 'ended', exitCode, stderr })
  })
  if (begun) send()
}
