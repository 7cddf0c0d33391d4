import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Facts } from '../../src/model/task-type.ts'
import type { FileReading } from '../../src/readings/file.ts'
import { splitWords } from '../../src/tasks/command/words.ts'
import command from '../../src/tasks/command.ts'

const factsOf = (known: { readonly [key: string]: unknown } = {}): Facts => ({
  of: <T>({ key }: { key: string }) => {
    if (!(key in known)) throw new Error(`not read: ${key}`)
    return known[key] as T
  },
})
const setting = { host: 'h', groups: [], lasting: [], files: new Map() }
const planned = (input: Value, known: { readonly [key: string]: unknown } = {}) => {
  const parsed = command.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return command.plan(parsed.args, factsOf(known), setting)
}
const absent: FileReading = { kind: 'absent' }
const there: FileReading = { kind: 'other', what: 'directory' }
const succeeds = (...words: string[]) => `succeeds:${JSON.stringify(words)}`

test.each<[Value, string[]]>([
  ['nginx -t', ['nginx', '-t']],
  [
    ['printf', '%s\n', 'a | b', 5],
    ['printf', '%s\n', 'a | b', '5'],
  ],
  [{ cmd: "sh -c 'a | b'" }, ['sh', '-c', 'a | b']],
  [{ argv: ['ls', '*'] }, ['ls', '*']],
])('%j runs %j, and is not foretold', (input, words) => {
  const made = planned(input)
  expect(made).toEqual({ kind: 'opaque', steps: [{ kind: 'run', command: words }], because: expect.any(String) })
})

test.each<[Value, object]>([
  [
    { cmd: 'cat', chdir: '/srv', stdin: 'a\n' },
    { command: ['cat'], chdir: '/srv', stdin: 'a\n' },
  ],
  [
    { cmd: 'cat', stdin: 'a' },
    { command: ['cat'], stdin: 'a\n' },
  ],
  [
    { cmd: 'cat', stdin: 'a', stdin_add_newline: false },
    { command: ['cat'], stdin: 'a' },
  ],
  [`cat -n chdir=/srv stdin='a b'`, { command: ['cat', '-n'], chdir: '/srv', stdin: 'a b\n' }],
])('%j: directory and standard input go along', (input, step) => {
  expect(planned(input)).toMatchObject({ steps: [{ kind: 'run', ...step }] })
})

test('lines at the end of the output are kept where that is asked for', () => {
  expect(planned({ cmd: 'x', strip_empty_ends: false })).toMatchObject({ keepsEnds: true })
  expect(planned({ cmd: 'x', strip_empty_ends: true })).not.toHaveProperty('keepsEnds')
})

test('one match of a glob is enough', () => {
  const look = ['sh', '-c', 'set +f; IFS=; for f in $1; do [ -e "$f" ] || [ -L "$f" ] || exit 1; done', 'sh', '/a/*.b']
  const key = `succeeds:${JSON.stringify(look)}`
  expect(planned({ cmd: 'x', creates: '/a/*.b' }, { [key]: true })).toMatchObject({
    result: { msg: 'not run: /a/*.b is there' },
  })
  expect(planned({ cmd: 'x', creates: '*.b', chdir: '/a' }, { [key]: false }).kind).toBe('opaque')
})

const guards: readonly { input: Value; known: { readonly [key: string]: unknown }; done?: string; pending?: string }[] =
  [
    { input: { cmd: 'x', creates: '/a' }, known: { 'file:/a': there }, done: '/a is there' },
    { input: { cmd: 'x', creates: '/a' }, known: { 'file:/a': { kind: 'unreadable' } }, done: '/a is there' },
    { input: { cmd: 'x', creates: '/a' }, known: { 'file:/a': absent }, pending: '/a is not there' },
    { input: 'x creates=/a', known: { 'file:/a': there }, done: '/a is there' },
    { input: 'removes=/a x', known: { 'file:/a': absent }, done: '/a is not there' },
    { input: { cmd: 'x', removes: '/a' }, known: { 'file:/a': absent }, done: '/a is not there' },
    { input: { cmd: 'x', removes: '/a' }, known: { 'file:/a': there }, pending: '/a is there' },
    { input: { cmd: 'x', creates: 'b', chdir: '/a/' }, known: { 'file:/a/b': there }, done: '/a/b is there' },
    {
      input: { cmd: 'x', unless: 'grep -q a /b' },
      known: { [succeeds('grep', '-q', 'a', '/b')]: true },
      done: '`grep -q a /b` succeeds',
    },
    { input: { cmd: 'x', unless: ['is', 1] }, known: { [succeeds('is', '1')]: false }, pending: '`is 1` fails' },
    { input: { cmd: 'x', onlyif: 'is it' }, known: { [succeeds('is', 'it')]: false }, done: '`is it` fails' },
    { input: { cmd: 'x', onlyif: 'is it' }, known: { [succeeds('is', 'it')]: true }, pending: '`is it` succeeds' },
    {
      input: { argv: ['x'], creates: '/a', onlyif: 'is it' },
      known: { 'file:/a': absent, [succeeds('is', 'it')]: false },
      done: '`is it` fails',
    },
    {
      input: { argv: ['x'], creates: '/a', onlyif: 'is it' },
      known: { 'file:/a': absent, [succeeds('is', 'it')]: true },
      pending: '/a is not there, `is it` succeeds',
    },
  ]
