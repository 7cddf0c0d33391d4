import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import waitFor from '../../src/tasks/wait-for.ts'
import { factsFrom, setting } from '../host-facts.ts'

const planned = (input: Value, exitCode = 1) => {
  const parsed = waitFor.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const results = waitFor
    .readings(parsed.args)
    .map(({ source }) => [source.key, { exitCode, stdout: '', stderr: '' }] as const)
  return waitFor.plan(parsed.args, factsFrom(new Map(results)), setting())
}

test.each<[Value, string[], string]>([
  [{ port: 80 }, ['127.0.0.1', '80', '5'], 'port 80 of 127.0.0.1 is not open'],
  [{ port: 80, host: 'a', state: 'stopped' }, ['a', '80', '5'], 'port 80 of a is still open'],
  [{ port: 80, state: 'drained' }, ['80'], 'port 80 has connections left'],
  [{ path: '/a' }, ['/a'], '/a is not there'],
  [{ path: '/a', state: 'absent' }, ['/a'], '/a is still there'],
  [{ path: '/a', search_regex: 'b+' }, ['/a', 'b+'], '/a does not hold /b+/'],
  [{ url: 'http://a/', connect_timeout: 2 }, ['http://a/', '2'], 'http://a/ does not answer'],
  [{ command: 'a "b c"' }, ['a', 'b c'], '`a b c` does not succeed'],
  [{ port: 80, msg: 'nginx is late' }, ['127.0.0.1', '80', '5'], 'nginx is late'],
])('%j waits for %j and tells it', (input, words, what) => {
  const plan = planned(input)
  const [step] = plan.kind === 'opaque' ? plan.steps : []
  expect(step?.kind === 'run' && step.command.slice(3)).toEqual(['sh', what, ...words])
})

test('check says ok where it holds now, and unknown where it does not', () => {
  expect(planned({ port: 80 }, 0)).toMatchObject({ foretold: [] })
  expect(planned({ port: 80 }, 1)).not.toHaveProperty('foretold')
  const plan = planned({ port: 80 }, 0)
  expect(plan.kind === 'opaque' && plan.changed?.([])).toBe(false)
})

test('the host ends the step later than the wait', () => {
  expect(planned({ port: 80, timeout: 10, delay: 5 })).toMatchObject({ steps: [{ limit: 31 }] })
})

test.each<[Value, string]>([
  [{}, 'names nothing to wait for'],
  [{ port: 80, path: '/a' }, '`port` and `path` are both given'],
  [{ path: '/a', state: 'drained' }, '`drained` is said of a port'],
  [{ port: 80, search_regex: 'a' }, '`search_regex` looks into a `path`'],
  [{ command: 'a | b' }, '`|` means something to a shell only'],
  [{ port: 70_000 }, 'must be at most 65535'],
  [{ port: 80, exclude_hosts: ['a'] }, 'is not supported'],
])('%j is a mistake: %s', (input, summary) => {
  const parsed = waitFor.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})
