import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readInventory } from '../../src/inventory/read.ts'
import type { TaskType } from '../../src/model/task-type.ts'
import { schedule } from '../../src/schedule/schedule.ts'
import persist from '../../src/tasks/persist.ts'
import sysctl from '../../src/tasks/sysctl.ts'
import vipOnLo from '../../src/tasks/vip-on-lo.ts'
import { fleet, playOf, resolveOn, scheduleFiles, scheduleText, scopeOf, taskOf } from './fleet.ts'
import { taskTypes } from './task-types.ts'

type Options = Parameters<typeof scheduleText>[1]

/** Each problem in one line: its line, the word at its place, and what is said. The tasks begin in line 3. */
const sayTasks = async (tasks: string, options?: Options) => {
  const text = `- hosts: realserver\n  tasks:\n  ${tasks.replaceAll('\n', '\n  ')}\n`
  const { problems } = await scheduleText(text, options)
  return problems.map(({ at, summary }) => {
    const place = text.split('\n')[(at?.line ?? 0) - 1]?.slice((at?.column ?? 0) - 1)
    return `${at?.line} ${/^[^\s,}\])]*/.exec(place ?? '')?.[0]}: ${summary}`
  })
}

describe('mistakes in tasks', () => {
  test.each<[string, readonly string[]]>([
    ['- command: "{{ vipp }}"', ['3 vipp: undefined variable "vipp"']],
    ['- command: "{{ vip"', ['3 ": the closing }} is missing']],
    ['- command: "{{ nic }} {{ vipp | default(1) }}"', []],
    // What waits hides nothing.
    [
      '- sysctl: {"a.{{ nic }}": "{{ a }}", "b.{{ b }}": 1}',
      ['3 a: undefined variable "a"', '3 b: undefined variable "b"'],
    ],
    ['- {sysctl: {"a.{{ nic }}": 1, b: x}}', ['3 x: `b` must be a number']],
    ['- vip-on-lo: {addres: "{{ vip }}", state: "{{ nic }}"}', ['3 addres:: unknown key `addres`']],
    ['- vip-on-lo: {address: "{{ nic }}"}', []],
    ['- {persist: , when: nic == nowhere}', ['3 nowhere: undefined variable "nowhere"']],
    ['- {persist: , when: nic and nowhere}', []],
    ['- {persist: , when: [nic == 1, nowhere == 1]}', []],
    ['- {persist: , when: nowhere is defined and nic}', []],
    ['- {persist: , when: nic == (nowhere | default(gone))}', ['3 gone: undefined variable "gone"']],
    ['- command: "{{ nic }} {{ nowhere }}"', ['3 nowhere: undefined variable "nowhere"']],
    [
      '- command: "{{ [nic, {1: nowhere}][nic:].x(nowhere2)[nowhere3] ~ -nowhere4 }}"',
      ['', '2', '3', '4'].map((n) => `3 nowhere${n}: undefined variable "nowhere${n}"`),
    ],
    ['- {persist: , when: nic == }', ['3 : expected a value, found the end']],
    ['- {command: "{{ nowhere ", when: false}', ['3 ": the closing }} is missing']],
    ['- {command: "{{ nowhere }}", when: false}', []],
    ['- {command: "{{ nic }}", environment: {A: "{{ nowhere }}"}}', ['3 nowhere: undefined variable "nowhere"']],
    ['- {command: "{{ item }}", loop: "{{ nowhere }}"}', ['3 nowhere: undefined variable "nowhere"']],
    ['- {command: "{{ item }}{{ nowhere }}", loop: [1, 2]}', ['3 nowhere: undefined variable "nowhere"']],
    ['- {command: "{{ item }}", loop: "{{ vip }}"}', ['3 "{{: `loop` must be a list, not "192.0.2.100"']],
    ['- {command: "{{ item }}", loop: "{{ hostvars }}"}', ['3 "{{: `loop` must be a list, not a map']],
    ['- command: "{{ item }}"', ['3 item: undefined variable "item"']],
    [
      '- {assert: {that: [vip == nowhere, nic, 1 == gone]}}',
      ['3 nowhere: undefined variable "nowhere"', '3 gone: undefined variable "gone"'],
    ],
    ['- {debug: {var: nowhere}}', ['3 nowhere: undefined variable "nowhere"']],
    ['- sysctl: [1]', ['3 [1: `sysctl` must be a map']],
    ['- sysctl:', ['3 : `sysctl` must be a map']],
    ['- sysctl: {a: x, b: y, c: 1}', ['3 x: `a` must be a number', '3 y: `b` must be a number']],
    ['- vip-on-lo: {state: absent}', ['3 {state:: missing key `address`']],
    ['- vip-on-lo: {address: [a, 1]}', ['3 1: `address[1]` must be a text']],
    ['- {vip-on-lo: {address: "{{ item }}"}, loop: [a, 1, 2]}', ['3 "{{: `address` must be a text']],
    // Results.
    ['- {command: ls, register: r}\n- command: "{{ r.stdout_lines }}"', []],
    ['- command: "{{ r.stdout }}"\n- {command: ls, register: r}', ['3 r.stdout: undefined variable "r"']],
    ['- {command: ls, register: r, when: r.failed}', ['3 r.failed: undefined variable "r"']],
    ['- {comand: ls, register: r}\n- command: "{{ r.stdout }}"', ['3 comand:: unknown key `comand` in a task']],
    ['- {command: ls, register: r, tags: [a]}\n- command: "{{ r.stdout }}"', []],
    // Handlers.
    ['- {command: ls, notify: restart}', ['3 restart: this play has no handler "restart"']],
    [
      '- {command: ls, notify: [reload, restart it]}\nhandlers:\n- {name: reload, persist: }',
      ['3 restart: this play has no handler "restart it"'],
    ],
    ['- persist:\nhandlers:\n- {name: x, command: "{{ nowhere }}"}', ['5 nowhere: undefined variable "nowhere"']],
  ])('%s', async (tasks, said) => expect(await sayTasks(tasks)).toEqual(said))

  test('a result is known from its task on, in later plays too, on the hosts that ran it', async () => {
    const { said } = await scheduleText(`
- hosts: rs1
  tasks: [{command: ls, register: r}]
- hosts: rs1,rs2
  tasks: [{command: "{{ r.stdout }}"}]
`)
    expect(said).toEqual(['5:25 undefined variable "r" (on rs2)'])
  })

  test('a task left out by tags registers nothing', async () => {
    const text = '- {command: ls, register: r, tags: [never, a]}\n- command: "{{ r.stdout }}"'
    expect(await sayTasks(text)).toEqual(['4 r.stdout: undefined variable "r"'])
  })
})

