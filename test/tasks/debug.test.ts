import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Facts } from '../../src/model/task-type.ts'
import debug from '../../src/tasks/debug.ts'

const noFacts: Facts = {
  of: () => {
    throw new Error('debug reads nothing')
  },
}

test.each<[Value, Value]>([
  [{ msg: 'a' }, 'a'],
  [{ msg: ['a', { b: 1 }] }, ['a', { b: 1 }]],
  [{ msg: '' }, ''],
  [{ msg: 0 }, 0],
  [{ msg: null }, null],
  [{ var: { source: 'x.y', value: { b: [1] } } }, { b: [1] }],
  [{ var: { source: 'x', value: null } }, null],
  [{ var: { source: 'x', value: false } }, false],
  [{}, 'Hello world!'],
  [null, 'Hello world!'],
])('%j shows %j and changes nothing', (input, msg) => {
  const parsed = debug.parse(input)
  expect(parsed).toMatchObject({ ok: true })
  const plan = parsed.ok && debug.plan(parsed.args, noFacts, { host: 'h', groups: [], lasting: [], files: new Map() })
  expect(plan).toEqual({ kind: 'changes', changes: [], wishes: [], result: { msg } })
})

test.each<[Value, string]>([
  [{ msg: 'a', var: { source: 'x', value: 1 } }, '`msg` and `var` are both given'],
  [{ mgs: 'a' }, 'unknown key `mgs`'],
  ['a', 'must be'],
])('%j is a mistake', (input, summary) => {
  const parsed = debug.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})

test('var is an expression', () => {
  expect(debug.evaluated).toEqual(['var'])
})
