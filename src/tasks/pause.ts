import * as v from 'valibot'
import { unsupported } from './arguments/unsupported.ts'
import { defineTask } from './define-task.ts'

const amount = (description: string) => v.optional(v.pipe(v.number(), v.minValue(0), v.description(description)))

const args = v.strictObject({
  seconds: amount('How many seconds to wait.'),
  minutes: amount('How many minutes to wait.'),
  prompt: unsupported('give `seconds` or `minutes`; to look before a change use --check --diff'),
  echo: unsupported('nothing is asked'),
})

export default defineTask({
  name: 'pause',
  summary: 'Waits a given time before the next task of the host; check mode does not wait',
  example: `- pause: {seconds: 10}
`,
  args,
  check: ({ seconds, minutes }) => {
    if (seconds !== undefined && minutes !== undefined)
      return [{ path: ['minutes'], summary: '`seconds` and `minutes` are both given', hint: 'keep one' }]
    if (seconds !== undefined || minutes !== undefined) return []
    return [{ path: [], summary: 'names no time to wait', hint: 'give `seconds` or `minutes`: a run asks nobody' }]
  },
  readings: () => [],
  plan: ({ seconds, minutes = 0 }) => {
    const whole = seconds ?? minutes * 60
    return { kind: 'wait', seconds: whole, result: { delta: whole } }
  },
})
