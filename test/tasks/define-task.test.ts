import * as v from 'valibot'
import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import { defineTask } from '../../src/tasks/define-task.ts'

const shape = v.strictObject({
  address: v.string(),
  scope: v.optional(v.picklist(['host', 'link'])),
  count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9))),
  flag: v.optional(v.boolean(), false),
  many: v.optional(v.union([v.string(), v.array(v.string())])),
  even: v.optional(
    v.pipe(
      v.number(),
      v.check((n) => n % 2 === 0, 'must be even\nadd one'),
    ),
  ),
  vars: v.optional(v.record(v.string(), v.number())),
})
const type = defineTask({
  name: 'thing',
  summary: 'a thing',
  example: '',
  args: v.union([v.string(), v.array(v.string()), shape]),
  check: (args) => (args === 'bad' ? [{ path: [], summary: 'that one is bad' }] : []),
  readings: () => [],
  plan: () => ({ kind: 'changes', changes: [], wishes: [] }),
})
const problems = (input: Value) => {
  const parsed = type.parse(input)
  return parsed.ok
    ? []
    : parsed.problems.map(({ path, summary, hint }) => `${path.join('.')}: ${summary}${hint ? ` (${hint})` : ''}`)
}

test.each<[Value, string[]]>([
  [5, [': must be a text, a list or a map']],
  [null, [': must be a text, a list or a map']],
  [['a', 1], ['1: must be a text']],
  ['bad', [': that one is bad']],
  [{ adress: '1.2.3.4' }, [': missing key `address`', 'adress: unknown key `adress` (did you mean `address`?)']],
  [{ address: 'a', zzz: 1 }, ['zzz: unknown key `zzz` (known keys: address, scope, count, flag, many, even, vars)']],
  [{ address: 'a', scope: 'global' }, ['scope: must be `host` or `link`']],
  [{ address: 'a', count: '3' }, ['count: must be a number (write 3 without quotes)']],
  [{ address: 'a', count: 1.5 }, ['count: must be a whole number']],
  [{ address: 'a', count: 0 }, ['count: must be at least 1']],
  [{ address: 'a', count: 10 }, ['count: must be at most 9']],
  [{ address: 'a', flag: 'yes' }, ['flag: must be a boolean (write yes without quotes)']],
  [{ address: 'a', many: 3 }, ['many: must be a text or a list']],
  [{ address: 'a', many: [3] }, ['many.0: must be a text']],
  [{ address: 'a', even: 3 }, ['even: must be even (add one)']],
  [{ address: 'a', vars: { x: 'y' } }, ['vars.x: must be a number']],
  [{ address: 1, scope: 2 }, ['address: must be a text', 'scope: must be `host` or `link`']],
])('%j is told as %j', (input, expected) => {
  expect(problems(input)).toEqual(expected)
})

test('arguments of a map without prototype are parsed, defaults filled in', () => {
  const input = Object.assign(Object.create(null), { address: 'x' })
  expect(type.parse(input)).toEqual({ ok: true, args: { address: 'x', flag: false } })
})

test('the schema is there for the generator of the documentation', () => {
  expect(type.schema).toBeDefined()
})
