import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Call, CallEnd } from '../model/connection.ts'
import { type Becoming, type Refusal, type Start, scriptEaten, startCommand } from './become.ts'
import { type BecomeDialog, createBecomeDialog, type Move } from './become-dialog.ts'
import {
  explainBecome,
  missingTool,
  neverStarted,
  passwordMissing,
  stillWaiting,
  type Wish,
  wrongPassword,
} from './become-words.ts'
import { type Channel, type Line, NoTerminal } from './channel.ts'
import { ranNoScript } from './no-shell.ts'
import type { Pass } from './password-gate.ts'

/** Seconds that sudo or doas may take to ask or to let through; a PAM module that asks a far directory takes a while. */
const BECOME_LIMIT = 30
/** Bytes of stderr kept of one call: enough for any message, never a flood. */
const STDERR_KEPT = 64 * 1024

/**
 * Runs one script on one channel: `refused` as long as no byte of the script was sent, `lost` after that.
 * Never throws for what the host does; what `onOutput` throws comes out of it.
 */
export const execute = (line: Line, call: Call): Promise<CallEnd> =>
  new Promise((resolve, reject) => {
    const { host, user } = line.target
    const nonce = randomBytes(12).toString('hex')
    const start = startCommand(call.identity, user, nonce, Buffer.byteLength(call.script))
    if (start.kind === 'refused') {
      resolve(start)
      return
    }
    const open = start.terminal ? line.startInTerminal : line.start
    if (open === undefined) {
      resolve({ kind: 'refused', ...noTerminal(host) })
      return
    }
    const notOpened = (why: string): void => {
      clearTimeout(limit)
      const lost = line.lostBecause()
      const cause = lost === undefined ? { noChannel: true as const } : { gone: true as const }
      resolve({ kind: 'refused', reason: `no channel on ${host}: ${lost ?? why}`, ...cause })
    }
    const limit = setTimeout(() => notOpened(`no answer within ${call.limit} s`), call.limit * 1000)
    try {
      open(start.command, (channel) => {
        clearTimeout(limit)
        if (channel instanceof NoTerminal) resolve({ kind: 'refused', ...noTerminal(host) })
        else if (channel instanceof Error) notOpened(channel.message)
        else converse({ line, call, channel, start }, resolve, reject)
      })
    } catch (error) {
      notOpened((error as Error).message)
    }
  })

const noTerminal = (host: string): Refusal => ({
  reason: `doas on ${host} takes a password only on a terminal, and this connection gives none`,
  hint: 'let doas.conf there say `nopass`',
})

interface Talk {
  readonly line: Line
  readonly call: Call
  readonly channel: Channel
  readonly start: Exclude<Start, { kind: 'refused' }>
}

/** All handlers are in place when this returns: a host may end the channel in the very packet that opens it. */
const converse = (talk: Talk, resolve: (end: CallEnd) => void, reject: (bug: unknown) => void): void => {
  const { line, call, channel, start } = talk
  const { host, user } = line.target
  /** What the shell says on stderr, without what was said before it was there. */
  let said = (): string => ''
  let sent = false
  const settle = (end: CallEnd): void => {
    clearTimeout(limit)
    channel.close()
    resolve(end)
  }
  /** Of the password that was sent, until it is known what came of it. */
  let pass: Pass | undefined
  const refuse = (refusal: Refusal): void => {
    pass?.settle(refusal.wrongPassword ? 'refused' : 'unknown', host)
    pass = undefined
    settle({ kind: 'refused', ...refusal })
  }
  const output = (chunk: Buffer): void => {
    try {
      if (chunk.length > 0) call.onOutput(chunk)
    } catch (bug) {
      clearTimeout(limit)
      channel.close()
      reject(bug)
    }
  }
  const send = (early: Buffer): void => {
    sent = true
    pass?.settle('accepted', host)
    pass = undefined
    channel.stdout.on('data', output)
    said = keepText(channel.stderr)
    channel.stdin.end(start.becoming ? call.script : `${start.seal.line}\n${call.script}`)
    output(early)
  }
  const limit = setTimeout(() => {
    const reason = `no end after ${call.limit} s`
    if (sent) settle({ kind: 'lost', reason })
    else refuse({ reason })
  }, call.limit * 1000)
  if (start.becoming === undefined) send(NOTHING)
  else {
    const holds = (given: Pass): void => {
      pass = given
    }
    become(talk, start.becoming, { begin: send, refuse, holds })
  }
  channel.onClose((exitCode) => {
    if (!sent) return
    const broken = start.becoming === undefined && said().includes(start.seal.broken)
    settle(broken ? { kind: 'refused', ...scriptEaten(host, user) } : scriptEnd(exitCode, said(), line))
  })
}

