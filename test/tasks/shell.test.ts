import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import { takeOptions } from '../../src/tasks/command/free-form.ts'
import shell from '../../src/tasks/shell.ts'
import { factsFrom, setting } from '../host-facts.ts'

const planned = (input: Value, exitCode = 1) => {
  const parsed = shell.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const results = shell
    .readings(parsed.args)
    .map(({ source }) => [source.key, { exitCode, stdout: '', stderr: '' }] as const)
  return shell.plan(parsed.args, factsFrom(new Map(results)), setting())
}

test.each<[Value, string[], string?]>([
  ['a | b >/c', ['/bin/sh', '-c', 'a | b >/c']],
  ['a | b chdir=/c', ['/bin/sh', '-c', 'a | b'], '/c'],
  [{ cmd: 'a\nb', executable: '/bin/bash' }, ['/bin/bash', '-c', 'a\nb']],
  ['a executable=/bin/bash', ['/bin/bash', '-c', 'a']],
])('%j runs %j', (input, command, chdir) => {
  expect(planned(input)).toMatchObject({ kind: 'opaque', steps: [{ kind: 'run', command }] })
  expect(planned(input)).toMatchObject({ steps: [chdir === undefined ? {} : { chdir }] })
})

test('a guard is run by the same shell', () => {
  const input = { cmd: 'a', unless: 'b | c', executable: '/bin/bash' }
  const parsed = shell.parse(input)
  expect(parsed.ok && shell.readings(parsed.args).map(({ source }) => source.command)).toEqual([
    ['sh', '-c', 'exec "$@" >/dev/null 2>&1', 'sh', '/bin/bash', '-c', 'b | c'],
  ])
  expect(planned(input, 0)).toMatchObject({ kind: 'changes', result: { msg: 'not run: `b | c` succeeds' } })
  expect(planned(input, 1)).toMatchObject({ kind: 'opaque', foretold: [{ what: 'a', from: '`b | c` fails' }] })
})

test.each<[Value, string]>([
  ['', 'is empty'],
  ['creates=/x', 'is empty'],
  [{ cmd: 'a', executable: 'bash' }, '`bash` is not an absolute path'],
  [{ cmd: 'a', chdir: 'b' }, '`b` is not an absolute path'],
  [{}, 'missing key `cmd`'],
  [{ cmd: 'a', create: '/b' }, 'unknown key `create`'],
])('%j is a mistake: %s', (input, summary) => {
  const parsed = shell.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})

test.each([
  ['a  b\n c creates=/x', 'a  b\n c', { creates: '/x' }],
  [`a 'creates=/x' "chdir=/y"`, `a 'creates=/x' "chdir=/y"`, {}],
  [`a creates="/x y" removes='/z' b`, 'a b', { creates: '/x y', removes: '/z' }],
  ['a --creates=/x', 'a --creates=/x', {}],
  [`a 'b`, `a 'b`, {}],
  ['a \\ creates=/x', 'a \\ creates=/x', {}],
])('%j is the command %j with %j', (text, command, options) => {
  expect(takeOptions(text)).toEqual({ text: command, options })
})
