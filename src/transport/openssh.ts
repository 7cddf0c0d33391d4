import { randomBytes } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import type { Opened, Target } from '../model/connection.ts'
import { type Attempts, persevere, unreachable } from './attempts.ts'
import { execute } from './call.ts'
import type { Line } from './channel.ts'
import { createChannels } from './channels.ts'
import type { Failure } from './failure.ts'
import type { KeyStore } from './keys.ts'
import { createAnswers } from './openssh-answers.ts'
import { startOver } from './openssh-calls.ts'
import { createFolder, type Folder } from './openssh-folder.ts'
import { type Master, startMaster } from './openssh-master.ts'
import type { PasswordGate } from './password-gate.ts'
import type { Stories, Tell } from './story.ts'

export interface OpensshOptions {
  readonly attempts: Attempts
  readonly passwords: PasswordGate
  readonly logins: PasswordGate
  readonly keys: KeyStore
  readonly stories: Stories | undefined
  /** The system's client. */
  readonly program: string
}

/**
 * SSH by the system's OpenSSH client, for what ssh2 cannot do: one master per host, and an `ssh` over it per call. The user's
 * configuration counts as it does for ssh itself.
 */
export const createOpenssh = (options: OpensshOptions): ((target: Target, signal: AbortSignal) => Promise<Opened>) => {
  const mark = `ipvs-play-asks-${randomBytes(12).toString('hex')}`
  let folder: Folder | undefined
  let users = 0
  const left = (): void => {
    if (--users > 0) return
    folder?.remove()
    folder = undefined
  }
  return async (target, signal) => {
    setMaxListeners(0, signal)
    try {
      folder ??= createFolder(mark)
    } catch (cause) {
      return { kind: 'unreachable', reason: (cause as Error).message }
    }
    users++
    const { askpass } = folder
    const socket = folder.socket()
    const tell = options.stories?.(target.host)
    const outcome = await persevere<Master>(options.attempts, { target, signal, tell }, (pass) =>
      pass(() => logIn({ ...options, target, socket, askpass, mark, signal, tell })),
    )
    if (outcome.kind === 'in')
      return { kind: 'open', connection: connectionOver({ master: outcome, target, socket, left }, options) }
    left()
    return unreachable(outcome)
  }
}

interface LoggingIn extends OpensshOptions {
  readonly target: Target
  readonly socket: string
  readonly askpass: string
  readonly mark: string
  readonly tell: Tell | undefined
  readonly signal: AbortSignal
}

/** Behind a jump host an `ssh` of its own asks for that one's password, and must not be given this one's. */
const logIn = async (login: LoggingIn): Promise<Master | Failure> => {
  const { target, keys, logins, askpass, mark, ...rest } = login
  const mayAsk = target.via.kind === 'direct'
  const canAnswer =
    target.password !== undefined || target.identityFiles.some((file) => keys.passphraseOf(file) !== undefined)
  if (target.password !== undefined && !mayAsk)
    return {
      kind: 'failed',
      reason: PASSWORD_BEHIND_JUMP,
      hint: 'log in with a key or a certificate there',
      retry: false,
    }
  const answers = createAnswers(target, keys, logins)
  const asking = mayAsk && canAnswer ? { askpass, mark, answer: answers.answer } : undefined
  return answers.settle(await startMaster({ ...rest, target, asking }))
}

const PASSWORD_BEHIND_JUMP = 'a password cannot be given to a host behind a jump host by the system’s ssh'

interface Held {
  readonly master: Master
  readonly target: Target
  readonly socket: string
  /** Nobody uses the socket any more. */
  left(): void
}

const connectionOver = (
  { master, target, socket, left }: Held,
  { program, passwords }: OpensshOptions,
): Extract<Opened, { kind: 'open' }>['connection'] => {
  let lost: string | undefined
  master.onGone((why) => {
    lost ??= why
  })
  const line: Line = {
    target,
    passwords,
    start: startOver(program, socket, false),
    startInTerminal: startOver(program, socket, true),
    lostBecause: () => lost,
  }
  const channels = createChannels()
  let isOpen = true
  return {
    execute: (call) => channels(() => execute(line, call)),
    close: () => {
      lost ??= 'the connection was closed here'
      master.end()
      if (isOpen) left()
      isOpen = false
    },
  }
}