const NOTHING = Buffer.alloc(0)

/** Nothing is sent but the password, once, and only when it is asked for. */
const become = (
  { line, call, channel }: Talk,
  { method, marks }: Becoming,
  then: { begin(rest: Buffer): void; refuse(refusal: Refusal): void; holds(pass: Pass): void },
): void => {
  const { host, user } = line.target
  const wish = { method, host, user }
  const dialog = createBecomeDialog(marks)
  const onStdout = (chunk: Buffer): void => act(dialog.onStdout(chunk))
  const onStderr = (chunk: Buffer): void => act(dialog.onStderr(chunk))
  let over = false
  const done = (): void => {
    over = true
    clearTimeout(limit)
    channel.stdout.off('data', onStdout)
    channel.stderr.off('data', onStderr)
  }
  const refuse = (refusal: Refusal): void => {
    done()
    then.refuse(refusal)
  }
  const act = (move: Move): void => {
    if (move.kind === 'begin') {
      done()
      then.begin(move.rest)
    } else if (move.kind === 'asked-again') {
      refuse(wrongPassword(wish))
    } else if (move.kind === 'answer') {
      const password = call.identity.becomePassword
      if (password === undefined) refuse(passwordMissing(wish))
      else void answer(password.reveal())
    }
  }
  const answer = async (password: string): Promise<void> => {
    // While another host tries it, this one's time stands still.
    clearTimeout(limit)
    const entered = await line.passwords.enter(password)
    if ('refusedOn' in entered) {
      if (!over)
        refuse({ reason: `not tried: the become password was refused on ${entered.refusedOn}`, wrongPassword: true })
    } else if (over) entered.settle('unknown', host)
    else {
      then.holds(entered)
      limit = startLimit()
      channel.stdin.write(`${password}\n`)
    }
  }
  const startLimit = (): NodeJS.Timeout =>
    setTimeout(() => {
      const late = dialog.started() ? stillWaiting : neverStarted
      refuse(late(dialog.said(), BECOME_LIMIT, wish))
    }, BECOME_LIMIT * 1000)
  let limit = startLimit()
  channel.stdout.on('data', onStdout)
  channel.stderr.on('data', onStderr)
  channel.onClose((exitCode) => {
    if (!over) refuse(becomeEnd(exitCode, dialog, wish, line))
  })
}

const scriptEnd = (code: number | undefined, stderr: string, line: Line): CallEnd =>
  code === undefined
    ? { kind: 'lost', reason: line.lostBecause() ?? 'the host closed the channel without an exit code' }
    : { kind: 'ended', exitCode: code, stderr }

const becomeEnd = (code: number | undefined, dialog: BecomeDialog, wish: Wish, { lostBecause }: Line): Refusal => {
  if (code === undefined)
    return {
      reason: `${lostBecause() ?? 'the channel was closed'} before ${wish.method} on ${wish.host} let through`,
      ...(lostBecause() === undefined ? {} : { gone: true }),
    }
  if (dialog.started()) return explainBecome(dialog.said(), code, wish)
  return missingTool(dialog.said(), wish) ?? ranNoScript(code, dialog.said())
}

/** The start of what a stream says, as text. */
const keepText = (stream: Readable): (() => string) => {
  const chunks: Buffer[] = []
  let size = 0
  stream.on('data', (chunk: Buffer) => {
    if (size < STDERR_KEPT) chunks.push(chunk)
    size += chunk.length
  })
  return () => Buffer.concat(chunks).toString('utf8', 0, STDERR_KEPT)
}
