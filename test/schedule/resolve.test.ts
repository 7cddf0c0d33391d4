import { describe, expect, test } from 'vitest'
import { pendingField } from '../../src/schedule/pending.ts'
import { foresee } from '../../src/schedule/resolve.ts'
import { fleet, type Known, resolveOn, scheduleText, scopeOf, taskOf } from './fleet.ts'

const nic = { facts: { nic: 'eth0' } }

/** One play on realserver with these tasks, the first of which is 1.1; what it says must be nothing. */
const tasks = async (text: string, options?: Parameters<typeof scheduleText>[1]) => {
  const scheduled = await scheduleText(`- hosts: realserver\n  tasks:\n${text.replace(/^/gm, '    ')}\n`, options)
  expect(scheduled.said).toEqual([])
  return scheduled
}

const work = (args: unknown, more: object = {}) => ({ kind: 'work', args, environment: {}, ...more })

describe('arguments', () => {
  test.each<[string, unknown]>([
    ['- sysctl: {net.ipv4.ip_forward: 1}', { 'net.ipv4.ip_forward': 1 }],
    ['- sysctl: {"net.ipv4.conf.{{ nic }}.arp_ignore": "{{ 1 + 1 }}"}', { 'net.ipv4.conf.eth0.arp_ignore': 2 }],
    ['- vip-on-lo: "{{ vip }}"', { address: '192.0.2.100' }],
    ['- vip-on-lo: ["{{ vip }}", 192.0.2.101]', { address: ['192.0.2.100', '192.0.2.101'] }],
    ['- persist:', null],
    ['- command: ls {{ inventory_hostname }}', 'ls rs1'],
    ['- command: {cmd: ls, chdir: "{{ undefinedd | default(omit) }}"}', { cmd: 'ls' }],
    ['- debug: {var: vip}', { var: { source: 'vip', value: '192.0.2.100' } }],
    [
      '- debug: {var: [vip, 1 + 1], msg: "{{ vip }}"}',
      {
        msg: '192.0.2.100',
        var: [
          { source: 'vip', value: '192.0.2.100' },
          { source: '1 + 1', value: 2 },
        ],
      },
    ],
    ['- assert: {that: nic == "eth0"}', { that: { source: 'nic == "eth0"', value: true } }],
    [
      '- assert: {that: [true, 1 > 2]}',
      {
        that: [
          { source: 'true', value: true },
          { source: '1 > 2', value: false },
        ],
      },
    ],
  ])('%s', async (text, args) => {
    expect(resolveOn(await tasks(text), '1.1', 'rs1', nic)).toEqual({
      kind: 'items',
      name: expect.any(String),
      items: [work(args)],
    })
  })

  test('what is not known yet is waited for', async () => {
    const scheduled = await tasks('- sysctl: {"net.ipv4.conf.{{ nic }}.arp_ignore": 1}')
    expect(resolveOn(scheduled, '1.1', 'rs1')).toEqual({ kind: 'waits', name: 'sysctl', on: 'nic' })
  })

  test('a nic of the inventory is never waited for, and wins over the one that was found', async () => {
    const inventory = fleet({ rs1: 'nic: bond0' })
    const scheduled = await tasks('- command: "{{ nic }}"', { inventory })
    expect(resolveOn(scheduled, '1.1', 'rs1')).toMatchObject({ items: [work('bond0')] })
    expect(resolveOn(scheduled, '1.1', 'rs1', nic)).toMatchObject({ items: [work('bond0')] })
    expect(resolveOn(scheduled, '1.1', 'rs2')).toMatchObject({ kind: 'waits', on: 'nic' })
  })

  test('a mistake that only the host can show is a problem at its place', async () => {
    const scheduled = await tasks('- sysctl: {"net.ipv4.conf.{{ nic }}.arp_ignore": "{{ nic }}"}')
    const resolved = resolveOn(scheduled, '1.1', 'rs1', nic)
    expect(resolved).toMatchObject({
      kind: 'problem',
      problem: {
        summary: '`net.ipv4.conf.eth0.arp_ignore` must be a number',
        at: { line: 3, column: 54 },
        hint: 'write it without quotes',
      },
    })
  })

  test('text of a result is not rendered again', async () => {
    const scheduled = await tasks('- command: ls\n  register: r\n- command: "{{ r.stdout }}"')
    expect(resolveOn(scheduled, '1.2', 'rs1', { results: { r: { stdout: '{{ vip }}' } } })).toMatchObject({
      items: [work('{{ vip }}')],
    })
  })
})

