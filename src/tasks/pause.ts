import * as v from 'valibot'
import { defineTask } from './define-task.ts'

const amount = (description: string) => v.optional(v.pipe(v.number(), v.minValue(0), v.description(description)))

const args = v.nullable(
  v.strictObject({
    seconds: amount('How many seconds to wait.'),
    minutes: amount('How many minutes to wait.'),
    prompt: v.optional(
      v.pipe(
        v.string(),
        v.description('What to ask on the terminal: Enter goes on, and what is typed is registered as `user_input`.'),
      ),
    ),
    echo: v.optional(v.pipe(v.boolean(), v.description('`false`: nothing of what is typed is shown, here or later.'))),
  }),
)

/** As Ansible asks where no words are given. */
const press = 'Press enter to continue, Ctrl+C to interrupt'

export default defineTask({
  name: 'pause',
  summary: 'Waits a given time, or for Enter on the terminal, once for all hosts of the batch',
  example: `- pause: {seconds: 10}

- pause: {prompt: "Look at the graphs, then press Enter"}

- pause: {prompt: Which release, echo: true}
  register: release
`,
  args,
  check: (given) =>
    given?.seconds !== undefined && given.minutes !== undefined
      ? [{ path: ['minutes'], summary: '`seconds` and `minutes` are both given', hint: 'keep one' }]
      : [],
  understand: (given) => given ?? {},
  forAll: true,
  readings: () => [],
  plan: ({ seconds, minutes, prompt, echo = true }) => {
    const result = { rc: 0, stderr: '', echo }
    if (seconds === undefined && minutes === undefined)
      return { kind: 'wait', for: { prompt: prompt ?? press, echo }, result }
    const whole = seconds ?? (minutes ?? 0) * 60
    const told = minutes === undefined ? `${whole} seconds` : `${minutes} minutes`
    return {
      kind: 'wait',
      for: whole,
      ...(prompt === undefined ? {} : { says: prompt }),
      result: { ...result, user_input: '', delta: whole, stdout: `Paused for ${told}` },
    }
  },
})
