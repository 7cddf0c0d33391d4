import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { constants } from 'node:os'
import type { Channel } from './channel.ts'

/** Hands over the channel to a child of this process when it has started, or says why it did not. */
export const whenStarted = (
  child: ChildProcessWithoutNullStreams,
  opened: (channel: Channel | Error) => void,
): void => {
  let started = false
  child.once('spawn', () => {
    started = true
    opened(asChannel(child))
  })
  child.on('error', (cause) => {
    if (!started) opened(cause)
  })
}

const asChannel = (child: ChildProcessWithoutNullStreams): Channel => {
  const { stdin, stdout, stderr } = child
  stdin.on('error', () => {}) // what it means is told by 'close'
  return {
    stdin,
    stdout,
    stderr,
    onClose: (listener) =>
      void child.on('close', (code, signal) => listener(code ?? 128 + (constants.signals[signal ?? 'SIGKILL'] ?? 0))),
    close: () => {
      for (const stream of [stdin, stdout, stderr]) stream.destroy()
      // A run is over when its last host is, whatever a program has left running.
      child.unref()
    },
  }
}