describe('mistakes on some hosts', () => {
  const inventory = fleet({ rs1: '{a: 1, b: 1, c: 1}', rs2: '{b: 1}' })
  test.each<[string, readonly string[]]>([
    ['- command: "{{ a }}"', ['3 a: undefined variable "a" (on rs2 and 2 more)']],
    ['- command: "{{ b }}"', ['3 b: undefined variable "b" (on rs3 and 1 more)']],
    ['- command: "{{ d }}"', ['3 d: undefined variable "d"']],
    ['- command: "{{ nic }}"\n- sysctl: {"{{ nic }}": "{{ a }}"}', ['4 a: undefined variable "a" (on rs2 and 2 more)']],
    ['- {command: "{{ c }}", when: a is defined}', []],
    ['- {sysctl: {x: "{{ inventory_hostname }}"}}', ['3 "{{: `x` must be a number']],
  ])('%s', async (tasks, said) => expect(await sayTasks(tasks, { inventory })).toEqual(said))

  test('a mistake in a variable is told once, at its place, whoever uses it', async () => {
    const { said } = await scheduleText(
      '- hosts: all\n  vars: {a: "{{ nowhere }}"}\n  tasks:\n    - command: "{{ a }}"\n    - {command: "{{ a }}", environment: {B: "{{ a }}"}}\n',
    )
    expect(said).toEqual(['2:17 undefined variable "nowhere"'])
  })
})

