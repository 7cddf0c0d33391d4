import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import type { Target } from '../model/connection.ts'
import { type Failure, INTERRUPTED } from './failure.ts'
import { type KnownKey, lookUp, nameOf } from './known-hosts.ts'
import { createKnownHostsReader } from './known-hosts-files.ts'
import { masterArgs, READY } from './openssh-args.ts'
import { explainOpenssh, timedOutAt } from './openssh-story.ts'
import type { Tell } from './story.ts'

/** Answers what `ssh` asks, or ends the attempt. While it thinks, the login's time stands still. */
export type Answer = (question: string) => Promise<string | Failure>

export interface Starting {
  readonly program: string
  readonly target: Target
  readonly socket: string
  /** What `ssh` asks with, and how its questions begin; absent: it may ask nothing. */
  readonly asking: { readonly askpass: string; readonly mark: string; readonly answer: Answer } | undefined
  /** Is told each line of ssh's own story. */
  readonly tell: Tell | undefined
  readonly signal: AbortSignal
}

/** An `ssh` that has logged in and takes calls at its socket. */
export interface Master {
  readonly kind: 'in'
  /** Called once, when it has ended by itself. */
  onGone(listener: (why: string) => void): void
  end(): void
}

/**
 * Holds ssh by a pipe that only this process has at its other end: when that closes, in whatever way we end, ssh is
 * ended. It is in the background of a shell, whose own output is closed, so that we notice when ssh itself is gone.
 */
const LEASH = `exec 4<&0 # the shell gives what is in the background another stdin
"$@" <&4 3<&- 4<&- &
p=$!
exec </dev/null >/dev/null 2>&1 4<&-
read -r _ <&3
kill "$p"
wait "$p"`

/** Bytes kept of what ssh says on its way. */
const KEPT = 256 * 1024

/** Starts `ssh` and waits until it has logged in. Never throws for what the host does. */
export const startMaster = (starting: Starting): Promise<Master | Failure> =>
  new Promise((resolve) => {
    const { program, target, asking, signal, tell } = starting
    const child = spawnMaster(starting)
    const [, stdout, stderr, leash] = child.stdio as unknown as readonly [Writable, Readable, Readable, Writable]
    let said = ''
    let answered = 0
    let settled = false
    let gone: (why: string) => void = () => {}

    const settle = (outcome: Master | Failure): void => {
      if (settled) return
      settled = true
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      if (outcome.kind !== 'in') leash.destroy()
      resolve(outcome)
    }
    const abort = (): void => settle(INTERRUPTED)
    const begin = (): NodeJS.Timeout => setTimeout(() => settle(timedOutAt(said, target)), target.timeout * 1000)
    let timer = begin()
    signal.addEventListener('abort', abort)

    const reply = async (question: string): Promise<void> => {
      clearTimeout(timer)
      const answer = (await asking?.answer(question)) ?? ''
      if (settled) return
      timer = begin()
      if (typeof answer === 'string') child.stdin?.write(`${answer}\n`)
      else settle(answer)
    }
    for (const stream of child.stdio) stream?.on('error', () => {}) // what it means is told by the end of stderr
    child.on('error', (cause: NodeJS.ErrnoException) => settle(notStarted(program, cause)))
    stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes(READY))
        settle({ kind: 'in', onGone: (listener) => (gone = listener), end: () => leash.destroy() })
    })
    stderr.on('data', (chunk: Buffer) => {
      if (settled) said = ''
      else tell?.(chunk.toString().trim())
      if (said.length < KEPT) said += chunk.toString()
      const questions = asking === undefined ? [] : [...said.matchAll(new RegExp(`^${asking.mark} (.*)\\n`, 'gm'))]
      for (const [, question = ''] of questions.slice(answered)) {
        answered++
        void reply(question)
      }
    })
    stderr.on('end', () => {
      leash.destroy()
      const missing =
        /: (?:not found|No such file or directory)$/m.test(said) && said.includes(program) && !/^debug1/m.test(said)
      settle(missing ? notStarted(program) : explainOpenssh(said, target, knownKeys))
      gone('the host closed the connection')
    })
  })

const spawnMaster = ({ program, target, socket, asking }: Starting): ChildProcess => {
  const { SSH_ASKPASS: _askpass, SSH_ASKPASS_REQUIRE: _require, ...env } = process.env
  // Without a mind of its own: a desktop's dialogue would ask in the middle of a run.
  const ask =
    asking === undefined
      ? { SSH_ASKPASS_REQUIRE: 'never' }
      : { SSH_ASKPASS: asking.askpass, SSH_ASKPASS_REQUIRE: 'force' }
  const argv = [program, ...masterArgs(target, socket, asking !== undefined)]
  return spawn('/bin/sh', ['-c', LEASH, 'sh', ...argv], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    env: { ...env, ...ask },
  })
}

const readKnownHosts = createKnownHostsReader()

const knownKeys = (hop: Target): readonly KnownKey[] => {
  try {
    return lookUp(readKnownHosts([...hop.knownHosts, ...hop.globalKnownHosts]), nameOf(hop)).keys
  } catch {
    return [] // ssh has said that it cannot read one
  }
}

const notStarted = (program: string, cause?: Error): Failure => ({
  kind: 'failed',
  reason: `the system's ssh cannot be started (${program}${cause === undefined ? '' : `: ${cause.message}`})`,
  hint: 'install the OpenSSH client on this machine (package openssh-client)',
  retry: false,
})
