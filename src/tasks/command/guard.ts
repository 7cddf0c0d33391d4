import type { Command, Facts, Reading } from '../../model/task-type.ts'
import { type FileReading, file } from '../../readings/file.ts'

/** Decides whether a command is to be run. */
export interface Guard<T> {
  readonly reading: Reading<T>
  /** Why the command will run, as long as `done` says nothing. */
  readonly pending: string
  /** Why there is nothing to do. */
  done(facts: Facts): string | undefined
}

/** Whether a command that only looks ends with 0. One that cannot be started, or does not end in time, does not. */
const succeeds = (command: Command, chdir?: string): Reading<boolean> => {
  const whole: Command =
    chdir === undefined ? command : ['sh', '-c', 'cd -- "$1" && shift && exec "$@"', 'sh', chdir, ...command]
  const key = `succeeds:${JSON.stringify(whole)}`
  return {
    key,
    // Nobody wants what it says, and without an end that would fill the host's memory.
    source: { key, command: ['sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', ...whole] },
    parse: ({ exitCode }) => exitCode === 0,
    test: (value) => (value ? [{ kind: 'succeeds', command: whole }] : []),
  }
}

/** A path, or a glob of which one match is enough. */
export const existence = (path: string, doneIfThere: boolean): Guard<unknown> => {
  const told = (there: boolean) => (there ? `${path} is there` : `${path} is not there`)
  const reading = /[*?[]/.test(path) ? matches(path) : file(path)
  return {
    reading: reading as Reading<unknown>,
    pending: told(!doneIfThere),
    done: (facts) => {
      const found = facts.of(reading as Reading<boolean | FileReading>)
      const there = typeof found === 'boolean' ? found : found.kind !== 'absent'
      return there === doneIfThere ? told(doneIfThere) : undefined
    },
  }
}

const matches = (glob: string): Reading<boolean> =>
  succeeds(['sh', '-c', 'set +f; IFS=; for f in $1; do [ -e "$f" ] || [ -L "$f" ] || exit 1; done', 'sh', glob])

export const outcome = (
  command: Command,
  chdir: string | undefined,
  doneIfSucceeds: boolean,
  shown = command.join(' '),
): Guard<unknown> => {
  const reading = succeeds(command, chdir)
  const told = (success: boolean) => `\`${shown}\` ${success ? 'succeeds' : 'fails'}`
  return {
    reading: reading as Reading<unknown>,
    pending: told(!doneIfSucceeds),
    done: (facts) => (facts.of(reading) === doneIfSucceeds ? told(doneIfSucceeds) : undefined),
  }
}