describe('hosts', () => {
  const one = (hosts: string) => `- hosts: ${hosts}\n  tasks: [{persist: }]\n`
  test.each<[string, Options, readonly string[]]>([
    ['realserver', {}, ['rs1', 'rs2', 'rs3', 'rs4']],
    ['realserver:!rs2', {}, ['rs1', 'rs3', 'rs4']],
    ['[rs2, director]', {}, ['rs2', 'd1']],
    ["[all, '!director']", {}, ['rs1', 'rs2', 'rs3', 'rs4']],
    ['"{{ target }}"', { extraVars: ['target=rs3'] }, ['rs3']],
    [`"{{ target | default('director') }}"`, {}, ['d1']],
    ['all', { limit: 'rs1,rs3' }, ['rs1', 'rs3']],
  ])('%s with %j', async (hosts, options, expected) => {
    const scheduled = await scheduleText(one(hosts), options)
    expect(scheduled.said).toEqual([])
    expect(playOf(scheduled).hosts).toEqual(expected)
  })

  test('a play that --limit leaves without hosts is empty, and no mistake', async () => {
    const scheduled = await scheduleText(one('director') + one('realserver'), { limit: 'rs1' })
    expect(scheduled.said).toEqual([])
    expect([playOf(scheduled, 1).hosts, playOf(scheduled, 2).hosts]).toEqual([[], ['rs1']])
  })

  test('a run without hosts is a mistake', async () => {
    expect((await scheduleText(one('director'), { limit: 'rs1' })).said).toEqual([
      'no play has a host that --limit rs1 leaves',
    ])
    expect((await scheduleText(one('ungrouped'))).said).toEqual(['1:3 no play has a host'])
  })

  test('a name that is nobody is a mistake at its place', async () => {
    const { said, problems } = await scheduleText(one('realservr'))
    expect(said).toEqual([expect.stringMatching(/^1:10 .*realservr/)])
    expect(problems[0]?.hint).toContain('realserver')
    const limited = await scheduleText(one('all') + one('director'), { limit: 'rs9' })
    expect(limited.said).toEqual([expect.stringMatching(/rs9/)])
    expect((await scheduleText(one('"{{ target }}"'))).said).toEqual(['1:14 undefined variable "target"'])
  })

  test('--allow-empty puts up with both', async () => {
    const allowEmpty = true
    expect((await scheduleText(one('realservr'), { allowEmpty })).said).toEqual([
      expect.stringMatching(/^warning: 1:10 /),
    ])
    expect((await scheduleText(one('director'), { limit: 'rs1', allowEmpty })).said).toEqual([])
  })
})

describe('tags', () => {
  const text = `- hosts: rs1
  tags: web
  tasks:
    - {command: a, tags: a}
    - {command: b}
    - {command: never, tags: never}
- hosts: rs2
  tasks: [{command: c}]
`
  const chosen = async (options: Options) => {
    const scheduled = await scheduleText(text, options)
    expect(scheduled.said).toEqual([])
    return [1, 2].flatMap((number) => playOf(scheduled, number).tasks.map(({ id }) => id))
  }
  test('tasks keep their numbers, and have the tags of their play', async () => {
    expect(await chosen({})).toEqual(['1.1', '1.2', '2.1'])
    expect(await chosen({ tags: ['a'] })).toEqual(['1.1'])
    expect(await chosen({ tags: ['web'] })).toEqual(['1.1', '1.2', '1.3'])
    expect(await chosen({ skipTags: ['web'] })).toEqual(['2.1'])
    expect(taskOf(await scheduleText(text), '1.1').task.tags).toEqual(['web', 'a'])
  })
  test('a tag that no task has is a mistake', async () => {
    const { said, problems } = await scheduleText(text, { tags: ['wep'], skipTags: ['zzz'] })
    expect(said).toEqual(['no task has the tag `wep` of --tags', 'warning: no task has the tag `zzz` of --skip-tags'])
    expect(problems.map(({ hint }) => hint)).toEqual(['did you mean `web`?', 'the tags are web, a'])
  })
})

describe('files of variables', () => {
  const site = (files: string) =>
    `- hosts: rs1\n  vars: {stage: prod}\n  vars_files: ${files}\n  tasks: [{command: "{{ x }}"}]\n`
  test.each<[string, Record<string, string>, readonly string[]]>([
    ['more.yml', { 'more.yml': 'x: 1' }, []],
    ['more.yml', { 'vars/more.yml': 'x: 1' }, []],
    ['["{{ stage }}.yml"]', { 'prod.yml': 'x: 1' }, []],
    ['[empty.yml, more.yml]', { 'empty.yml': '# nothing\n', 'more.yml': 'x: 1' }, []],
    ['more.yml', {}, ['3:15 there is no file of variables "more.yml"']],
    ['vars', { 'vars/x.yml': '' }, ['3:15 vars is a directory']],
    ['more.yml', { 'more.yml': '[1]' }, ['more.yml:1:1 a file of variables must be a map']],
    ['more.yml', { 'more.yml': 'x: "{{ y"' }, [expect.stringMatching(/^more.yml:1:/)]],
    ['more.yml', { 'more.yml': 'x: 1\nitem: 2\n' }, ['more.yml:2:1 `item` is set by ipvs-play itself']],
    ['"{{ nowhere }}.yml"', {}, ['3:19 undefined variable "nowhere"']],
  ])('%s of %j', async (files, more, said) => {
    const found = (await scheduleFiles({ 'site.yml': site(files), ...more })).said
    expect(found.map((line) => line.replace(/ \/\S+\/vars is/, ' vars is'))).toEqual(said)
  })
})

