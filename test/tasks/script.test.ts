import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import script from '../../src/tasks/script.ts'
import { answered, factsFrom, setting } from '../host-facts.ts'
import { printedFiles } from './file-outputs.ts'

const files = new Map<string, Uint8Array>(
  Object.entries({
    'plain.sh': 'echo a\n',
    'bash.sh': '#!/bin/bash -eu\necho a\n',
    'env.py': '#!/usr/bin/env python3\r\nprint(1)\r\n',
    empty: '',
  }).map(([name, text]) => [name, Buffer.from(text)]),
)
files.set('program', Buffer.from([0x7f, 0x45, 0, 1]))

const parse = (input: Value) => script.parse(script.spelled?.(input) ?? input)
const planned = (input: Value, there = 'absent\n') => {
  const parsed = parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const facts = factsFrom(new Map([['files:/x', answered(printedFiles([there]))]]))
  return script.plan(parsed.args, facts, { ...setting(), files })
}
const start = ['sh', '-c', 'exec 3<&0 </dev/null; exec "$@"', 'sh']

test.each<[Value, string[]]>([
  ['plain.sh', ['/bin/sh', '/proc/self/fd/3']],
  [`plain.sh -a 'b c'`, ['/bin/sh', '/proc/self/fd/3', '-a', 'b c']],
  [{ cmd: 'bash.sh x' }, ['/bin/bash', '-eu', '/proc/self/fd/3', 'x']],
  [{ src: 'env.py', arguments: ['a b', 2] }, ['/usr/bin/env', 'python3', '/proc/self/fd/3', 'a b', '2']],
  [{ cmd: 'empty', executable: '/bin/cat' }, ['/bin/cat', '/proc/self/fd/3']],
])('%j runs %j', (input, words) => {
  const src = script.spelled?.(input) as { readonly src: string }
  expect(planned(input)).toMatchObject({
    kind: 'opaque',
    steps: [{ kind: 'run', command: [...start, ...words], stdin: String(files.get(src.src)) }],
  })
})

test('guards decide as for a command', () => {
  expect(planned('plain.sh creates=/x', 'other directory\n')).toMatchObject({ result: { msg: 'not run: /x is there' } })
  expect(planned('plain.sh a creates=/x')).toMatchObject({ foretold: [{ what: 'plain.sh a', to: 'run' }] })
})

test('a program that is no text is refused', () => {
  expect(planned('program')).toMatchObject({ kind: 'refuse', problem: { summary: 'program is not a text' } })
})

test.each<[Value, string]>([
  ['', 'is given twice'],
  [{}, 'missing key `src`'],
  [{ src: 'a', cmd: 'a b' }, 'is given twice'],
  [{ cmd: 'a | b' }, 'is given twice'],
  [{ cmd: 'a', creates: 'x' }, '`x` is not an absolute path'],
  [{ cmd: 'a', executable: 'python3' }, '`python3` is not an absolute path'],
])('%j is a mistake: %s', (input, summary) => {
  const parsed = parse(input)
  expect(parsed.ok ? [] : parsed.problems.map((problem) => problem.summary).join()).toContain(summary)
})
