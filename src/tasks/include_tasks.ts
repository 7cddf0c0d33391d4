import * as v from 'valibot'
import { defineTask } from './define-task.ts'

const args = v.union([
  v.pipe(v.string(), v.nonEmpty('must not be empty')),
  v.strictObject({ file: v.pipe(v.string(), v.nonEmpty('must not be empty'), v.description('The file of tasks.')) }),
])

export default defineTask({
  name: 'include_tasks',
  summary: 'Runs the tasks of a file, which may depend on the host',
  example: `- name: What this machine needs, each in its own way
  include_tasks: {file: machine.yml}

- include_tasks: {file: user.yml}
  loop: [ana, ben]
  loop_control: {loop_var: user}
`,
  includes: true,
  args,
  understand: (wish) => (typeof wish === 'string' ? { file: wish } : wish),
  steers: true,
  readings: () => [],
  plan: ({ file }) => ({
    kind: 'changes',
    changes: [],
    wishes: [],
    result: { include: file },
    control: { kind: 'include', file },
  }),
})
