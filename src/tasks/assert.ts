import * as v from 'valibot'
import type { Value } from '../model/document.ts'
import type { ArgumentProblem } from '../model/task-type.ts'
import { expression } from './arguments/expression.ts'
import { defineTask } from './define-task.ts'

type Judged = v.InferOutput<typeof expression>

const text = (description: string) => v.optional(v.pipe(v.string(), v.description(description)))

const args = v.strictObject({
  that: v.pipe(
    v.union([expression, v.pipe(v.array(expression), v.minLength(1))]),
    v.description('An expression, without braces, or a list of them: each must be true.'),
  ),
  fail_msg: text('What to say when one is false.'),
  msg: text('The same as `fail_msg`.'),
  success_msg: text('What to say when all are true.'),
  quiet: v.optional(v.pipe(v.boolean(), v.description('Say nothing when all are true.'))),
})

export default defineTask({
  name: 'assert',
  summary: 'Fails the host unless all expressions are true',
  example: `- name: The VIP is in the network of the real servers
  assert:
    that:
      - vip is defined
      - groups.director | length >= 1
    fail_msg: give every host a vip, and the fleet a director
`,
  evaluated: ['that'],
  freeText: ['fail_msg', 'msg', 'success_msg'],
  args,
  check: ({ that, fail_msg, msg }) => [
    ...(Array.isArray(that) ? that.flatMap((each, index) => neither(each, ['that', index])) : neither(that, ['that'])),
    ...(fail_msg !== undefined && msg !== undefined
      ? [{ path: ['msg'], summary: '`fail_msg` and `msg` are the same, and both are given', hint: 'keep one' }]
      : []),
  ],
  readings: () => [],
  plan: ({ that, fail_msg, msg, success_msg, quiet }) => {
    const wrong = (Array.isArray(that) ? that : [that]).find(({ value }) => !isTrue(value))
    if (wrong === undefined) {
      const result = quiet ? {} : { msg: success_msg ?? 'All assertions passed' }
      return { kind: 'changes', changes: [], wishes: [], result }
    }
    const said = fail_msg ?? msg
    const summary = said ?? `\`${wrong.source}\` is not true`
    const hint = said === undefined ? `its value is ${JSON.stringify(wrong.value)}` : `\`${wrong.source}\` is not true`
    return {
      kind: 'refuse',
      problem: { severity: 'error', summary, hint },
      result: { msg: said ?? 'Assertion failed', assertion: wrong.source, evaluated_to: wrong.value },
    }
  },
})

/** Text is never a verdict, as in `when`: "False" would be true, and nobody means that. */
const neither = ({ source, value }: Judged, path: ArgumentProblem['path']): readonly ArgumentProblem[] =>
  typeof value === 'string'
    ? [
        {
          path,
          summary: `the condition \`${source}\` is the text ${JSON.stringify(value)}, neither true nor false`,
          hint: `write \`${source} | bool\`, or compare it`,
        },
      ]
    : []

/** As Jinja2 takes a value that is not text for true. */
const isTrue = (value: Value): boolean => {
  if (Array.isArray(value)) return value.length > 0
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}
