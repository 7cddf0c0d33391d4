import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import debug from '../../src/tasks/debug.ts'
import fail from '../../src/tasks/fail.ts'
import pause from '../../src/tasks/pause.ts'
import { factsFrom, setting } from '../host-facts.ts'

const nothing = factsFrom(new Map())

test.each<[Value, string]>([
  [null, 'Failed as requested from task'],
  [{}, 'Failed as requested from task'],
  [{ msg: 'no nic' }, 'no nic'],
])('%j fails: %s', (input, summary) => {
  const parsed = fail.parse(input)
  const plan = parsed.ok && fail.plan(parsed.args, nothing, setting())
  expect(plan).toEqual({ kind: 'refuse', problem: { severity: 'error', summary }, result: { msg: summary } })
})

test.each<[Value, number]>([
  [{ seconds: 2.5 }, 2.5],
  [{ minutes: 2 }, 120],
])('%j waits %d seconds', (input, seconds) => {
  const parsed = pause.parse(input)
  expect(parsed.ok && pause.plan(parsed.args, nothing, setting())).toMatchObject({ kind: 'wait', for: seconds })
})

test.each<[Value, string, boolean]>([
  [null, 'Press enter to continue, Ctrl+C to interrupt', true],
  [{ prompt: 'sure?' }, 'sure?', true],
  [{ prompt: 'word', echo: false }, 'word', false],
])('%j asks: %s', (input, prompt, echo) => {
  const parsed = pause.parse(input)
  const plan = parsed.ok && pause.plan(parsed.args, nothing, setting())
  expect(plan).toEqual({ kind: 'wait', for: { prompt, echo }, result: { rc: 0, stderr: '', echo } })
})

test('with a time to wait a prompt is only shown', () => {
  const parsed = pause.parse({ prompt: 'soon', seconds: 3 })
  const plan = parsed.ok && pause.plan(parsed.args, nothing, setting())
  expect(plan).toMatchObject({ kind: 'wait', for: 3, says: 'soon', result: { user_input: '', delta: 3 } })
})

test.each<[Value, string]>([
  [{ seconds: 1, minutes: 1 }, 'both given'],
  [{ seconds: -1 }, 'must be at least 0'],
])('pause %j is a mistake: %s', (input, summary) => {
  const parsed = pause.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})

test.each([
  [0, undefined, 'changes'],
  [2, undefined, 'skip'],
  [2, 1, 'skip'],
  [2, 2, 'changes'],
])('a debug of verbosity %d under %j -v is %s', (verbosity, given, kind) => {
  const parsed = debug.parse({ msg: 'x', verbosity })
  const around = given === undefined ? setting() : { ...setting(), verbosity: given }
  expect(parsed.ok && debug.plan(parsed.args, nothing, around).kind).toBe(kind)
})
