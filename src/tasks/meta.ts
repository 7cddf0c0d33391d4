import * as v from 'valibot'
import { defineTask } from './define-task.ts'

const actions = ['flush_handlers', 'end_host', 'end_play', 'noop'] as const

const args = v.pipe(
  v.picklist(actions),
  v.description(
    '`flush_handlers`: notified handlers run now. `end_host`: the play ends on this host, `end_play`: on all. `noop`: nothing.',
  ),
)

export default defineTask({
  name: 'meta',
  summary: 'Steers the play: handlers now, or an early end',
  example: `- name: The new configuration is in use before it is tested
  meta: flush_handlers

- name: Spares need no more
  meta: end_host
  when: inventory_hostname in groups.spare | default([])
`,
  args,
  steers: true,
  readings: () => [],
  plan: (action) => ({
    kind: 'changes',
    changes: [],
    wishes: [],
    ...(action === 'noop' ? {} : { control: { kind: action } }),
  }),
})
