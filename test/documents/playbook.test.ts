import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type PlaybookItem, type PlayDocument, readPlaybook } from '../../src/documents/playbook.ts'
import { tasksWithin } from '../../src/documents/playbook-block.ts'
import { toValue } from '../../src/documents/to-value.ts'

const types = ['sysctl', 'vip-on-lo', 'persist', 'command', 'copy', 'debug', 'assert']
const playOf = (item: PlaybookItem | undefined): PlayDocument => {
  if (item?.kind !== 'play') throw new Error('no play')
  return item
}
const tasksOf = (item: PlaybookItem | undefined) => tasksWithin(playOf(item).tasks)
const read = (text: string) => readPlaybook(text, 'p.yml', types)

/** `line:column summary` and below it the hint, as a user would read it. */
const say = (text: string): string =>
  read(text)
    .problems.map(
      ({ at, summary, hint }) => `${at?.line}:${at?.column} ${summary}${hint === undefined ? '' : ` | ${hint}`}`,
    )
    .join('\n')

/** A play that is right, with these lines more. */
const play = (lines: string): string => `- hosts: all\n${lines.replace(/^/gm, '  ')}\n`
/** A task that is right, with these lines more; they begin in line 4. */
const task = (lines: string): string =>
  `- hosts: all\n  tasks:\n    - debug: {msg: x}\n${lines.replace(/^/gm, '      ')}\n`
/** One task of these lines, which begin in line 3. */
const only = (lines: string): string => `- hosts: all\n  tasks:\n    - ${lines.replaceAll('\n', '\n      ')}\n`

const all = '`ipvs-play doc` lists the task types'
const facts = 'facts are read by themselves; remove it'

describe('mistakes of a playbook', () => {
  test.each([
    ['', '1:1 this playbook is empty | begin a play with `- hosts: …`'],
    ['# nothing\n', '1:1 this playbook is empty | begin a play with `- hosts: …`'],
    [
      'hosts: all\n',
      '1:1 a playbook is a list of plays, not a map | put `- ` before the first keyword and indent the others below it',
    ],
    ['hello\n', '1:1 a playbook is a list of plays, not the text "hello" | begin a play with `- hosts: …`'],
    ['- all\n', '1:3 a play is a map, not the text "all" | begin it with `- hosts: …`'],
    [
      '- sysctl: {a: 1}\n',
      '1:3 this is a task where a play should be | put it under `tasks:` of a play that begins with `- hosts: …`',
    ],
    ['- name: x\n', '1:3 this play names no hosts | add `hosts:` with a group, a host or a pattern'],
    ['- hosts:\n', '1:9 `hosts` is empty | name a group, a host or a pattern'],
    ['- hosts: {a: b}\n', '1:10 `hosts` must be text, not a map | write one text'],
    ['- hosts: [a, [b]]\n', '1:14 `hosts` must be text, not a list | write one text'],
    ['- import_playbook: [a]\n', '1:20 `import_playbook` must be text, not a list | write one text'],
    [
      '- {import_playbook: a.yml, hosts: b}\n',
      '1:28 `hosts` does not go with `import_playbook` | it has name, when, tags, vars',
    ],
  ])('%j', (text, problem) => expect(say(text)).toBe(problem))
})

test('words of Ansible that say what holds here anyway are no mistakes', () => {
  expect(say(play('gather_facts: no\nforce_handlers: true\nconnection: ssh\nbecome_method: sudo'))).toBe('')
  expect(say(task('connection: smart\nbecome_method: ansible.builtin.sudo'))).toBe('')
})

test('what Ansible lets a template give, or reads in quotes, is no mistake', () => {
  const words = 'become no_log ignore_errors ignore_unreachable any_errors_fatal run_once check_mode diff'.split(' ')
  const others = ['become_user: "{{ u }}"', 'throttle: "{{ n }}"', 'timeout: "{{ n }}"']
  const lines = [...words.map((word) => `${word}: "{{ b }}"`), ...others].join('\n')
  expect(say(play(`${lines}\nremote_user: "{{ u }}"`))).toBe('')
  expect(say(task(lines))).toBe('')
  expect(say(task('become: "yes"\nno_log: "False"'))).toBe('')
})

