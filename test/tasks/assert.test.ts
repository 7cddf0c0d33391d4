import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Facts } from '../../src/model/task-type.ts'
import assertTask from '../../src/tasks/assert.ts'

const noFacts: Facts = {
  of: () => {
    throw new Error('assert reads nothing')
  },
}
const planned = (input: Value) => {
  const parsed = assertTask.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return assertTask.plan(parsed.args, noFacts, { host: 'h', groups: [], lasting: [], files: new Map() })
}
const is = (value: Value, source = 'x') => ({ source, value })

test.each<[Value, boolean]>([
  [true, true],
  [1, true],
  [[0], true],
  [{ a: null }, true],
  [false, false],
  [0, false],
  [null, false],
  [[], false],
  [{}, false],
])('%j is as true as Jinja2 takes it', (value, holds) => {
  expect(planned({ that: is(value) }).kind).toBe(holds ? 'changes' : 'refuse')
})

test.each(['1 == 2', 'False', 'yes', ''])('the text %j is neither true nor false, whatever fail_msg says', (text) => {
  expect(assertTask.parse({ that: [is(true), is(text, 'r.stdout')], fail_msg: 'no' })).toEqual({
    ok: false,
    problems: [
      {
        path: ['that', 1],
        summary: `the condition \`r.stdout\` is the text ${JSON.stringify(text)}, neither true nor false`,
        hint: 'write `r.stdout | bool`, or compare it',
      },
    ],
  })
})

test('all must be true; the first that is not is named, with its value', () => {
  expect(planned({ that: [is(true, 'a'), is(2, 'b')] })).toEqual({
    kind: 'changes',
    changes: [],
    wishes: [],
    result: { msg: 'All assertions passed' },
  })
  expect(planned({ that: [is(true, 'a'), is([], 'b | list'), is(false, 'c')] })).toEqual({
    kind: 'refuse',
    problem: { severity: 'error', summary: '`b | list` is not true', hint: 'its value is []' },
    result: { msg: 'Assertion failed', assertion: 'b | list', evaluated_to: [] },
  })
})

test.each(['fail_msg', 'msg'])('%s is what the operator reads first', (key) => {
  const made = planned({ that: is(false, 'vip is defined'), [key]: 'give it a vip' })
  expect(made).toMatchObject({
    problem: { summary: 'give it a vip', hint: '`vip is defined` is not true' },
    result: { msg: 'give it a vip' },
  })
})

test('success has its text, or none', () => {
  expect(planned({ that: is(true), success_msg: 'fine' })).toMatchObject({ result: { msg: 'fine' } })
  expect(planned({ that: is(true), quiet: true })).toMatchObject({ result: {} })
})

test.each<[Value, string]>([
  [{}, 'missing key `that`'],
  [{ that: [] }, 'must not be empty'],
  [{ that: is(true), fail_msg: 'a', msg: 'b' }, 'both are given'],
  [{ that: is(true), fail_mgs: 'a' }, 'unknown key `fail_mgs`'],
])('%j is a mistake', (input, summary) => {
  const parsed = assertTask.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})
