import * as v from 'valibot'
import { defineTask } from './define-task.ts'

const args = v.union([
  v.pipe(v.string(), v.nonEmpty('must not be empty')),
  v.strictObject({
    file: v.pipe(v.string(), v.nonEmpty('must not be empty'), v.description('The file of tasks.')),
    apply: v.optional(
      v.pipe(
        v.record(v.string(), v.unknown()),
        v.description(
          'Keywords for the tasks of the file, as a block around them would have: `tags`, `when`, `become`, `vars` …',
        ),
      ),
    ),
  }),
])

export default defineTask({
  name: 'include_tasks',
  summary: 'Runs the tasks of a file, which may depend on the host',
  example: `- name: What this machine needs, each in its own way
  include_tasks: {file: machine.yml}

- include_tasks:
    file: services.yml
    apply: {become: true, tags: services}
  tags: services

- include_tasks: {file: user.yml}
  loop: [ana, ben]
  loop_control: {loop_var: user}
`,
  includes: true,
  args,
  understand: (wish) => ({ file: typeof wish === 'string' ? wish : wish.file }),
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