test.each(guards)('$input with $known', ({ input, known, done, pending }) => {
  const made = planned(input, known)
  if (done !== undefined)
    expect(made).toMatchObject({ kind: 'changes', changes: [], result: { msg: `not run: ${done}`, rc: 0, stdout: '' } })
  else expect(made).toMatchObject({ kind: 'opaque', foretold: [{ what: 'x', from: pending, to: 'run' }] })
  const parsed = command.parse(input)
  expect(parsed.ok && command.readings(parsed.args).map(({ key }) => key)).toEqual(Object.keys(known))
})

test('a guard looks in the directory of the command, and counts only a success as one', () => {
  const parsed = command.parse({ cmd: 'x', chdir: '/a b', unless: 'test -e c' })
  const [reading] = parsed.ok ? command.readings(parsed.args) : []
  expect(reading?.source.command).toEqual([
    'sh',
    '-c',
    'exec "$@" >/dev/null 2>&1',
    'sh',
    'sh',
    '-c',
    'cd -- "$1" && shift && exec "$@"',
    'sh',
    '/a b',
    'test',
    '-e',
    'c',
  ])
  for (const exitCode of [1, 124, 127, 255]) expect(reading?.parse({ exitCode, stdout: '', stderr: '' })).toBe(false)
  expect(reading?.parse({ exitCode: 0, stdout: '', stderr: '' })).toBe(true)
})

const mistakes: readonly [Value, string, string?][] = [
  ['', 'is empty', 'name the program'],
  [[], 'names no command', 'argv'],
  [{}, 'names no command', '`argv`'],
  [{ cmd: 'a', argv: ['b'] }, '`cmd` and `argv` are both given', 'keep one'],
  [{ cmd: 'a', crates: '/x' }, 'unknown key `crates`', 'did you mean `creates`?'],
  [{ cmd: 'a', creates: 'x' }, '`x` is not an absolute path', 'begin it with /'],
  [{ cmd: 'a', chdir: 'x' }, '`x` is not an absolute path'],
  ['ls | wc', '`|` means something to a shell only', "argv: [sh, -c, '…']"],
  [{ cmd: 'a', unless: 'b && c' }, '`&&` means something to a shell only', 'quote it'],
  ['cd /x; ls', '`/x;` means something to a shell only'],
  ['sleep 5 &', '`&` means something'],
  ['echo a >/b', '`>/b` means something'],
  ['a 2>&1', '`2>&1` means something'],
  ['a >> b', '`>>` means something'],
  ['sort < a', '`<` means something'],
  ['echo $HOME/x', 'only a shell would expand $HOME', 'runs no shell'],
  ['echo "a ${B}"', 'only a shell would expand ${B'],
  ['echo $(date)', 'only a shell would expand $(date'],
  ['echo `date`', 'only a shell would expand `'],
  ["echo 'a", "has a ' that is not closed"],
  ['echo "a', 'has a " that is not closed'],
  ['a \\', 'ends in a backslash'],
  ['A=1 b', '`A=1` is not a program', 'environment:'],
  [{ cmd: 'touch /x creates=/x' }, '`creates=/x` would go to the program', '{cmd: …, creates: …}'],
  ['x executable=/bin/bash', '`executable` names a shell', '`shell`'],
  ['x creates=y', '`y` is not an absolute path'],
  [5, 'must be a text, a list or a map'],
  [[['a']], 'must be a text or a number'],
]
test.each(mistakes)('%j is a mistake: %s', (input, summary, hint = '') => {
  const parsed = command.parse(input)
  const problem = parsed.ok ? undefined : parsed.problems[0]
  expect(problem?.summary).toContain(summary)
  expect(problem?.hint ?? '').toContain(hint)
})

test.each<[string, string[]]>([
  ['a  b\t\nc ', ['a', 'b', 'c']],
  [`a'b c'"d e"\\ f`, ['ab cd e f']],
  [`'' ""`, ['', '']],
  [`"a\\"b\\\\c\\d\\$e"`, ['a"b\\c\\d$e']],
  ['curl http://h/?a=1&b=2', ['curl', 'http://h/?a=1&b=2']],
  ['grep -E a|b /c', ['grep', '-E', 'a|b', '/c']],
  ["find / -name *.conf -exec rm {} ';'", ['find', '/', '-name', '*.conf', '-exec', 'rm', '{}', ';']],
  ['a \\; \\| \\$b', ['a', ';', '|', '$b']],
  ['awk "{print \\$1}"', ['awk', '{print $1}']],
  ['echo 5$ a$ #x', ['echo', '5$', 'a$', '#x']],
])('the words of %s', (text, words) => {
  expect(splitWords(text)).toEqual({ ok: true, words })
})

test('what is quoted for a shell comes back word for word', () => {
  const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (words) => {
      expect(splitWords(words.map(quoted).join(' '))).toEqual({ ok: true, words })
    }),
  )
})

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const parsed = command.parse(text)
      if (parsed.ok) expect(command.plan(parsed.args, factsOf(), setting).kind).toBe('opaque')
      else expect(parsed.problems[0]?.summary).toBeTruthy()
    }),
  )
})
