import * as v from 'valibot'
import type { ArgumentProblem, Command, Facts, Plan, Reading } from '../model/task-type.ts'
import { type FileReading, file } from '../readings/file.ts'
import { type Guard, succeeds } from './command/guard.ts'
import { splitWords } from './command/words.ts'
import { defineTask } from './define-task.ts'

const listOfWords = v.pipe(
  v.array(v.union([v.string(), v.number()], 'must be a text or a number\nquote it to make it a text')),
  v.minLength(1, 'must not be empty\nname the program to run'),
)
const line = (description: string) => v.optional(v.pipe(v.union([v.string(), listOfWords]), v.description(description)))
const text = (description: string) => v.optional(v.pipe(v.string(), v.description(description)))

const args = v.union([
  v.string(),
  listOfWords,
  v.strictObject({
    cmd: text('The command as one text, split into words as a shell does it. No shell runs: no pipes, no variables.'),
    argv: v.optional(
      v.pipe(listOfWords, v.description('The command as a list of words: nothing in them means anything but itself.')),
    ),
    creates: text('A path that the command makes: nothing is run if it is there.'),
    removes: text('A path that the command takes away: nothing is run if it is not there.'),
    unless: line('A command that only looks, without a shell: nothing is run if it succeeds. Check mode runs it too.'),
    onlyif: line('A command that only looks, without a shell: nothing is run if it fails. Check mode runs it too.'),
    chdir: text('The directory to run it in, and its guards; relative paths start there.'),
    stdin: text('What the command gets on its standard input.'),
  }),
])
type Args = v.InferOutput<typeof args>
type Line = string | readonly (string | number)[]

export default defineTask({
  name: 'command',
  summary: 'Runs a program, unless a guard says that it is done',
  example: `- name: Make the DH parameters once
  command:
    cmd: openssl dhparam -out /etc/nginx/dh.pem 2048
    creates: /etc/nginx/dh.pem

- name: Load the new ruleset if it differs
  command:
    argv: [nft, -f, /etc/nftables.conf]
    unless: /usr/local/bin/rules-are-loaded
`,
  mayBeOpaque: true,
  args,
  check: (wish) => {
    const whole = optionsOf(wish)
    const path = (key: string) => (isOptions(wish) ? [key] : [])
    return [
      ...choice(whole),
      ...(['cmd', 'argv', 'unless', 'onlyif'] as const).flatMap((key) => lineProblems(whole[key], path(key))),
      ...(['creates', 'removes'] as const).flatMap((key) => pathProblems(whole[key], whole.chdir, [key])),
      ...(whole.chdir === undefined || whole.chdir.startsWith('/') ? [] : [notAbsolute(whole.chdir, ['chdir'])]),
    ]
  },
  readings: (wish) => guardsOf(wish).map(({ reading }) => reading as Reading<unknown>),
  plan: (wish, facts) => plan(wish, facts),
})

interface Options {
  readonly cmd?: Line | undefined
  readonly argv?: Line | undefined
  readonly creates?: string | undefined
  readonly removes?: string | undefined
  readonly unless?: Line | undefined
  readonly onlyif?: Line | undefined
  readonly chdir?: string | undefined
  readonly stdin?: string | undefined
}

const isOptions = (wish: Args): wish is Extract<Args, { cmd?: unknown }> =>
  typeof wish === 'object' && !Array.isArray(wish)
const optionsOf = (wish: Args): Options => (isOptions(wish) ? wish : { cmd: wish })

/** The words of a line that `check` has let through. */
const wordsOf = (line: Line): Command => {
  if (typeof line !== 'string') return line.map(String) as unknown as Command
  const split = splitWords(line)
  if (!split.ok) throw new Error(`unchecked command line: ${line}`)
  return split.words
}