describe('mistakes of a play', () => {
  test.each([
    ['task: []', '2:3 unknown keyword `task` in a play | did you mean `tasks`?'],
    ['host: x', '2:3 unknown keyword `host` in a play | did you mean `hosts`?'],
    ['bananas: x', '2:3 unknown keyword `bananas` in a play | `ipvs-play doc` lists the keywords'],
    ['sysctl: {a: 1}', '2:3 `sysctl` is a task, not a keyword of a play | put it under `tasks:`, as `- sysctl:`'],
    ['when: x', '2:3 `when` is a keyword of tasks, not of plays | put it on the tasks that it concerns'],
    ['delegate_to: x', '2:3 `delegate_to` is a keyword of tasks, not of plays | put it on the tasks that it concerns'],
    ['roles: [web]', '2:3 `roles` of Ansible is not part of ipvs-play | write the tasks of the role under `tasks:`'],
    ['vars_prompt: []', '2:3 `vars_prompt` of Ansible is not part of ipvs-play | give the value with --extra-vars'],
    [
      'gather_facts: true',
      `2:3 \`gather_facts: true\` of Ansible is not part of ipvs-play | ${facts}, or write \`gather_facts: false\``,
    ],
    [
      'become_method: su',
      '2:18 `become_method` cannot be the text "su" | sudo and doas are; or log in as the user himself',
    ],
    [
      'become_flags: -E',
      '2:3 `become_flags` of Ansible is not part of ipvs-play | sudo and doas are called as they need to be; remove it',
    ],
    ['connection: "{{ c }}"', '2:15 `connection` cannot hold a template | write the name itself'],
    ['drain: true', '2:3 `drain` is not supported yet'],
    ['pre_tasks: {a: b}', '2:14 `pre_tasks` must be a list, not a map | begin each task with `- `'],
    [
      'tasks: [{debug: {msg: x}, listen: a}]',
      '2:37 `listen` is a keyword of handlers | put the task under `handlers:`',
    ],
    [
      'order: random',
      '2:10 `order` must be one of inventory, reverse_inventory, sorted, reverse_sorted, shuffle, not the text "random"',
    ],
    ['strategy: freee', '2:13 `strategy` must be one of linear, free, host_pinned, not the text "freee"'],
    ['throttle: x', '2:13 `throttle` must be a number from 0 on, not the text "x" | write the number alone'],
    ['become: maybe', '2:11 `become` must be true or false, not the text "maybe" | write true or false'],
    ['become_user: [a]', '2:16 `become_user` must be text, not a list | write one text'],
    ['name: [a]', '2:9 `name` must be text, not a list | write one text'],
    ['name: ""', '2:9 `name` is empty | write a text, or remove the key'],
    ['name: true', '2:9 `name` must be text, not the boolean true | put it in quotes'],
    ['vars: [a]', '2:9 `vars` must be a map, not a list | write each as `key: value` below `vars:`'],
    [
      'vars: {a-b: 1}',
      '2:10 `a-b` is not a name for a variable | use letters, digits and underscores, and no digit first',
    ],
    ['vars: {groups: 1}', '2:10 `groups` is set by ipvs-play itself | give the variable another name'],
    ['vars: {in: 1}', '2:10 `in` is a word of the template language, not a name for a variable'],
    ['vars_files: {a: 1}', '2:15 `vars_files` must be text, not a map | write one text'],
    ['tags: {a: 1}', '2:9 `tags` must be text, not a map | write one text'],
    ['tags: "{{ t }}"', '2:9 `tags` cannot hold a template | tags choose tasks before any host is known'],
    [
      'environment: [a]',
      '2:16 `environment` must be a map, not a list | write each as `key: value` below `environment:`',
    ],
    ['tasks: {name: x}', '2:10 `tasks` must be a list, not a map | begin each task with `- `'],
    [
      'handlers:\n  - debug: {msg: x}',
      '3:7 a handler needs a name | `notify` calls it by its name, or by what it listens to',
    ],
    [
      'handlers:\n  - {name: a, debug: {msg: x}}\n  - {name: a, debug: {msg: y}}',
      '4:7 a second handler is called "a" | the first one is at line 3; give each its own name',
    ],
  ])('%j', (lines, problem) => expect(say(play(lines))).toBe(problem))
})

