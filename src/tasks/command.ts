import * as v from 'valibot'
import type { ArgumentProblem, Command, Reading } from '../model/task-type.ts'
import { unsupported } from './arguments/unsupported.ts'
import { takeOptions } from './command/free-form.ts'
import { type Guard, outcome } from './command/guard.ts'
import {
  inputEntries,
  pathGuards,
  type RunOptions,
  runEntries,
  runPlan,
  runProblems,
  standardInput,
} from './command/run.ts'
import { splitWords } from './command/words.ts'
import { defineTask } from './define-task.ts'

const listOfWords = v.pipe(
  v.array(v.union([v.string(), v.number()], 'must be a text or a number\nquote it to make it a text')),
  v.minLength(1, 'must not be empty\nname the program to run'),
)
const line = (description: string) => v.optional(v.pipe(v.union([v.string(), listOfWords]), v.description(description)))

const args = v.union([
  v.string(),
  listOfWords,
  v.strictObject({
    cmd: v.optional(
      v.pipe(
        v.string(),
        v.description(
          'The command as one text, split into words as a shell does it. No shell runs: no pipes, no variables.',
        ),
      ),
    ),
    argv: v.optional(
      v.pipe(listOfWords, v.description('The command as a list of words: nothing in them means anything but itself.')),
    ),
    unless: line('A command that only looks, without a shell: nothing is run if it succeeds. Check mode runs it too.'),
    onlyif: line('A command that only looks, without a shell: nothing is run if it fails. Check mode runs it too.'),
    ...runEntries,
    ...inputEntries,
    expand_argument_vars: unsupported('nothing is expanded; use `shell`'),
  }),
])
type Args = v.InferOutput<typeof args>
type Line = string | readonly (string | number)[]

export default defineTask({
  name: 'command',
  summary: 'Runs a program, unless a guard says that it is done',
  example: `- name: Make the DH parameters once
  command: openssl dhparam -out dh.pem 2048 chdir=/etc/nginx creates=dh.pem

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
      ...runProblems(whole),
      ...(whole.executable === undefined ? [] : [noShell]),
    ]
  },
  readings: (wish) => guardsOf(optionsOf(wish)).map(({ reading }) => reading as Reading<unknown>),
  plan: (wish, facts) => {
    const options = optionsOf(wish)
    const command = wordsOf(options.argv ?? options.cmd ?? '')
    const running = { command, stdin: standardInput(options), shown: command.join(' '), guards: guardsOf(options) }
    return runPlan(running, options, facts)
  },
})

interface Options extends RunOptions {
  readonly cmd?: Line | undefined
  readonly argv?: Line | undefined
  readonly unless?: Line | undefined
  readonly onlyif?: Line | undefined
  readonly executable?: string
}

const isOptions = (wish: Args): wish is Extract<Args, { cmd?: unknown }> =>
  typeof wish === 'object' && !Array.isArray(wish)

const optionsOf = (wish: Args): Options => {
  if (isOptions(wish)) return wish
  if (typeof wish !== 'string') return { cmd: wish }
  const { text, options } = takeOptions(wish)
  return { ...options, cmd: text }
}

/** The words of a line that `check` has let through. */
const wordsOf = (line: Line): Command => {
  if (typeof line !== 'string') return line.map(String) as unknown as Command
  const split = splitWords(line)
  if (!split.ok) throw new Error(`unchecked command line: ${line}`)
  return split.words
}

/** What decides whether the command is run, in the order in which it is told. */
const guardsOf = (options: Options): readonly Guard<unknown>[] => {
  const { unless, onlyif, chdir } = options
  return [
    ...pathGuards(options),
    ...(unless === undefined ? [] : [outcome(wordsOf(unless), chdir, true)]),
    ...(onlyif === undefined ? [] : [outcome(wordsOf(onlyif), chdir, false)]),
  ]
}

const noShell: ArgumentProblem = {
  path: [],
  summary: '`executable` names a shell, and command runs none',
  hint: 'use `shell`',
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
