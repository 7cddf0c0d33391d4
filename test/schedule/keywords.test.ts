import { describe, expect, test } from 'vitest'
import type { Task } from '../../src/model/schedule.ts'
import { tasksOf } from '../../src/schedule/rounds.ts'
import type { Schedule } from '../../src/schedule/schedule.ts'
import { nothingLearned } from '../../src/schedule/scope.ts'
import { settle } from '../../src/schedule/settle.ts'
import { type Files, playOf, resolveOn, scheduleFiles, scheduleText } from './fleet.ts'

const play = (body: string): string => `- hosts: rs1\n${body.replace(/^(?=.)/gm, '  ')}\n`
const tasks = (list: string): string => play(`tasks:\n${list.replace(/^(?=.)/gm, '  ')}`)

describe('what blocks and imports hand down', () => {
  const nested = tasks(`- block:
    - block:
        - {debug: {msg: x}, when: c, tags: z, vars: {v: 3}, notify: h3}
      when: b
      become: false
      vars: {v: 2, w: 2}
      notify: h2
  rescue:
    - {debug: {msg: r}}
  always:
    - {debug: {msg: a}, no_log: true}
  when: a
  tags: y
  become: true
  become_user: www
  ignore_errors: true
  vars: {v: 1, a: true, b: true, c: true}
  notify: h1
  environment: {A: 1}
  delegate_to: d1
  timeout: 5
`).replace(
    '- hosts: rs1\n',
    '- hosts: rs1\n  tags: x\n  handlers: [{name: h1, debug: {msg: h}}, {name: h2, debug: {msg: h}}, {name: h3, debug: {msg: h}}]\n',
  )

  test('conditions, tags, variables and handlers come together, the inner word wins', async () => {
    const scheduled = await scheduleText(nested)
    expect(scheduled.said).toEqual([])
    const [inner, rescue, always] = playOf(scheduled).tasks
    expect(inner).toMatchObject({
      id: '1.1',
      become: false,
      becomeUser: 'www',
      ignoreErrors: true,
      timeout: 5,
      tags: ['x', 'y', 'z'],
      notify: ['h1', 'h2', 'h3'],
    })
    expect(inner?.when.map((node) => node.kind === 'scalar' && node.value)).toEqual(['a', 'b', 'c'])
    expect(inner?.path.map(({ part }) => part)).toEqual(['block', 'block'])
    expect(rescue).toMatchObject({ id: '1.2', become: true, notify: ['h1'], path: [{ part: 'rescue' }] })
    expect(always).toMatchObject({ id: '1.3', noLog: true, path: [{ part: 'always' }] })
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({
      items: [{ kind: 'work', on: 'd1', environment: { A: '1' } }],
    })
  })

  test('sections are numbered through, each with its turn of handlers', async () => {
    const scheduled = await scheduleText(
      play('post_tasks: [{persist: }]\ntasks: [{persist: }, {persist: }]\npre_tasks: [{persist: }]'),
    )
    expect(playOf(scheduled).tasks.map(({ id, at }) => `${id} ${at.line}`)).toEqual([
      '1.1 4',
      '1.2 3',
      '1.3 3',
      '1.4 2',
    ])
    expect(playOf(scheduled).flushes).toEqual([1, 3, 4])
  })
})