describe('mistakes of a task', () => {
  test.each([
    ['when: "{{ x }}"', '4:13 `when` is an expression already | leave {{ and }} out'],
    ['when:', '4:12 `when` must be a condition, not nothing | write an expression, or a list of them'],
    ['when: {a: b}', '4:13 `when` must be a condition, not a map | write an expression, or a list of them'],
    ['when: [a, [b]]', '4:17 `when` must be a condition, not a list | write an expression, or a list of them'],
    [
      'loop: abc',
      '4:13 `loop` must be a list, not the text "abc" | write a list, or a template that yields one, like "{{ names }}"',
    ],
    ['loop: {a: 1}', '4:13 `loop` must be a list, not a map | write `loop: "{{ … | dict2items }}"`'],
    [
      'register: a-b',
      '4:17 `a-b` is not a name for a variable | use letters, digits and underscores, and no digit first',
    ],
    ['register: item', '4:17 `item` is set by ipvs-play itself | give the variable another name'],
    ['register: [a]', '4:17 `register` must be text, not a list | write one text'],
    ['become: 1', '4:15 `become` must be true or false, not the number 1 | write true or false'],
    ['ignore_errors: x', '4:22 `ignore_errors` must be true or false, not the text "x" | write true or false'],
    ['notify: {a: b}', '4:15 `notify` must be text, not a map | write one text'],
    [
      'vars: {1a: 1}',
      '4:14 `1a` is not a name for a variable | use letters, digits and underscores, and no digit first',
    ],
    ['tag: x', '4:7 unknown key `tag` in a task | did you mean `tags`?'],
    ['registre: x', '4:7 unknown key `registre` in a task | did you mean `register`?'],
    ['until: [{a: b}]', '4:15 `until` must be a condition, not a map | write an expression, or a list of them'],
    ['retries: x', '4:16 `retries` must be a number from 0 on, not the text "x" | write the number alone'],
    ['failed_when:', '4:19 `failed_when` must be a condition, not nothing | write an expression, or a list of them'],
    ['run_once: x', '4:17 `run_once` must be true or false, not the text "x" | write true or false'],
    [
      'loop: [1]\nloop_control: {loop_var: groups}',
      '5:32 `groups` is set by ipvs-play itself | give the variable another name',
    ],
    ['loop: [1]\nloop_control: {lable: x}', '5:22 unknown key `lable` in `loop_control` | did you mean `label`?'],
    [
      'loop: [1]\nloop_control: {extended: true}',
      '5:22 `extended` of Ansible is not part of ipvs-play | use `index_var`, and `| length` of the list',
    ],
    ['loop_control: {label: x}', '4:7 `loop_control` without a loop | give `loop:` too, or take it out'],
    ['loop: [1]\nwith_items: [2]', '5:7 `loop` and `with_items` are both given | keep one'],
    ['delegate_to: [d1]', '4:20 `delegate_to` must be text, not a list | write one text'],
    ['with_list: [a]', '4:7 `with_list` of Ansible is not part of ipvs-play | write `loop:`'],
    ['with_dict: {a: 1}', '4:7 `with_dict` of Ansible is not part of ipvs-play | write `loop: "{{ … | dict2items }}"`'],
    [
      'with_fileglob: x',
      '4:7 `with_fileglob` of Ansible is not part of ipvs-play | write `loop:` with the list itself',
    ],
    ['async: 5', '4:7 `async` of Ansible is not part of ipvs-play | a task ends before the next one starts'],
    ['hosts: x', '4:7 `hosts` is a keyword of plays, not of tasks | take it out of the task, to the level of `hosts:`'],
    [
      'serial: 1',
      '4:7 `serial` is a keyword of plays, not of tasks | take it out of the task, to the level of `hosts:`',
    ],
    ['copy: {}', '4:7 a task is of one type, and this one is `debug` and `copy` | make it two tasks'],
    [
      'environment: x',
      '4:20 `environment` must be a map, not the text "x" | write each as `key: value` below `environment:`',
    ],
  ])('%j', (lines, problem) => expect(say(task(lines))).toBe(problem))

  test.each([
    ['name: x', `3:7 this task does nothing: it names no task type | ${all}`],
    [
      'just text',
      '3:7 a task is a map, not the text "just text" | begin it with `- name: …`, then the task type below',
    ],
    ['sysctll: {a: 1}', '3:7 unknown key `sysctll` in a task | did you mean `sysctl`?'],
    ['vip_on_lo: 192.0.2.1', '3:7 unknown task type `vip_on_lo` | did you mean `vip-on-lo`?'],
    ['ipvs: {name: nginx}', '3:7 `ipvs` is not supported yet'],
    ['ipvs: []', '3:7 `ipvs` is not supported yet'],
    ['rescue: []', '3:7 `rescue` and `always` belong to a block | put the tasks that may fail under `block:`'],
    ['block: []\nloop: [1]', '4:7 `loop` does not go with a block | put it on the tasks that it concerns'],
    ['block: []\ndebug: {msg: x}', '4:7 a block holds no task of its own: `debug` | put it into the list of tasks'],
    ['block: {a: b}', '3:14 `block` must be a list, not a map | begin each task with `- `'],
    ['block: []\nrescu: []', '4:7 unknown key `rescu` in a block | did you mean `rescue`?'],
    ['import_tasks:', '3:20 `import_tasks` is empty | write a text, or remove the key'],
    [
      'import_tasks: {fil: x}',
      '3:22 unknown key `fil` in `import_tasks` | it has `file`\n3:7 `import_tasks` names no file | write `import_tasks: more.yml`',
    ],
    ['import_tasks: {}', '3:7 `import_tasks` names no file | write `import_tasks: more.yml`'],
    [
      'import_tasks: {file: x.yml, apply: {become: true}}',
      '3:35 `apply` goes with `include_tasks` | put it beside `import_tasks`: the tasks inherit it',
    ],
    ['import_tasks: x.yml\nloop: [1]', '4:7 `loop` does not go with `import_tasks` | use `include_tasks`'],
    [
      'include_role: {name: x}',
      '3:7 `include_role` of Ansible is not part of ipvs-play | write the tasks of the role here',
    ],
    [
      'ansible.builtin.dnf: {name: x}',
      '3:7 `ansible.builtin.dnf` of Ansible is not part of ipvs-play | `package` knows apt only; use `command: {argv: [dnf, …], unless: …}`',
    ],
    [
      'lineinfile: {path: x}',
      '3:7 `lineinfile` of Ansible is not part of ipvs-play | write the whole file with `copy` or `template`',
    ],
    [
      'community.general.ufw: {rule: x}',
      '3:7 `community.general.ufw` of Ansible is not part of ipvs-play | use `command: {argv: [ufw, …], unless: …}`',
    ],
    ['community.general.pnpm: {}', `3:7 \`community.general.pnpm\` of Ansible is not part of ipvs-play | ${all}`],
    ['frobnicate: 1', `3:7 unknown key \`frobnicate\` in a task | ${all}`],
    [
      'sysctl:\nnet.ipv4.ip_forward: 1',
      '4:7 unknown key `net.ipv4.ip_forward` in a task | indent it, so that it is below `sysctl:`',
    ],
    ['debug:\nmsg: x', '4:7 unknown key `msg` in a task | indent it, so that it is below `debug:`'],
    ['persist:\nwhne: x', '4:7 unknown key `whne` in a task | did you mean `when`?'],
    ['command: ls\nargs: [creates]', '4:13 `args` must be a map, not a list | write `chdir: /srv` below it'],
  ])('%j', (lines, problem) => expect(say(only(lines))).toBe(problem))
})

