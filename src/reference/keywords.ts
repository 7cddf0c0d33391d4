/** The keywords of plays and tasks: what they mean, and what may be written there. */
import type { Shape } from './shape.ts'

export interface Keyword {
  readonly means: string
  readonly shape: Shape
}

const text: Shape = { type: 'string' }
const boolean: Shape = { type: 'boolean' }
const count: Shape = { type: 'integer' }
const seconds: Shape = { type: 'number' }
const map: Shape = { type: 'object' }
const any: Shape = {}
const either = (...anyOf: Shape[]): Shape => ({ anyOf })
const list = (items: Shape): Shape => ({ type: 'array', items })
const texts = either(text, list(text))
const share = either(count, { type: 'string', pattern: '%|\\{\\{' })
const condition = either(text, boolean, { type: 'number' })
const conditions = either(condition, list(condition))
const oneOfThese = (...words: string[]): Shape => ({ enum: words })

/** `tasks` stands for a list of tasks in a schema. */
export const tasks: Shape = list({})

const shared = {
  name: { means: 'What it is called in lists and reports.', shape: text },
  vars: { means: 'Variables.', shape: map },
  tags: { means: 'Words by which --tags and --skip-tags choose tasks.', shape: texts },
  become: { means: 'Act as another user, by sudo or doas.', shape: boolean },
  become_user: { means: 'Which user; root when it is not named.', shape: text },
  become_method: { means: 'By what; sudo when it is not named.', shape: oneOfThese('sudo', 'doas') },
  connection: {
    means: 'Of Ansible; only `ssh`: the inventory says how a host is reached.',
    shape: oneOfThese('ssh', 'smart', 'ansible.builtin.ssh'),
  },
  run_once: { means: 'Do it on the first host of a batch only, for all.', shape: boolean },
  check_mode: { means: 'Foretell it, or carry it out, whatever the run does.', shape: boolean },
  diff: { means: 'Show its differences, or do not.', shape: boolean },
  no_log: { means: 'Show nothing of it.', shape: boolean },
  ignore_errors: { means: 'Go on when it fails.', shape: boolean },
  timeout: { means: 'Seconds that a step may take.', shape: count },
  environment: { means: 'Environment variables of its commands.', shape: either(map, text) },
  any_errors_fatal: { means: 'A failure on one host ends the play on all.', shape: boolean },
  ignore_unreachable: { means: 'A host that cannot be reached stays in the play.', shape: boolean },
  throttle: { means: 'At most so many hosts at once.', shape: count },
} satisfies Readonly<Record<string, Keyword>>

export const playWords: Readonly<Record<string, Keyword>> = {
  ...shared,
  hosts: { means: 'A group, a host or a pattern, or a list of them.', shape: texts },
  vars_files: { means: 'YAML files of variables.', shape: texts },
  tasks: { means: 'What is done, in order.', shape: tasks },
  pre_tasks: { means: 'Tasks before `tasks`.', shape: tasks },
  post_tasks: { means: 'Tasks after `tasks` and their handlers.', shape: tasks },
  handlers: { means: 'Tasks that run after the others, where a changed task notified them.', shape: tasks },
  serial: {
    means: 'Hosts of a batch: a number, a percentage, or a list of them; the last repeats.',
    shape: either(share, list(share)),
  },
  max_fail: { means: 'So many hosts may fail after something was written to them.', shape: share },
  max_unreachable: { means: 'So many hosts may be unreachable.', shape: share },
  max_fail_percentage: { means: "Ansible's spelling of `max_fail`.", shape: either({ type: 'number' }, text) },
  strategy: {
    means: '`linear`: all hosts end a task before the next one begins. Else each host walks alone.',
    shape: oneOfThese('host_pinned', 'free', 'linear'),
  },
  order: {
    means: 'The order of hosts.',
    shape: oneOfThese('inventory', 'reverse_inventory', 'sorted', 'reverse_sorted', 'shuffle'),
  },
  gather_facts: { means: 'Of Ansible; only `false`: facts are read by themselves.', shape: { enum: [false] } },
  force_handlers: { means: 'Of Ansible; only `true`: handlers of proven changes always run.', shape: { enum: [true] } },
  remote_user: { means: 'Log in as this user.', shape: text },
  connection: {
    means: '`local`: on this machine itself. `openssh`: by the system’s ssh. Else `ssh`.',
    shape: oneOfThese('ssh', 'smart', 'openssh', 'local'),
  },
  when: { means: 'Of an import: a condition on all its tasks.', shape: conditions },
  import_playbook: { means: 'The plays of another playbook.', shape: text },
}

export const taskWords: Readonly<Record<string, Keyword>> = {
  ...shared,
  when: { means: 'A condition, without braces, or a list of them: all must hold.', shape: conditions },
  loop: { means: 'A list; the task is done for each `item` of it.', shape: either(list(any), text) },
  with_items: { means: "Ansible's older spelling of `loop`.", shape: either(list(any), text) },
  loop_control: { means: 'How a loop calls and shows its items.', shape: map },
  register: { means: 'A variable that holds the result.', shape: text },
  until: { means: 'Do it again until this condition holds.', shape: conditions },
  args: { means: 'More arguments of the task type.', shape: map },
  retries: { means: 'How often `until` tries.', shape: either(count, text) },
  delay: { means: 'Seconds between two tries.', shape: either(seconds, text) },
  notify: { means: 'Handlers to run at the end, if this changed something.', shape: texts },
  listen: { means: 'Other names that notify this handler.', shape: texts },
  delegate_to: { means: 'Do it on this host instead.', shape: text },
  failed_when: { means: 'A condition on the result that makes it a failure.', shape: conditions },
  changed_when: { means: 'A condition on the result that makes it a change.', shape: conditions },
  block: { means: 'Tasks that share what is written beside them.', shape: tasks },
  rescue: { means: 'Tasks for when one of the block failed.', shape: tasks },
  always: { means: 'Tasks at the end of the block, whatever happened.', shape: tasks },
  import_tasks: { means: 'The tasks of another file, read before the run.', shape: any },
}