describe('local files', () => {
  const site = (src: string, more = '') => `- hosts: rs1,rs2\n  tasks:\n    - copy: {dest: /x, src: ${src}}\n${more}`
  const read = async (text: string, files: Record<string, string>) => {
    const scheduled = await scheduleFiles({ 'site.yml': text, ...files })
    return {
      ...scheduled,
      texts: [...(scheduled.value?.files ?? [])].map(([path, content]) => [
        path.split('/').slice(-2).join('/'),
        new TextDecoder().decode(content),
      ]),
    }
  }

  test('are found beside the playbook, under files/ first, and kept by both names', async () => {
    const scheduled = await read(site('a.conf'), { 'a.conf': 'beside', 'files/a.conf': 'under' })
    expect(scheduled.said).toEqual([])
    expect(scheduled.texts).toEqual([
      ['files/a.conf', 'under'],
      ['a.conf', 'under'],
    ])
    const resolved = resolveOn(scheduled, '1.1', 'rs1')
    expect(resolved).toMatchObject({ items: [{ args: { src: expect.stringMatching(/^\/.*\/files\/a\.conf$/) } }] })
  })

  test('of every host and item are read', async () => {
    const scheduled = await read(site('"{{ item }}-{{ inventory_hostname }}"', '      loop: [a, b]\n'), {
      'a-rs1': '1',
      'a-rs2': '2',
      'b-rs1': '3',
      'b-rs2': '4',
    })
    expect(scheduled.said).toEqual([])
    expect(new Set(scheduled.texts.map(([, text]) => text))).toEqual(new Set(['1', '2', '3', '4']))
  })

  test.each<[string, string, readonly string[]]>([
    ['nowhere.conf', '', ['3:29 there is no local file "nowhere.conf"']],
    ['dir', '', [expect.stringMatching(/^3:29 the local file .*dir is a directory$/)]],
    ['"{{ inventory_hostname }}.conf"', '', ['3:29 there is no local file "rs2.conf" (on rs2)']],
    ['"{{ nic }}.conf"', '', ['3:29 `src` depends on nic, which is not known before the run']],
    ['gone.conf', '      when: nic == "eth0"\n', ['3:29 there is no local file "gone.conf"']],
    ['gone.conf', '      when: false\n', []],
  ])('mistake: src: %s', async (src, more, said) => {
    expect((await read(site(src, more), { 'rs1.conf': '', 'dir/x': '' })).said).toEqual(said)
  })
})

describe('the whole', () => {
  test('numbers run through all plays of all playbooks', async () => {
    const text =
      '- hosts: rs1\n  tasks: [{persist: }]\n  handlers: [{name: h, persist: }]\n- hosts: rs2\n  tasks: [{persist: }]\n'
    const scheduled = await scheduleFiles({ 'a.yml': text, 'b.yml': text }, { playbooks: ['a.yml', 'b.yml'] })
    const plays = scheduled.value?.playbooks.flatMap(({ plays }) => plays) ?? []
    expect(plays.map(({ number }) => number)).toEqual([1, 2, 3, 4])
    expect(plays.flatMap(({ tasks, handlers }) => [...tasks, ...handlers].map(({ id }) => id))).toEqual([
      '1.1',
      '1.h1',
      '2.1',
      '3.1',
      '3.h1',
      '4.1',
    ])
  })

  test('names: as written, else the hosts and the task type', async () => {
    const text =
      '- hosts: rs1\n  tasks: [{persist: }, {name: "X {{ nic }}", persist: }]\n- {name: "Y {{ a }}", hosts: rs1}\n'
    const scheduled = await scheduleText(text, { extraVars: ['a=b'] })
    expect([playOf(scheduled, 1).name, playOf(scheduled, 2).name]).toEqual(['rs1', 'Y b'])
    expect(playOf(scheduled).tasks.map(({ name }) => name)).toEqual(['persist', 'X {{ nic }}'])
  })

  test('mistakes of all playbooks come at once', async () => {
    const { said } = await scheduleFiles(
      { 'a.yml': '- hosts: rs1\n  tasks: [{foo: }]\n', 'b.yml': '- hosts: rs1\n  tasks: [{command: "{{ x }}"}]\n' },
      { playbooks: ['a.yml', 'b.yml', 'c.yml'] },
    )
    expect(said).toEqual([
      'a.yml:2:12 unknown key `foo` in a task',
      expect.stringMatching(/^there is no playbook .*c\.yml$/),
      'b.yml:2:25 undefined variable "x"',
    ])
  })

  test('without any playbook there is no schedule', async () => {
    const { value, said } = await scheduleFiles({}, { playbooks: ['site.yml'] })
    expect([value, said]).toEqual([undefined, [expect.stringMatching(/^there is no playbook .*site\.yml$/)]])
  })

  test('connection variables see the inventory and extra variables', async () => {
    const scheduled = await scheduleText('- hosts: rs1\n  vars: {port: 1}\n  tasks: [{persist: }]\n', {
      extraVars: ['user=me'],
    })
    const scope = scheduled.value?.hostScope('rs1')
    expect(scope?.get('user')).toMatchObject({ kind: 'written' })
    expect(scope?.get('vip')).toMatchObject({ kind: 'written' })
    expect(scope?.get('port')).toBeUndefined()
    expect(scope?.get('inventory_hostname')).toEqual({ kind: 'value', value: 'rs1' })
  })

  test('names of a scope hold all that can be used', async () => {
    const scheduled = await scheduleText(
      '- hosts: rs1\n  vars: {a: 1}\n  tasks: [{command: ls, vars: {b: 1}, register: r}, {command: ls}]\n',
      { extraVars: ['c=1'] },
    )
    const { play, task } = taskOf(scheduled, '1.1')
    const names = [...scopeOf(scheduled, play, 'rs1').forTask(task).names()]
    expect(names).toEqual(
      expect.arrayContaining(['a', 'b', 'c', 'r', 'vip', 'nic', 'facts', 'inventory_hostname', 'hostvars']),
    )
  })
})