test('all mistakes are told at once, and the rest is read', () => {
  const { value, problems } = read(`
- hosts: all
  seriall: 1
  tasks:
    - sysctll: {}
      register: r
    - debug: {msg: x}
      whenn: a
- hosts:
  tasks:
    - persist:
`)
  expect(problems.map(({ at }) => at?.line)).toEqual([3, 5, 8, 9])
  expect(tasksOf(value[0]).map(({ work }) => work?.type)).toEqual([undefined, 'debug'])
  expect(tasksOf(value[1])[0]?.work).toMatchObject({ type: 'persist', args: { value: null } })
})

test('a play with everything', () => {
  const { value, problems } = read(`
- name: Web
  hosts: [web, '!db']
  vars: {a: 1}
  vars_files: more.yml
  serial: [1, 25%]
  max_fail: 2
  max_unreachable: 10%
  tags: a, b
  become: yes
  become_user: root
  environment: {LANG: C}
  tasks:
    - name: One
      ansible.posix.sysctl: {x: 1}
      when: [a, b]
      loop: [1, 2]
      register: r
      become: false
      become_user: www
      notify: [x, y]
      no_log: true
      ignore_errors: true
      environment: "{{ env }}"
      vars: {c: 2}
      tags: [c]
    - ansible.builtin.command: ls
      when: a
      notify: x
  handlers:
    - name: x
      debug: {msg: x}
`)
  expect(problems).toEqual([])
  const only = playOf(value[0])
  expect(only).toMatchObject({ at: { line: 2, column: 3 }, tags: ['a', 'b'], become: true, becomeUser: 'root' })
  expect(only?.name?.value).toBe('Web')
  expect(only?.hosts.map(({ value }) => value)).toEqual(['web', '!db'])
  expect(only?.varsFiles.map(({ value }) => value)).toEqual(['more.yml'])
  expect(only?.serial && toValue(only.serial)).toEqual([1, '25%'])
  const [one, two] = tasksOf(only)
  expect(one).toMatchObject({
    work: { type: 'sysctl' },
    become: false,
    becomeUser: 'www',
    noLog: true,
    ignoreErrors: true,
    tags: ['c'],
  })
  expect(one?.when.map(toValue)).toEqual(['a', 'b'])
  expect(one?.notify.map(toValue)).toEqual(['x', 'y'])
  expect(one?.register?.value).toBe('r')
  expect(two).toMatchObject({ work: { type: 'command' }, tags: [] })
  expect(two).not.toHaveProperty('noLog')
  expect(two).not.toHaveProperty('loop')
  expect(only?.handlers[0]?.name?.value).toBe('x')
})

test('what is empty is nothing, as in Ansible', () => {
  const { value, problems } = read('- hosts: all\n  vars:\n  tasks:\n  handlers:\n  tags:\n  vars_files:\n')
  expect(problems).toEqual([])
  expect(value[0]).toMatchObject({ tasks: [], handlers: [], tags: [], varsFiles: [] })
})

test('any text is read without throwing', () => {
  const word = fc.constantFrom(
    '- ',
    'hosts',
    'tasks',
    ': ',
    '\n',
    '  ',
    'debug',
    '[',
    '{',
    '{{ x }}',
    '"',
    'when',
    'null',
    'vars',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(word).map((words) => words.join('')),
      ),
      (text) => {
        expect(Array.isArray(read(text).value)).toBe(true)
      },
    ),
  )
})