describe('files of tasks', () => {
  const files: Files = {
    'site.yml': `- hosts: realserver
  vars: {name: a}
  tasks:
    - {import_tasks: "{{ name }}.yml", tags: t, vars: {word: one}}
    - {include_tasks: b.yml, vars: {word: two}}
    - {debug: {msg: "{{ given }}"}}
`,
    'a.yml': '- {debug: {msg: "{{ word }}"}}\n- {persist: }\n',
    'tasks/b.yml': '- {set_fact: {given: "{{ word }}"}}\n- {sysctl: {a: one}}\n',
  }

  test('are checked before the run, at their own places', async () => {
    const scheduled = await scheduleFiles(files)
    expect(scheduled.said).toEqual(['b.yml:2:16 `a` must be a number'])
    if (scheduled.value === undefined) throw new Error('nothing was scheduled')
    expect(tasksOf(playOf(scheduled), scheduled.value).map(({ id, tags }) => [id, ...tags])).toEqual([
      ['1.1', 't'],
      ['1.2', 't'],
      ['1.3'],
      ['1.3.1'],
      ['1.3.2'],
      ['1.4'],
    ])
    expect(resolveOn(scheduled, '1.4', 'rs1')).toMatchObject({ kind: 'waits' })
  })

  test.each([
    [
      'a file that is not there',
      { 'site.yml': tasks('- import_tasks: no.yml') },
      '3:21 there is no file of tasks "no.yml"',
    ],
    [
      'an include that is not there',
      { 'site.yml': tasks('- include_tasks: no.yml') },
      '3:22 there is no file of tasks "no.yml"',
    ],
    [
      'a host in the name of an import',
      { 'site.yml': tasks('- import_tasks: "{{ inventory_hostname }}.yml"') },
      '3:25 undefined variable "inventory_hostname"',
    ],
    [
      'no list',
      { 'site.yml': tasks('- import_tasks: a.yml'), 'a.yml': 'a: b\n' },
      'a.yml:1:1 a file of tasks is a list of them, not a map',
    ],
    [
      'a handler that is not there',
      { 'site.yml': tasks('- include_tasks: a.yml'), 'a.yml': '- {persist: , notify: h}\n' },
      'a.yml:1:23 this play has no handler "h"',
    ],
  ])('%s', async (_, given, problem) => {
    expect((await scheduleFiles(given as unknown as Files)).said).toEqual([problem])
  })

  test.each([
    [
      'imports',
      {
        'site.yml': tasks('- import_tasks: a.yml'),
        'a.yml': '- import_tasks: b.yml\n',
        'b.yml': '- import_tasks: a.yml\n',
      },
      /^b\.yml:1:17 .*a\.yml imports .*b\.yml, which imports .*a\.yml$/,
    ],
    [
      'includes',
      { 'site.yml': tasks('- include_tasks: a.yml'), 'a.yml': '- include_tasks: a.yml\n' },
      /^a\.yml:1:18 .*a\.yml includes itself$/,
    ],
    [
      'playbooks',
      { 'site.yml': '- import_playbook: a.yml\n', 'a.yml': '- import_playbook: site.yml\n' },
      /^a\.yml:1:20 .*site\.yml imports .*a\.yml, which imports .*site\.yml$/,
    ],
  ])('a circle of %s', async (_, given, problem) => {
    const { said } = await scheduleFiles(given as unknown as Files)
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(problem)
  })

  test('an include that ends by a condition is no circle', async () => {
    const { said } = await scheduleFiles({
      'site.yml': tasks('- {include_tasks: a.yml, vars: {n: 1}}'),
      'a.yml': '- {include_tasks: a.yml, when: n < 3, vars: {n: 4}}\n',
    })
    expect(said).toEqual([])
  })

  test('a playbook in another hands down its condition, tags and variables', async () => {
    const scheduled = await scheduleFiles({
      'site.yml':
        '- {import_playbook: sub/a.yml, when: yes_please, tags: t, vars: {yes_please: true, word: b}}\n- hosts: rs2\n',
      'sub/a.yml': '- hosts: rs1\n  vars: {word: c}\n  tasks:\n    - debug: {msg: "{{ word }}"}\n      tags: u\n',
    })
    expect(scheduled.said).toEqual([])
    expect(playOf(scheduled).tasks[0]?.tags).toEqual(['t', 'u'])
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [{ kind: 'work', args: { msg: 'b' } }] })
    expect(playOf(scheduled, 2).hosts).toEqual(['rs2'])
  })
})

