import * as v from 'valibot'
import { defineTask } from './define-task.ts'

const args = v.nullable(
  v.strictObject({
    msg: v.optional(v.pipe(v.string(), v.description('Why. Default: Failed as requested from task.'))),
  }),
)

export default defineTask({
  name: 'fail',
  summary: 'Fails the host; a `when` says in which case',
  example: `- fail: {msg: give every director its own nic}
  when: nic == 'lo'
`,
  freeText: ['msg'],
  args,
  readings: () => [],
  plan: (wish) => {
    const summary = wish?.msg ?? 'Failed as requested from task'
    return { kind: 'refuse', problem: { severity: 'error', summary }, result: { msg: summary } }
  },
})
