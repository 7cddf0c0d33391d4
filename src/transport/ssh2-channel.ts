import { constants } from 'node:os'
import type { Client, ClientChannel } from 'ssh2'
import { type Channel, type Line, NoTerminal } from './channel.ts'

/** Starts commands on channels of an ssh2 connection. */
export const startOn =
  (client: Client): Line['start'] =>
  (command, opened) => {
    client.exec(command, (error, channel) => opened(error ?? asChannel(channel)))
  }

/** The same on a terminal. */
export const startInTerminalOn =
  (client: Client): Line['start'] =>
  (command, opened) => {
    client.exec(command, { pty: { term: 'dumb' } }, (error, channel) => {
      const refused = error !== undefined && /pseudo-terminal/.test(error.message)
      opened(refused ? new NoTerminal(error.message) : (error ?? asChannel(channel)))
    })
  }

const asChannel = (channel: ClientChannel): Channel => {
  channel.on('error', () => {}) // what it means is told by 'close'
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    onClose: (listener) =>
      void channel.on('close', (code?: number | null, signal?: string) => listener(exitCode(code, signal))),
    close: () => channel.close(),
  }
}

/** As a shell counts: 128 and the signal's number for a death by signal. Undefined: the host never said. */
const exitCode = (code: number | null | undefined, signal = ''): number | undefined =>
  code === null ? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0) : code