const plan = (wish: Args, facts: Facts): Plan => {
  const { cmd, argv, chdir, stdin } = optionsOf(wish)
  const command = wordsOf(argv ?? cmd ?? '')
  const guards = guardsOf(wish)
  const done = guards.map((guard) => guard.done(facts)).find((why) => why !== undefined)
  if (done !== undefined) {
    const empty = { stdout: '', stdout_lines: [], stderr: '', stderr_lines: [] }
    return { kind: 'changes', changes: [], wishes: [], result: { msg: `not run: ${done}`, rc: 0, ...empty } }
  }
  return {
    kind: 'opaque',
    steps: [
      { kind: 'run', command, ...(chdir === undefined ? {} : { chdir }), ...(stdin === undefined ? {} : { stdin }) },
    ],
    because: 'what a command does is known only once it has run',
    ...(guards.length === 0
      ? {}
      : { foretold: [{ what: command.join(' '), from: guards.map(({ pending }) => pending).join(', '), to: 'run' }] }),
  }
}

/** What decides whether the command is run, in the order in which it is told. */
const guardsOf = (wish: Args): readonly Guard<unknown>[] => {
  const { creates, removes, unless, onlyif, chdir } = optionsOf(wish)
  const at = (path: string): string => (path.startsWith('/') ? path : `${chdir?.replace(/\/+$/, '')}/${path}`)
  return [
    ...(creates === undefined ? [] : [existence(at(creates), true)]),
    ...(removes === undefined ? [] : [existence(at(removes), false)]),
    ...(unless === undefined ? [] : [outcome(wordsOf(unless), chdir, true)]),
    ...(onlyif === undefined ? [] : [outcome(wordsOf(onlyif), chdir, false)]),
  ]
}

const existence = (path: string, doneIfThere: boolean): Guard<unknown> => {
  const reading = file(path)
  const told = (there: boolean) => (there ? `${path} is there` : `${path} is not there`)
  return {
    reading: reading as Reading<unknown>,
    pending: told(!doneIfThere),
    done: (facts) =>
      ((facts.of(reading) as FileReading).kind !== 'absent') === doneIfThere ? told(doneIfThere) : undefined,
  }
}

const outcome = (command: Command, chdir: string | undefined, doneIfSucceeds: boolean): Guard<unknown> => {
  const reading = succeeds(command, chdir)
  const told = (success: boolean) => `\`${command.join(' ')}\` ${success ? 'succeeds' : 'fails'}`
  return {
    reading: reading as Reading<unknown>,
    pending: told(!doneIfSucceeds),
    done: (facts) => (facts.of(reading) === doneIfSucceeds ? told(doneIfSucceeds) : undefined),
  }
}

const choice = ({ cmd, argv }: Options): readonly ArgumentProblem[] => {
  if (cmd !== undefined && argv !== undefined)
    return [{ path: ['argv'], summary: '`cmd` and `argv` are both given', hint: 'keep one' }]
  if (cmd !== undefined || argv !== undefined) return []
  return [{ path: [], summary: 'names no command', hint: 'give `cmd` (a text) or `argv` (a list of words)' }]
}

const lineProblems = (line: Line | undefined, path: readonly string[]): readonly ArgumentProblem[] => {
  if (typeof line !== 'string') return []
  const split = splitWords(line)
  return split.ok ? [] : [{ path, ...split.problem }]
}

const notAbsolute = (path: string, at: readonly string[]): ArgumentProblem => ({
  path: at,
  summary: `\`${path}\` is not an absolute path`,
  hint: 'begin it with /',
})

const pathProblems = (
  path: string | undefined,
  chdir: string | undefined,
  at: readonly string[],
): readonly ArgumentProblem[] => {
  if (path === undefined) return []
  if (/[*?[]/.test(path))
    return [
      {
        path: at,
        summary: `\`${path}\` is taken as it is, globs are not expanded`,
        hint: 'name one path, or use `unless`',
      },
    ]
  if (path === '' || (!path.startsWith('/') && chdir === undefined)) return [notAbsolute(path, at)]
  return []
}
