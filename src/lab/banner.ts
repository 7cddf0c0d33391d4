import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { LabProblem } from './run-command.ts'

const patience = 20_000
const pause = 25

/** Resolves when 127.0.0.1:PORT greets as an SSH server does; throws a LabProblem when it has not within 20 s. */
export const awaitBanner = async (port: number, host: string, signal: AbortSignal): Promise<void> => {
  const deadline = Date.now() + patience
  while (!(await greets(port))) {
    if (signal.aborted) throw new LabProblem('interrupted')
    if (Date.now() > deadline) throw new LabProblem(`host ${host} is up, but its SSH server does not answer`)
    await delay(pause)
  }
}

const greets = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 5000 })
    const done = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (greeting) => done(greeting.toString('latin1').startsWith('SSH-')))
    socket.once('error', () => done(false))
    socket.once('timeout', () => done(false))
    socket.once('close', () => done(false))
  })
