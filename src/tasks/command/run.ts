import * as v from 'valibot'
import type { ArgumentProblem, Command, Facts, Plan } from '../../model/task-type.ts'
import { existence, type Guard } from './guard.ts'

const text = (description: string) => v.optional(v.pipe(v.string(), v.description(description)))
const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)))

/** Arguments that everything which runs a command has. */
export const runEntries = {
  creates: text('A path that the command makes: nothing is run if it is there. In a glob one match is enough.'),
  removes: text('A path that the command takes away: nothing is run if it is not there.'),
  chdir: text('The directory to run it in, and its guards; relative paths start there.'),
}

/** Arguments of a command that has standard input. */
export const inputEntries = {
  stdin: text('What the command gets on its standard input.'),
  stdin_add_newline: flag('End `stdin` with a newline where it has none. Default true.'),
  strip_empty_ends: flag('Take empty lines at the end out of the registered output. Default true.'),
}

export interface RunOptions {
  readonly creates?: string | undefined
  readonly removes?: string | undefined
  readonly chdir?: string | undefined
  readonly stdin?: string | undefined
  readonly stdin_add_newline?: boolean | undefined
  readonly strip_empty_ends?: boolean | undefined
}

/** What is given to the shell of a script or the command itself. */
export const standardInput = ({ stdin, stdin_add_newline }: RunOptions): string | undefined =>
  stdin === undefined || stdin_add_newline === false || stdin.endsWith('\n') ? stdin : `${stdin}\n`

/** `creates` and `removes`, in the order in which they are told. */
export const pathGuards = ({ creates, removes, chdir }: RunOptions): readonly Guard<unknown>[] => {
  const at = (path: string): string => (path.startsWith('/') ? path : `${chdir?.replace(/\/+$/, '')}/${path}`)
  return [
    ...(creates === undefined ? [] : [existence(at(creates), true)]),
    ...(removes === undefined ? [] : [existence(at(removes), false)]),
  ]
}

interface Running {
  readonly command: Command
  readonly stdin: string | undefined
  /** How a person knows the command. */
  readonly shown: string
  readonly guards: readonly Guard<unknown>[]
}

/** Runs the command unless a guard says that it is done. */
export const runPlan = ({ command, stdin, shown, guards }: Running, options: RunOptions, facts: Facts): Plan => {
  const done = guards.map((guard) => guard.done(facts)).find((why) => why !== undefined)
  if (done !== undefined) {
    const empty = { stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] }
    return { kind: 'changes', changes: [], wishes: [], result: { msg: `not run: ${done}`, rc: 0, ...empty } }
  }
  const { chdir } = options
  return {
    kind: 'opaque',
    steps: [
      { kind: 'run', command, ...(chdir === undefined ? {} : { chdir }), ...(stdin === undefined ? {} : { stdin }) },
    ],
    because: 'what a command does is known only once it has run',
    ...(options.strip_empty_ends === false ? { keepsEnds: true } : {}),
    ...(guards.length === 0
      ? {}
      : { foretold: [{ what: shown, from: guards.map(({ pending }) => pending).join(', '), to: 'run' }] }),
  }
}

const notAbsolute = (path: string, at: readonly string[]): ArgumentProblem => ({
  path: at,
  summary: `\`${path}\` is not an absolute path`,
  hint: 'begin it with /',
})

const pathProblems = (path: string | undefined, chdir: string | undefined, at: string): readonly ArgumentProblem[] =>
  path === undefined || path.startsWith('/') || (path !== '' && chdir !== undefined) ? [] : [notAbsolute(path, [at])]

/** Paths that could lead anywhere. */
export const runProblems = ({ creates, removes, chdir }: RunOptions): readonly ArgumentProblem[] => [
  ...pathProblems(creates, chdir, 'creates'),
  ...pathProblems(removes, chdir, 'removes'),
  ...(chdir === undefined || chdir.startsWith('/') ? [] : [notAbsolute(chdir, ['chdir'])]),
]
