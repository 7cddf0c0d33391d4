import { writeSync } from 'node:fs'
import type { Halt } from '../engine/engine.ts'
import type { Happening } from '../model/event.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const showCursor = '\u001b[?25h'

/** Straight to the descriptors: the live list holds back what is written to the streams until it ends. */
const sayLast = (text: string): void => {
  try {
    if (process.stdout.isTTY) writeSync(1, showCursor)
    writeSync(2, text)
  } catch {
    // Whoever would have read it is gone.
  }
}

/**
 * The first signal: no new host, no new round; hosts in flight finish the round they were sent. A second one quits at
 * once; hosts finish their round by themselves. A closed stdout acts as the first.
 * @param beforeQuit  writes, at once, what would be lost with the process
 * @returns how to stop listening
 */
export const onSignals = (
  halt: Halt,
  abort: AbortController,
  emit: (happening: Happening) => void,
  beforeQuit: () => void,
): (() => void) => {
  let told = false
  const interrupt = (signal: string) => {
    if (told) return
    told = true
    halt.request(`interrupted by ${signal}`, 'signal')
    emit({ type: 'interrupted', signal })
    abort.abort()
  }
  const onSignal = (signal: NodeJS.Signals) => {
    if (!told) return interrupt(signal)
    beforeQuit()
    sayLast('\nquit: rounds that were sent go on by themselves; run again to finish\n')
    process.exit(130)
  }
  const onClosed = (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EPIPE') throw cause
    interrupt('a closed stdout')
  }
  for (const signal of signals) process.on(signal, onSignal)
  process.stdout.on('error', onClosed)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}
