import { spawn } from 'node:child_process'
import type { Opened, Target } from '../model/connection.ts'
import { execute } from './call.ts'
import type { Line } from './channel.ts'
import { whenStarted } from './child-channel.ts'
import type { PasswordGate } from './password-gate.ts'

/** This machine itself, by children of this process: always there, and asked nothing. */
export const openLocal = (target: Target, passwords: PasswordGate): Opened => {
  let closed: string | undefined
  const line: Line = { target, passwords, start, lostBecause: () => closed }
  return {
    kind: 'open',
    connection: {
      execute: (call) => execute(line, call),
      close: () => {
        closed ??= 'the connection was closed here'
      },
    },
  }
}

/**
 * In a session of its own, as behind sshd: no terminal that sudo could ask, and Ctrl-C reaches ipvs-play alone, which lets
 * a round that was sent come to its end.
 */
const start: Line['start'] = (command, opened) => {
  const env = { ...process.env, SSH_CONNECTION: session(process.env) }
  whenStarted(spawn('/bin/sh', ['-c', command], { detached: true, env }), opened)
}

/**
 * Which address must not be deleted: that of the operator's own session, if there is one. Without one nobody is cut off. sudo
 * takes the variable away, and then nothing is known.
 */
const session = ({ SSH_CONNECTION, SUDO_COMMAND }: NodeJS.ProcessEnv): string =>
  SSH_CONNECTION ?? (SUDO_COMMAND === undefined ? '127.0.0.1 0 127.0.0.1 0' : '')