describe('hosts', () => {
  test.each([
    ['inventory', 'rs3 rs1 rs2'],
    ['reverse_inventory', 'rs2 rs1 rs3'],
    ['sorted', 'rs1 rs2 rs3'],
    ['reverse_sorted', 'rs3 rs2 rs1'],
  ])('order: %s', async (order, hosts) => {
    const scheduled = await scheduleText(`- hosts: [rs3, rs1, rs2]\n  order: ${order}\n`)
    expect(playOf(scheduled).hosts.join(' ')).toBe(hosts)
  })

  test('shuffle loses nobody', async () => {
    const scheduled = await scheduleText('- hosts: realserver\n  order: shuffle\n')
    expect(playOf(scheduled).hosts.toSorted()).toEqual(['rs1', 'rs2', 'rs3', 'rs4'])
  })

  test.each([
    ['max_fail_percentage: 25', { percent: 25 }],
    ['max_fail_percentage: "25%"', { percent: 25 }],
    ['max_fail_percentage: "{{ 20 + 5 }}"', { percent: 25 }],
  ])('%s', async (word, maxFail) => {
    const scheduled = await scheduleText(play(word))
    expect(scheduled.said).toEqual([])
    expect(playOf(scheduled).maxFail).toEqual(maxFail)
  })

  test.each([
    [play('max_fail_percentage: 101'), '2:24 `max_fail_percentage` must be a number from 0 to 100, not 101'],
    [play('max_fail: 1\nmax_fail_percentage: 2'), '3:24 `max_fail` and `max_fail_percentage` are both given'],
    [tasks('- {persist: , delegate_to: d2}'), '3:32 `delegate_to`: there is no host "d2" in the inventory'],
    [tasks('- {command: ls, register: r, until: r.rc == nobody}'), '3:49 undefined variable "nobody"'],
    [tasks('- {command: ls, failed_when: "1 ="}'), '3:37 expected an operator'],
  ])('%s', async (text, problem) => {
    const [first] = (await scheduleText(text)).said
    expect(first).toContain(problem)
  })

  test('those that tasks are delegated to are reached too', async () => {
    const scheduled = await scheduleText(tasks('- {persist: , delegate_to: "{{ item }}", loop: [d1, rs1]}'))
    expect(scheduled.value?.delegates).toEqual(['d1', 'rs1'])
  })
})

describe('names', () => {
  test('a fact that is set waits from its task on, above the variables of the play', async () => {
    const scheduled = await scheduleText(
      `- hosts: rs1\n  vars: {word: a}\n  tasks:\n    - debug: {msg: "{{ word }}"}\n    - set_fact: {word: b}\n    - debug: {msg: "{{ word }}"}\n`,
    )
    expect(scheduled.said).toEqual([])
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [{ args: { msg: 'a' } }] })
    expect(resolveOn(scheduled, '1.3', 'rs1')).toMatchObject({ kind: 'waits' })
  })

  test('a value of another host waits, one that nobody gives is a mistake', async () => {
    const text = (name: string) =>
      `- hosts: realserver\n  tasks:\n    - {command: ls, register: r}\n    - debug: {msg: "{{ hostvars.rs2.${name}.rc }}"}\n`
    expect((await scheduleText(text('r'))).said).toEqual([])
    expect((await scheduleText(text('s'))).said[0]).toContain('the map has no key "s"')
  })

  test('loops bind their names, with_items opens lists, a label is shown', async () => {
    const scheduled = await scheduleText(
      tasks(`- debug: {msg: "{{ i }} {{ it }}"}
  with_items: [1, [2, 3]]
  loop_control: {loop_var: it, index_var: i, label: "no. {{ it }}"}`),
    )
    expect(scheduled.said).toEqual([])
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({
      items: [
        { item: 1, label: 'no. 1', args: { msg: '0 1' } },
        { item: 2, args: { msg: '1 2' } },
        { item: 3, args: { msg: '2 3' } },
      ],
    })
  })
})

