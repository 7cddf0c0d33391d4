import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Way } from './way.ts'

/** Milliseconds in which a command that hung up is given the time to say with what it ended. */
const LAST_WORDS = 500
/** The most of its stderr that is kept, from the end. */
const KEPT = 500

/**
 * Runs it as ssh does, by the user's shell, which it replaces. In a process group of its own: Ctrl-C reaches ipvs-play
 * alone, and all that the command started ends with the connection.
 */
export const startProxyCommand = (command: string): Way => {
  const shell = process.env.SHELL || '/bin/sh'
  const child = spawn(shell, ['-c', `exec ${command}`], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let said = ''
  let failure: string | undefined
  child.stderr.on('data', (chunk: Buffer) => {
    said = `${said}${chunk.toString('utf8')}`.slice(-KEPT)
  })
  child.on('error', (error) => {
    failure = `${shell} cannot be started: ${error.message}`
  })
  const closed = once(child, 'close').catch(() => {})
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin })
  const close = (): void => {
    socket.destroy()
    hangUp(child.pid)
  }
  const ended = (): string | undefined => {
    if (failure !== undefined) return `ProxyCommand: ${failure}`
    const { exitCode, signalCode } = child
    if (exitCode === 0 || (exitCode === null && signalCode === null)) return undefined
    const last = said.trim().split('\n').at(-1) ?? ''
    const how = signalCode === null ? `with ${exitCode}` : `by ${signalCode}`
    return `ProxyCommand ended ${how}${last === '' ? '' : `: ${last}`}`
  }
  const explain: Way['explain'] = async ({ retry }) => {
    if (!retry) return undefined
    await Promise.race([closed, sleep(LAST_WORDS, undefined, { ref: false })])
    return ended()
  }
  return { socket, close, explain, ended }
}

const hangUp = (pid: number | undefined): void => {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGHUP')
  } catch {
    // it has ended by itself
  }
}