describe('the playbooks of this project', () => {
  const request = {
    inventory: fleet(),
    taskTypes,
    tags: [],
    skipTags: [],
    extraVars: [],
    check: false,
    allowEmpty: false,
  }

  test.each(['site.yml', 'remove.yml'])('%s is looked up under playbooks/ and has no mistake', async (name) => {
    const { value, problems } = await schedule({ ...request, playbooks: [name] })
    expect(problems).toEqual([])
    expect(value?.playbooks.map(({ file }) => file)).toEqual([join('playbooks', name)])
  })

  test.each(['site.yml', 'remove.yml'])(
    '%s suits the example inventory and the task types themselves',
    async (name) => {
      const { value: inventory, problems: inInventory } = await readInventory(['inventory'], {
        playbookDirectories: ['playbooks'],
      })
      const real = new Map([sysctl, vipOnLo, persist].map((type) => [type.name, type as TaskType<unknown>]))
      const { problems, value } = await schedule({ ...request, playbooks: [name], inventory, taskTypes: real })
      expect([...inInventory, ...problems]).toEqual([])
      expect(value?.playbooks[0]?.plays.every(({ hosts }) => hosts.length > 0)).toBe(true)
    },
  )

  test('site.yml sets guards before the VIP, in batches', async () => {
    const scheduled = await scheduleText(readFileSync(join(import.meta.dirname, '../../playbooks/site.yml'), 'utf8'))
    expect(playOf(scheduled, 2)).toMatchObject({
      hosts: ['rs1', 'rs2', 'rs3', 'rs4'],
      serial: [{ count: 1 }, { percent: 25 }, { percent: 100 }],
      tasks: [{ type: { name: 'sysctl' } }, { type: { name: 'vip-on-lo' } }, { type: { name: 'persist' } }],
    })
    expect(resolveOn(scheduled, '2.1', 'rs3', { facts: { nic: 'eth0.100' } })).toMatchObject({
      name: 'Answer and announce ARP for own addresses only',
      items: [
        {
          args: {
            'net.ipv4.conf.all.arp_ignore': 1,
            'net.ipv4.conf.all.arp_announce': 2,
            'net.ipv4.conf.eth0.100.arp_ignore': 1,
            'net.ipv4.conf.eth0.100.arp_announce': 2,
          },
        },
      ],
    })
    expect(resolveOn(scheduled, '2.2', 'rs3')).toMatchObject({ items: [{ args: { address: '192.0.2.100' } }] })
  })

  test('without a vip site.yml is wrong on the hosts that lack it', async () => {
    const { problems } = await schedule({ ...request, playbooks: ['site.yml'], inventory: fleet({}, '{}') })
    expect(problems.map(({ summary }) => summary)).toEqual(['undefined variable "vip"'])
  })
})
