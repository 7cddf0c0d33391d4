import * as v from 'valibot'
import type { Value } from '../model/document.ts'
import { expression } from './arguments/expression.ts'
import { defineTask } from './define-task.ts'

const args = v.nullable(
  v.strictObject({
    msg: v.optional(
      v.pipe(
        v.custom<Value>((value) => value !== undefined, 'must have a value'),
        v.description('What to show: a text, or any value.'),
      ),
    ),
    var: v.optional(v.pipe(expression, v.description('An expression, without braces, whose value is shown.'))),
    verbosity: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(0), v.description('Shown only with that many `-v`, else skipped.')),
      0,
    ),
  }),
)

export default defineTask({
  name: 'debug',
  summary: 'Shows a text or the value of an expression',
  example: `- debug: {msg: "{{ inventory_hostname }} holds {{ vip }}"}

- debug: {var: groups.realserver}
`,
  evaluated: ['var'],
  freeText: ['msg'],
  args,
  check: (wish) =>
    wish?.msg !== undefined && wish.var !== undefined
      ? [{ path: ['var'], summary: '`msg` and `var` are both given', hint: 'keep one' }]
      : [],
  readings: () => [],
  plan: (wish, _facts, { verbosity = 0 }) => {
    if (wish && wish.verbosity > verbosity)
      return { kind: 'skip', because: `it is shown with -${'v'.repeat(wish.verbosity)}` }
    const msg = wish?.var ? wish.var.value : wish?.msg === undefined ? 'Hello world!' : wish.msg
    return { kind: 'changes', changes: [], wishes: [], result: { msg } }
  },
})
