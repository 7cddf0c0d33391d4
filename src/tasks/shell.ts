import * as v from 'valibot'
import type { ArgumentProblem, Command } from '../model/task-type.ts'
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
import { defineTask } from './define-task.ts'

const text = (description: string) => v.optional(v.pipe(v.string(), v.description(description)))

const options = v.strictObject({
  cmd: v.pipe(v.string(), v.description('The lines for the shell.')),
  executable: text('The shell: an absolute path. Default /bin/sh.'),
  unless: text('Shell lines that only look: nothing is run if they succeed. Check mode runs them too.'),
  onlyif: text('Shell lines that only look: nothing is run if they fail. Check mode runs them too.'),
  ...runEntries,
  ...inputEntries,
})
type Options = v.InferOutput<typeof options>
const args = v.union([v.string(), options])

export default defineTask({
  name: 'shell',
  summary: 'Runs lines of a shell, unless a guard says that they are done',
  example: `- name: Keep the ruleset that is loaded
  shell: nft list ruleset >/etc/nftables.conf creates=/etc/nftables.conf

- name: Count the connections
  shell:
    cmd: set -o pipefail; ss -Htn | wc -l
    executable: /bin/bash
  register: connections
`,
  mayBeOpaque: true,
  args,
  check: (wish) => {
    const whole = optionsOf(wish)
    const at = (key: string) => (typeof wish === 'string' ? [] : [key])
    return [
      ...(whole.cmd.trim() === '' ? [{ path: at('cmd'), summary: 'is empty', hint: 'name the command to run' }] : []),
      ...runProblems(whole),
      ...shellProblems(whole.executable, at('executable')),
    ]
  },
  readings: (wish) => guardsOf(optionsOf(wish)).map(({ reading }) => reading),
  plan: (wish, facts) => {
    const whole = optionsOf(wish)
    const running = {
      command: inShell(whole, whole.cmd),
      stdin: standardInput(whole),
      shown: whole.cmd,
      guards: guardsOf(whole),
    }
    return runPlan(running, whole, facts)
  },
})

const optionsOf = (wish: string | Options): Options & RunOptions => {
  if (typeof wish !== 'string') return wish
  const { text: cmd, options: taken } = takeOptions(wish)
  return { ...taken, cmd }
}

const inShell = ({ executable }: Options, lines: string): Command => [executable ?? '/bin/sh', '-c', lines]

const guardsOf = (whole: Options): readonly Guard<unknown>[] => {
  const { unless, onlyif, chdir } = whole
  return [
    ...pathGuards(whole),
    ...(unless === undefined ? [] : [outcome(inShell(whole, unless), chdir, true, unless)]),
    ...(onlyif === undefined ? [] : [outcome(inShell(whole, onlyif), chdir, false, onlyif)]),
  ]
}

const shellProblems = (executable: string | undefined, path: readonly string[]): readonly ArgumentProblem[] =>
  executable === undefined || executable.startsWith('/')
    ? []
    : [{ path, summary: `\`${executable}\` is not an absolute path`, hint: `write it like /bin/${executable}` }]
