/** Ctrl-C reaches no further host; who is not there yet is told as interrupted. */
export const interruptible = (): { readonly abort: AbortController; stopListening(): void } => {
  const abort = new AbortController()
  const onSignal = (): void => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, onSignal)
  return {
    abort,
    stopListening: () => {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}
