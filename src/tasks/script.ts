import * as v from 'valibot'
import type { Value } from '../model/document.ts'
import type { ArgumentProblem, Command, Plan } from '../model/task-type.ts'
import { textOf } from '../readings/file.ts'
import { decryptEntry } from './arguments/unsupported.ts'
import { takeOptions } from './command/free-form.ts'
import { pathGuards, type RunOptions, runEntries, runPlan, runProblems } from './command/run.ts'
import { splitWords } from './command/words.ts'
import { defineTask } from './define-task.ts'

const args = v.strictObject({
  src: v.pipe(
    v.string(),
    v.description('The local script, looked up in `files/` beside the playbook, then beside it.'),
  ),
  arguments: v.optional(
    v.pipe(
      v.array(v.union([v.string(), v.number()], 'must be a text or a number\nquote it to make it a text')),
      v.description('What it is given, as a list of words.'),
    ),
    [],
  ),
  cmd: v.pipe(
    v.optional(v.never('is given twice\nkeep `cmd`, or `src` and `arguments`')),
    v.description('The script and its arguments as one text, instead of `src` and `arguments`.'),
  ),
  executable: v.optional(
    v.pipe(v.string(), v.description('The program that runs it. Default: what its first line names, else /bin/sh.')),
  ),
  ...runEntries,
  decrypt: decryptEntry,
})
type Args = v.InferOutput<typeof args>

const isMap = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `a.sh x`, or `cmd: a.sh x`, as `src` and `arguments`. A text that is no words stays. */
const spelled = (input: Value): Value => {
  if (typeof input === 'string') {
    const { text, options } = takeOptions(input)
    return spelled({ ...(options as { [name: string]: string }), cmd: text })
  }
  if (!isMap(input) || typeof input.cmd !== 'string' || input.src !== undefined) return input
  const split = splitWords(input.cmd)
  if (!split.ok) return input
  const { cmd: _, ...rest } = input
  const [src, ...words] = split.words
  return { ...rest, src, arguments: words }
}

export default defineTask({
  name: 'script',
  summary: 'Runs a local script on the host, where no copy of it is left',
  example: `- name: Set the disks up once
  script: set-up-disks.sh --quiet creates=/srv/data

- name: Count what is there
  script: {cmd: count.py /srv, executable: /usr/bin/python3}
  register: count
`,
  localFiles: [{ argument: 'src', folder: 'files' }],
  mayBeOpaque: true,
  spelled,
  args,
  check: (wish) => [
    ...runProblems(wish),
    ...(wish.src === '' ? [{ path: ['src'], summary: 'must not be empty', hint: 'name the script' }] : []),
    ...executableProblems(wish.executable),
  ],
  readings: (wish) => pathGuards(wish).map(({ reading }) => reading),
  plan: (wish, facts, { files }) => {
    const content = files.get(wish.src)
    if (!content) throw new Error(`local file not read: ${wish.src}`)
    const script = textOf(content)
    if (script === undefined) return notText(wish.src)
    const words = wish.arguments.map(String)
    const running = {
      command: throughPipe(interpreter(script, wish.executable), words),
      stdin: script,
      shown: [wish.src.split('/').at(-1) ?? wish.src, ...words].join(' '),
      guards: pathGuards(wish),
    }
    return runPlan(running, wish as RunOptions, facts)
  },
})

/** What the first line names, as the kernel takes it: a program and at most one argument. */
const interpreter = (script: string, executable: Args['executable']): readonly string[] => {
  if (executable !== undefined) return [executable]
  const [, program, argument] = /^#![ \t]*(\S+)[ \t]*(.*?)[ \t\r]*(?:\n|$)/.exec(script) ?? []
  if (program === undefined) return ['/bin/sh']
  return argument === undefined || argument === '' ? [program] : [program, argument]
}

/** The script comes on standard input and is read through a descriptor of its own: no file is ever there. */
const throughPipe = (program: readonly string[], words: readonly string[]): Command => [
  'sh',
  '-c',
  'exec 3<&0 </dev/null; exec "$@"',
  'sh',
  ...program,
  '/proc/self/fd/3',
  ...words,
]

const notText = (src: string): Plan => ({
  kind: 'refuse',
  problem: {
    severity: 'error',
    summary: `${src} is not a text`,
    hint: 'a program is brought with `copy` and run with `command`',
  },
})

const executableProblems = (executable: string | undefined): readonly ArgumentProblem[] =>
  executable === undefined || executable.startsWith('/')
    ? []
    : [{ path: ['executable'], summary: `\`${executable}\` is not an absolute path`, hint: 'begin it with /' }]
