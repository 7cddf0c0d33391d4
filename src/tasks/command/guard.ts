import type { Command, Facts, Reading } from '../../model/task-type.ts'

/** Decides whether a command is to be run. */
export interface Guard<T> {
  readonly reading: Reading<T>
  /** Why the command will run, as long as `done` says nothing. */
  readonly pending: string
  /** Why there is nothing to do. */
  done(facts: Facts): string | undefined
}

/** Whether a command that only looks ends with 0. One that cannot be started, or does not end in time, does not. */
export const succeeds = (command: Command, chdir?: string): Reading<boolean> => {
  const whole: Command =
    chdir === undefined ? command : ['sh', '-c', 'cd -- "$1" && shift && exec "$@"', 'sh', chdir, ...command]
  const key = `succeeds:${JSON.stringify(whole)}`
  return {
    key,
    source: { key, command: whole },
    parse: ({ exitCode }) => exitCode === 0,
    test: (value) => (value ? [{ kind: 'succeeds', command: whole }] : []),
  }
}