describe('names', () => {
  test.each<[string, Known, string]>([
    ['- persist:', {}, 'persist'],
    ['- {name: "On {{ inventory_hostname }}", persist: }', {}, 'On rs1'],
    ['- {name: "On {{ nic }}", persist: }', nic, 'On eth0'],
    ['- {name: "On {{ nic }}", persist: }', {}, 'On {{ nic }}'],
    ['- {name: "On {{ item }}", loop: [1], persist: }', {}, 'On {{ item }}'],
    ['- {name: "On {{ item }}", persist: }', {}, 'On {{ item }}'],
  ])('%s', async (text, known, name) => {
    expect(resolveOn(await tasks(text), '1.1', 'rs1', known).name).toBe(name)
  })
})

describe('when', () => {
  const register = '- {command: ls, register: r}\n'
  const skipped = (because: string) => ({ kind: 'items', items: [{ kind: 'skip', because }] })
  const done = { kind: 'items', items: [{ kind: 'work' }] }
  test.each<[string, Known, object]>([
    ['true', {}, done],
    ['false', {}, skipped('`false` is false')],
    ['vip is defined', {}, done],
    ['not vip', {}, skipped('`not vip` is false')],
    ['[]', {}, done],
    ['[1 == 1, 1 == 2]', {}, skipped('`1 == 2` is false')],
    ['r.changed', {}, { kind: 'waits', on: 'the result of "command"' }],
    ['r.changed', { results: { r: { changed: true } } }, done],
    ['r.changed', { results: { r: { changed: false } } }, skipped('`r.changed` is false')],
    ['r.changed', { results: { r: { changed: true, failed: pendingField('x') } } }, done],
    ['r.failed', { results: { r: { changed: true, failed: pendingField('x') } } }, { kind: 'waits', on: 'x' }],
    ['[r.changed, 1 == 2]', {}, skipped('`1 == 2` is false')],
    ['[r is failed, r.nothing]', {}, { kind: 'waits' }],
    ['inventory_hostname in groups.director', {}, skipped('`inventory_hostname in groups.director` is false')],
  ])('when: %s with %j', async (when, known, result) => {
    expect(resolveOn(await tasks(`${register}- persist:\n  when: ${when}`), '1.2', 'rs1', known)).toMatchObject(result)
  })

  test('arguments of a skipped task are not looked at', async () => {
    expect(
      resolveOn(await tasks('- command: "{{ nowhere }}"\n  when: nowhere is defined'), '1.1', 'rs1'),
    ).toMatchObject(skipped('`nowhere is defined` is false'))
  })

  test('text is neither true nor false', async () => {
    const { said, problems } = await scheduleText('- hosts: rs1\n  tasks:\n    - {persist: , when: on_it}\n', {
      extraVars: ['on_it=false'],
    })
    expect(said).toEqual(['3:25 the condition `on_it` is the text "false", neither true nor false'])
    expect(problems[0]?.hint).toBe('write `on_it | bool`, or compare it')
  })
})