describe('keywords that a template gives', () => {
  const settledOn = async (text: string, host: string) => {
    const scheduled = await scheduleText(text)
    const one = playOf(scheduled)
    return settle(one.tasks[0] as Task, (scheduled.value as Schedule).scope(one, host, nothingLearned))
  }

  test('are what it yields on each host, as Ansible takes that', async () => {
    const text = `- hosts: realserver
  vars: {first: "{{ inventory_hostname == 'rs1' }}", word: "yes", number: "3", nothing: "{{ omit }}"}
  no_log: "{{ first }}"
  tasks:
    - block:
        - {debug: {msg: x}, become: "{{ word }}", become_user: "{{ inventory_hostname }}", timeout: "{{ number }}"}
      become_user: around
      ignore_errors: "{{ nothing }}"
      diff: "{{ first }}"
`
    const on = (host: string) => settledOn(text, host)
    expect(await on('rs1')).toMatchObject({
      value: { noLog: true, become: true, becomeUser: 'rs1', timeout: 3, diff: true },
    })
    expect(await on('rs2')).toMatchObject({ value: { noLog: false, becomeUser: 'rs2', diff: false } })
    expect(await on('rs2')).not.toHaveProperty('value.ignoreErrors')
  })

  test('the inner word wins, whichever of the two is a template', async () => {
    const nested = (outer: string, inner: string) =>
      `- hosts: rs1\n  vars: {yes_: true, none_: "{{ omit }}"}\n  become: ${outer}\n  tasks: [{debug: {msg: x}, become: ${inner}}]\n`
    expect(await settledOn(nested('"{{ yes_ }}"', 'false'), 'rs1')).toMatchObject({ value: { become: false } })
    expect(await settledOn(nested('false', '"{{ yes_ }}"'), 'rs1')).toMatchObject({ value: { become: true } })
    expect(await settledOn(nested('true', '"{{ none_ }}"'), 'rs1')).not.toHaveProperty('value.become')
  })

  test.each([
    ['become: "{{ nobody }}"', '4:19 undefined variable "nobody"'],
    ['become: "{{ \'maybe\' }}"', '4:15 `become` must be true or false, and `{{ \'maybe\' }}` is "maybe"'],
    ['throttle: "{{ [1] }}"', '4:17 `throttle` must be a number from 0 on, and `{{ [1] }}` is [1]'],
    [
      'ignore_errors: "{{ item }}", loop: [1]',
      '4:22 `ignore_errors` cannot depend on `item` of the loop: it holds for the whole task',
    ],
    ['become: "{{ nobody }}", when: false', ''],
    ['become: "{{ nobody.x"', '4:27 the closing }} is missing'],
  ])('%s', async (words, said) => {
    const { said: all } = await scheduleText(
      `- hosts: rs1\n  tasks:\n    - debug: {msg: x}\n      ${words.split(', ').join('\n      ')}\n`,
    )
    expect(all.join()).toBe(said)
  })
})

test.each([
  ['apply: {loop: [1]}', '3:44 `loop` does not go with `apply`'],
  ['apply: {becom: true}', '3:44 unknown key `becom` in `apply`'],
  ['apply: a', '3:43 `apply` must be a map, not the text "a"'],
  ['apply: {notify: nobody}', '3:52 this play has no handler "nobody"'],
])('include_tasks with %s', async (words, said) => {
  const files = {
    'site.yml': `- hosts: rs1\n  tasks:\n    - include_tasks: {file: x.yml, ${words}}\n`,
    'x.yml': '- debug: {msg: x}\n',
  }
  expect((await scheduleFiles(files)).said).toEqual([said])
})

test('conditions on the result of a loop see that of an item, and those behind it that of the whole', async () => {
  const task = 'command: ls, loop: [a], register: r'
  const { said } = await scheduleText(`- hosts: rs1
  tasks:
    - {${task}, until: r.rc == 0, failed_when: "'x' in r.stdout", changed_when: r.rc == 1}
    - {debug: {msg: "{{ r.results }} {{ r.rc }}"}}
`)
  expect(said).toEqual(['4:43 the result of "command" has no "rc"'])
})
