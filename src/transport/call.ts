import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Call, CallEnd } from '../model/connection.ts'
import { explainSudo, type Marks, passwordMissing, type Refusal, startCommand } from './become.ts'
import type { Channel, Line } from './channel.ts'
import type { Pass } from './password-gate.ts'
import { createSudoDialog, type Move } from './sudo-dialog.ts'

/** Seconds that sudo may take to ask or to let through; a PAM module that asks a far directory takes a while. */
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
    const start = startCommand(call.identity, user, randomBytes(12).toString('hex'))
    if (start.kind === 'refused') {
      resolve(start)
      return
    }
    const notOpened = (why: string): void => {
      clearTimeout(limit)
      const lost = line.lostBecause()
      const gone = lost === undefined ? {} : { gone: true as const }
      resolve({ kind: 'refused', reason: `no channel on ${host}: ${lost ?? why}`, ...gone })
    }
    const limit = setTimeout(() => notOpened(`no answer within ${call.limit} s`), call.limit * 1000)
    try {
      line.start(start.command, (channel) => {
        clearTimeout(limit)
        if (channel instanceof Error) notOpened(channel.message)
        else converse({ line, call, channel, marks: start.marks }, resolve, reject)
      })
    } catch (error) {
      notOpened((error as Error).message)
    }
  })

interface Talk {
  readonly line: Line
  readonly call: Call
  readonly channel: Channel
  /** Absent: the shell is there and waits for its script. */
  readonly marks: Marks | undefined
}

/** All handlers are in place when this returns: a host may end the channel in the very packet that opens it. */
const converse = (talk: Talk, resolve: (end: CallEnd) => void, reject: (bug: unknown) => void): void => {
  const { line, call, channel, marks } = talk
  const said = keepText(channel.stderr)
  let sent = false
  const settle = (end: CallEnd): void => {
    clearTimeout(limit)
    channel.close()
    resolve(end)
  }
  /** Of the password that was sent, until it is known what came of it. */
  let pass: Pass | undefined
  const refuse = (refusal: Refusal): void => {
    pass?.settle(refusal.wrongPassword ? 'refused' : 'unknown', line.target.host)
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
    pass?.settle('accepted', line.target.host)
    pass = undefined
    channel.stdout.on('data', output)
    channel.stdin.end(call.script)
    output(early)
  }
  const limit = setTimeout(() => {
    const reason = `no end after ${call.limit} s`
    if (sent) settle({ kind: 'lost', reason })
    else refuse({ reason })
  }, call.limit * 1000)
  channel.onClose((exitCode) => {
    const text = marks === undefined ? said() : said().replaceAll(marks.prompt, '')
    if (sent) settle(scriptEnd(exitCode, text, line))
    else refuse(sudoEnd(exitCode, text, line))
  })
  if (marks === undefined) send(NOTHING)
  else {
    const holds = (given: Pass): void => {
      pass = given
    }
    passSudo(talk, marks, { begin: send, refuse, holds })
  }
}

const NOTHING = Buffer.alloc(0)

/** Nothing is sent but the password, once, and only when it is asked for. */
const passSudo = (
  { line, call, channel }: Talk,
  marks: Marks,
  then: { begin(rest: Buffer): void; refuse(refusal: Refusal): void; holds(pass: Pass): void },
): void => {
  const { host, user } = line.target
  const dialog = createSudoDialog(marks.prompt, marks.begin)
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
      refuse({ reason: `wrong become password for ${user} on ${host}`, wrongPassword: true })
    } else if (move.kind === 'answer') {
      const password = call.identity.becomePassword
      if (password === undefined) refuse(passwordMissing(host))
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
    setTimeout(
      () => refuse({ reason: `sudo on ${host} neither asked nor let through within ${BECOME_LIMIT} s` }),
      BECOME_LIMIT * 1000,
    )
  let limit = startLimit()
  channel.stdout.on('data', onStdout)
  channel.stderr.on('data', onStderr)
  channel.onClose(done)
}

const scriptEnd = (code: number | undefined, stderr: string, line: Line): CallEnd =>
  code === undefined
    ? { kind: 'lost', reason: line.lostBecause() ?? 'the host closed the channel without an exit code' }
    : { kind: 'ended', exitCode: code, stderr }

const sudoEnd = (code: number | undefined, stderr: string, { target, lostBecause }: Line): Refusal =>
  code === undefined
    ? {
        reason: `${lostBecause() ?? 'the channel was closed'} before sudo on ${target.host} let through`,
        ...(lostBecause() === undefined ? {} : { gone: true }),
      }
    : explainSudo(stderr, code, target)

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