describe('loop', () => {
  test.each<[string, Known, object]>([
    ['- {command: "{{ item }}", loop: [a, b]}', {}, [work('a', { item: 'a' }), work('b', { item: 'b' })]],
    ['- {command: "{{ item.x }}", loop: [{x: 1}]}', {}, [work(1, { item: { x: 1 } })]],
    ['- {command: "{{ item }}", loop: "{{ groups.director }}"}', {}, [work('d1', { item: 'd1' })]],
    ['- {command: "{{ item }}", loop: []}', {}, []],
    [
      '- {command: "{{ item }}", loop: [1, 2], when: item > 1}',
      {},
      [{ kind: 'skip', because: '`item > 1` is false', item: 1 }, work(2, { item: 2 })],
    ],
    [
      '- {command: "{{ nowhere }}", loop: "{{ nowhere }}", when: nowhere is defined}',
      {},
      [{ kind: 'skip', because: '`nowhere is defined` is false' }],
    ],
    ['- {command: "{{ pre }}", loop: [a], vars: {pre: "x{{ item }}"}}', {}, [work('xa', { item: 'a' })]],
  ])('%s', async (text, known, items) => {
    expect(resolveOn(await tasks(text), '1.1', 'rs1', known)).toEqual({
      kind: 'items',
      name: expect.any(String),
      items,
    })
  })

  test('a loop over a result waits', async () => {
    const scheduled = await tasks(
      '- {command: ls, register: r}\n- {command: "{{ item }}", loop: "{{ r.stdout_lines }}"}',
    )
    expect(resolveOn(scheduled, '1.2', 'rs1')).toMatchObject({ kind: 'waits', on: 'the result of "command"' })
    expect(resolveOn(scheduled, '1.2', 'rs1', { results: { r: { stdout_lines: ['a'] } } })).toMatchObject({
      items: [work('a')],
    })
    expect(resolveOn(scheduled, '1.2', 'rs1', { results: { r: { stdout_lines: 'a' } } })).toMatchObject({
      kind: 'problem',
      problem: { summary: '`loop` must be a list, not "a"' },
    })
  })
})

describe('environment', () => {
  test("the task's lies over the play's", async () => {
    const scheduled = await scheduleText(
      '- hosts: rs1\n  environment: {A: 1, B: "{{ vip }}"}\n  tasks:\n    - {command: ls, environment: {A: x}}\n    - command: ls\n    - {command: ls, environment: "{{ {\'C\': \'c\'} }}"}\n',
    )
    expect(scheduled.said).toEqual([])
    const environment = (id: string) => resolveOn(scheduled, id, 'rs1')
    expect(environment('1.1')).toMatchObject({ items: [{ environment: { A: 'x', B: '192.0.2.100' } }] })
    expect(environment('1.2')).toMatchObject({ items: [{ environment: { A: '1', B: '192.0.2.100' } }] })
    expect(environment('1.3')).toMatchObject({ items: [{ environment: { A: '1', B: '192.0.2.100', C: 'c' } }] })
  })

  test.each([
    ['{A: true}', '4:24 the environment variable `A` must be text'],
    ['{A: [x]}', '4:24 the environment variable `A` must be text'],
    ['{A-B: x}', '4:26 `A-B` is not a name for an environment variable'],
    ['"{{ vip }}"', '4:20 `environment` must be a map'],
  ])('%s', async (text, problem) => {
    const { said } = await scheduleText(`- hosts: rs1\n  tasks:\n    - command: ls\n      environment: ${text}\n`)
    expect(said).toEqual([problem])
  })
})

describe('foresee', () => {
  const keys = async (text: string, known?: Known, id = '1.1') => {
    const scheduled = await tasks(text)
    const { play, task } = taskOf(scheduled, id)
    return foresee(task, play, scopeOf(scheduled, play, 'rs1', known)).map(({ key }) => key)
  }
  test.each<[string, readonly string[]]>([
    ['- sysctl: {a: 1, "b.{{ nic }}": 2}', ['a']],
    ['- sysctl: {a: 1, "b.{{ inventory_hostname }}": 2, c: "{{ nic | length }}"}', ['a', 'b.rs1']],
    ['- sysctl: {"b.{{ nic }}": 2}', []],
    ['- vip-on-lo: "{{ vip }}"', ['addresses:lo']],
    ['- vip-on-lo: "{{ nic }}"', []],
    ['- {sysctl: {"{{ item }}": 1, "{{ nic }}": 1}, loop: [a, b]}', ['a', 'b']],
    ['- {sysctl: {"{{ item }}": 1, a: 1}, loop: "{{ [nic] }}"}', ['a']],
    ['- {sysctl: {a: 1}, when: nic == "eth0"}', ['a']],
    ['- {sysctl: {a: 1}, when: 1 == 2}', []],
  ])('%s', async (text, expected) => expect(await keys(text)).toEqual(expected))
})
