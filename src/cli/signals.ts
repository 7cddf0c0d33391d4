import type { Halt } from '../engine/engine.ts'
import type { Happening } from '../model/event.ts'

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
const showCursor = '\u001b[?25h'

/**
 * The first signal: no new host, no new round; hosts in flight finish the round they were sent. A second one quits at
 * once; hosts finish their round by themselves. A closed stdout acts as the first. @returns how to stop listening
 */
export const onSignals = (halt: Halt, abort: AbortController, emit: (happening: Happening) => void): (() => void) => {
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
    if (process.stdout.isTTY) process.stdout.write(showCursor)
    process.stderr.write('quit: rounds that were sent go on by themselves; run again to finish\n')
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
