import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { bringUp, type Fleet, type RunEnded } from './fleet.ts'
import { commandsSent, lastOf, playWith, taskOf, tasksOf, verboseSshd } from './host-scripts.ts'
import { lacks } from './needs.ts'

let fleet: Fleet
const skipped = lacks('keywords on real sshd', 'root', 'ip', 'unshare', 'sshd')
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ realservers: 3, server: 'openssh', more: verboseSshd })
})
afterAll(() => fleet?.down())

/** `task status` of a host, in order. */
const told = (ended: RunEnded, host = 'rs1'): readonly string[] =>
  tasksOf(ended, host).map(({ task, status, ignored, rescued }) =>
    [task, status, ignored ? 'ignored' : '', rescued ? 'rescued' : ''].filter((word) => word !== '').join(' '),
  )
const recap = (ended: RunEnded, host = 'rs1') => lastOf(ended, 'run-finished')?.recap[host]
let count = 0
const run = (playbook: string, ...more: readonly string[]) =>
  fleet.run(fleet.write(`keywords-${count++}.yml`, playbook), ...more)
const play = (body: string, head = 'hosts: rs1'): string => `- name: Play\n  ${head}\n${body.replace(/^(?=.)/gm, '  ')}`
const tasks = (list: string, head?: string): string => play(`tasks:\n${list.replace(/^(?=.)/gm, '  ')}`, head)

describe.skipIf(skipped)('blocks', () => {
  const block = `- name: Outer
  block:
    - {name: First, copy: {dest: "/tmp/{{ mark }}-1", content: x}}
    - {name: Breaks, command: "sh -c 'echo why >&2; exit 3'"}
    - {name: Never, copy: {dest: "/tmp/{{ mark }}-2", content: x}}
  rescue:
    - name: Saw
      debug: {msg: "{{ ansible_failed_task.name }} {{ ansible_failed_result.rc }} {{ ansible_failed_result.stderr }}"}
  always:
    - {name: Always, debug: {msg: a}}
- {name: Behind, debug: {msg: b}}
`

  test('a failure goes to rescue and always, and the host goes on', async () => {
    const ended = await run(tasks(block), '-e', 'mark=one')
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended)).toEqual(['First changed', 'Breaks failed rescued', 'Saw ok', 'Always ok', 'Behind ok'])
    expect(taskOf(ended, 'rs1', 'Saw').result).toMatchObject({ msg: 'Breaks 3 why' })
    expect(recap(ended)).toMatchObject({ failed: 0, rescued: 1, ok: 3, changed: 1 })
    expect((await fleet.exec('rs1', 'ls /tmp/one-*')).stdout).toBe('/tmp/one-1\n')
  })

  test('without a failure nobody hears of the rescue', async () => {
    const ended = await run(tasks(block.replace('exit 3', 'exit 0')), '-e', 'mark=two')
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended)).toEqual(['First changed', 'Breaks changed', 'Never changed', 'Always ok', 'Behind ok'])
  })

  test('check says that what may fail may be rescued', async () => {
    const ended = await run(tasks(block), '-e', 'mark=three', '--check')
    expect(told(ended)).toEqual([
      'First would-change',
      'Breaks unknown',
      'Never would-change',
      'Saw unknown',
      'Always ok',
      'Behind ok',
    ])
    expect(taskOf(ended, 'rs1', 'Saw').reason).toBe('runs only if "Breaks" fails')
  })

  test('a failing rescue fails the host, always runs all the same, and an outer block rescues both', async () => {
    const inner = `- block:
    - {name: Breaks, command: "false"}
  rescue:
    - {name: Breaks too, command: "false"}
  always:
    - {name: Always, debug: {msg: a}}
- {name: Behind, debug: {msg: b}}
`
    const alone = await run(tasks(inner))
    expect(alone.code).toBe(2)
    expect(told(alone)).toEqual(['Breaks failed rescued', 'Breaks too failed', 'Always ok', 'Behind not-run'])
    expect(recap(alone)).toMatchObject({ failed: 1, rescued: 1, 'not-run': 1 })
    const outer = await run(
      tasks(`- block:\n${inner.replace(/^(?=.)/gm, '    ')}  rescue:\n    - {name: Saved, debug: {msg: s}}\n`),
    )
    expect(outer.code, outer.stdout).toBe(0)
    expect(told(outer)).toEqual(['Breaks failed rescued', 'Breaks too failed rescued', 'Always ok', 'Saved ok'])
  })

  test('what a block says holds for its tasks', async () => {
    const ended = await run(
      tasks(`- block:
    - {name: Env, command: printenv WORD, register: said, changed_when: false}
    - {name: Said, debug: {msg: "{{ said.stdout }} {{ more }}"}}
    - {name: Fails, command: "false"}
    - {name: Inner not, debug: {msg: x}, when: more == "other"}
  environment: {WORD: "of {{ more }}"}
  vars: {more: the block}
  ignore_errors: true
  when: inventory_hostname == "rs1"
- block:
    - {name: Not here, debug: {msg: x}}
  when: inventory_hostname == "rs2"
`),
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended)).toEqual(['Env ok', 'Said ok', 'Fails failed ignored', 'Inner not skipped', 'Not here skipped'])
    expect(taskOf(ended, 'rs1', 'Said').result).toMatchObject({ msg: 'of the block the block' })
  })
})

describe.skipIf(skipped)('sections and handlers', () => {
  test('handlers have their turn behind each section, at flush_handlers, and by what they listen to', async () => {
    const note = (word: string) =>
      `{name: ${word}, command: "sh -c 'echo ${word} >>/tmp/order'", changed_when: CHANGED}`
    const changed = (word: string, more = '') => note(word).replace('CHANGED}', `true${more}}`)
    const ended = await run(
      play(`pre_tasks:
  - ${changed('pre', ', notify: told')}
tasks:
  - ${changed('one', ', notify: [told, topic]')}
  - {name: Now, meta: flush_handlers}
  - ${changed('two', ', notify: topic')}
post_tasks:
  - ${changed('post')}
handlers:
  - ${changed('told')}
  - ${changed('second', ', listen: [topic], notify: third')}
  - ${changed('third')}
`),
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect((await fleet.exec('rs1', 'paste -sd" " /tmp/order')).stdout).toBe(
      'pre told one told second third two second third post\n',
    )
    expect(tasksOf(ended, 'rs1').map(({ task_id }) => task_id)).toEqual(
      '1.1 1.h1 1.2 1.3 1.h1 1.h2 1.h3 1.4 1.h2 1.h3 1.5'.split(' '),
    )
  })

  test('end_host ends one host, end_play all, and what was notified runs', async () => {
    const ended = await run(
      tasks(
        `- {name: One, command: "true", notify: told}
- {name: Spare, meta: end_host, when: inventory_hostname == "rs2"}
- {name: Two, debug: {msg: x}}
- {name: All, meta: end_play}
- {name: Never, debug: {msg: x}}
`,
        'hosts: rs1:rs2\n  handlers: [{name: told, debug: {msg: t}}]',
      ),
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended, 'rs1')).toEqual(['One changed', 'Spare skipped', 'Two ok', 'All ok', 'told ok'])
    expect(told(ended, 'rs2')).toEqual(['One changed', 'Spare ok', 'told ok'])
  })
})

describe.skipIf(skipped)('results', () => {
  test('failed_when and changed_when have the last word, loops go on behind an item that failed', async () => {
    const ended = await run(
      tasks(`- {name: Quiet, command: "false", failed_when: false, changed_when: false, register: quiet}
- {name: Strict, command: echo bad, register: out, failed_when: '"bad" in out.stdout', ignore_errors: true}
- {name: Both, command: "sh -c 'exit 2'", register: out, failed_when: [out.rc != 0, out.rc != 2]}
- {name: Each, command: "sh -c 'exit {{ item }}'", loop: [0, 1, 0], register: each, ignore_errors: true}
- name: Seen
  debug: {msg: "{{ quiet.rc }} {{ quiet.failed }} {{ each.results | map(attribute='rc') | join }} {{ each.failed }}"}
- {name: Copied, copy: {dest: /tmp/copied, content: x}, register: file, changed_when: not file.changed}
`),
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended)).toEqual([
      'Quiet ok',
      'Strict failed ignored',
      'Both changed',
      'Each failed ignored',
      'Seen ok',
      'Copied ok',
    ])
    expect(taskOf(ended, 'rs1', 'Seen').result).toMatchObject({ msg: '1 False 010 True' })
    expect((await fleet.exec('rs1', 'cat /tmp/copied')).stdout).toBe('x')
  })

  test('set_fact, with_items, loop_control, args', async () => {
    const ended = await run(
      tasks(`- {name: Facts, set_fact: {word: "of {{ inventory_hostname }}", list: [1, [2, 3]]}}
- name: Each
  command: echo {{ index }} {{ one }}
  args: {chdir: /tmp}
  with_items: "{{ list }}"
  loop_control: {loop_var: one, index_var: index, label: "number {{ one }}"}
  register: each
- {name: All, debug: {msg: "{{ word }}: {{ each.results | map(attribute='stdout') | join(', ') }}"}}
- {name: Of the other, debug: {msg: "{{ hostvars.rs1.word }}"}}
`),
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect(taskOf(ended, 'rs1', 'All').result).toMatchObject({ msg: 'of rs1: 0 1, 1 2, 2 3' })
    expect(taskOf(ended, 'rs1', 'Of the other').result).toMatchObject({ msg: 'of rs1' })
    const items = ended.events.flatMap((event) =>
      event.type === 'task-finished' && event.item !== undefined ? [event.item] : [],
    )
    expect(items).toEqual(['number 1', 'number 2', 'number 3'])
  })

  test('until tries again and tells so, and gives up in the end', async () => {
    const ended = await run(
      tasks(`- name: Third time
  command: "sh -c 'echo x >>/tmp/tries; wc -l </tmp/tries'"
  register: tries
  until: tries.stdout | int >= 3
  retries: 5
  delay: 0
- {name: Count, debug: {msg: "{{ tries.attempts }} {{ tries.stdout }}"}}
- {name: Never, command: "false", retries: 2, delay: 0, register: never, until: never is succeeded}
`),
    )
    expect(ended.code, ended.stdout).toBe(2)
    expect(told(ended)).toEqual(['Third time changed', 'Count ok', 'Never failed'])
    expect(taskOf(ended, 'rs1', 'Count').result).toMatchObject({ msg: '3 3' })
    const retries = ended.events.flatMap((event) =>
      event.type === 'task-retrying' ? [`${event.task} ${event.attempt} ${event.retries_left}`] : [],
    )
    expect(retries).toEqual(['Third time 1 5', 'Third time 2 4', 'Never 1 2', 'Never 2 1'])
    expect(taskOf(ended, 'rs1', 'Never').reason).toMatch(/^not reached after 3 attempts: /)
  })

  test('an interruption ends the waiting', async () => {
    const playbook = fleet.write(
      'waiting.yml',
      tasks(`- {name: Waits, command: "false", register: r, until: r is succeeded, retries: 3, delay: 600}\n`),
    )
    const running = fleet.start(playbook)
    await running.event(({ type }) => type === 'task-retrying')
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect(ended.code).toBe(130)
    expect(told(ended)).toEqual(['Waits failed'])
  })

  test('a task may have its own word on check mode and time', async () => {
    const list = `- {name: Asks, command: echo yes, check_mode: false, changed_when: false, register: said}
- {name: Knows, debug: {msg: "{{ said.stdout }}"}}
- {name: Only told, copy: {dest: /tmp/only-told, content: x}, check_mode: true}
- {name: Long, command: sleep 77, timeout: 1, ignore_errors: true}
`
    const check = await run(tasks(list), '--check')
    expect(told(check)).toEqual(['Asks ok', 'Knows ok', 'Only told would-change', 'Long unknown'])
    const ended = await run(tasks(list))
    expect(told(ended)).toEqual(['Asks ok', 'Knows ok', 'Only told would-change', 'Long failed ignored'])
    expect(taskOf(ended, 'rs1', 'Long').reason).toMatch(/timed out/)
    expect((await fleet.exec('rs1', 'ls /tmp/only-told 2>/dev/null')).stdout).toBe('')
  })
})

describe.skipIf(skipped)('many hosts', () => {
  const all = 'hosts: realserver'
  const order = (ended: RunEnded, type: 'task-finished' = 'task-finished') =>
    ended.events.flatMap((event: RunEvent) =>
      event.type === type && event.item === undefined ? [`${event.task} ${event.host}`] : [],
    )

  test('linear: nobody begins a task before all are through with the one before', async () => {
    const list = `- {name: One, command: "sh -c '[ {{ inventory_hostname }} != rs2 ] || sleep 1'"}
- {name: Two, debug: {msg: x}}
`
    const ended = await run(tasks(list, `${all}\n  strategy: linear`))
    expect(ended.code, ended.stdout).toBe(0)
    expect(order(ended).map((one) => one.split(' ')[0])).toEqual(['One', 'One', 'One', 'Two', 'Two', 'Two'])
  })

  test('more hosts than forks come together all the same', async () => {
    const list = `- {name: One, command: "true"}\n- {name: Two, command: "true"}\n`
    const ended = await run(tasks(list, `${all}\n  strategy: linear`), '-f', '1')
    expect(ended.code, ended.stdout).toBe(0)
    expect(order(ended)).toHaveLength(6)
  })

  test('run_once: one host does it, all know the result', async () => {
    const ended = await run(
      tasks(
        `- {name: Once, command: hostname, run_once: true, register: who}
- {name: Told, debug: {msg: "{{ who.stdout }}"}}
`,
        `${all}\n  order: reverse_sorted`,
      ),
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect(order(ended).slice(0, 1)).toEqual(['Once rs3'])
    for (const host of ['rs1', 'rs2', 'rs3'])
      expect(taskOf(ended, host, 'Told').result).toMatchObject({ msg: taskOf(ended, 'rs3', 'Once').result?.stdout })
  })

  test('delegate_to: done there, told here, read there too', async () => {
    const ended = await run(
      tasks(
        `- {name: There, copy: {dest: "/tmp/for-{{ inventory_hostname }}", content: x}, delegate_to: lb1}
- {name: Again, copy: {dest: "/tmp/for-{{ inventory_hostname }}", content: x}, delegate_to: "{{ groups.director[0] }}"}
- {name: Each, command: hostname, delegate_to: "{{ item }}", loop: "{{ groups.realserver }}", register: each, run_once: true}
`,
        all,
      ),
    )
    expect(ended.code, ended.stdout).toBe(0)
    for (const host of ['rs1', 'rs2', 'rs3'])
      expect(told(ended, host).slice(0, 2)).toEqual(['There changed', 'Again ok'])
    expect(taskOf(ended, 'rs2', 'There').delegated_to).toBe('lb1')
    expect((await fleet.exec('lb1', 'ls /tmp/for-*')).stdout).toBe('/tmp/for-rs1\n/tmp/for-rs2\n/tmp/for-rs3\n')
    expect((await fleet.exec('rs1', 'ls /tmp/for-* 2>/dev/null')).stdout).toBe('')
    expect(taskOf(ended, 'rs1', 'Each')).toMatchObject({ delegated_to: 'rs2, rs3' })
  })

  test('a delegated task takes no VIP away: only the play of its own host asks the directors', async () => {
    const guards = 'net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2'
    const held = await run(tasks(`- {sysctl: {${guards}}}\n- {vip-on-lo: "{{ vip }}"}\n`, 'hosts: rs2'))
    expect(held.code, held.stdout).toBe(0)
    const remove = `- {name: Take, vip-on-lo: {address: "{{ vip }}", state: absent}, delegate_to: rs2}\n`
    for (const more of [['--check'], []]) {
      const ended = await run(tasks(remove, 'hosts: lb1'), ...more)
      expect(taskOf(ended, 'lb1', 'Take')).toMatchObject({
        status: 'failed',
        reason: '10.88.0.100 stays on rs2: a delegated task takes no VIP away',
      })
    }
    expect((await fleet.exec('rs2', 'ip -4 -o addr show dev lo')).stdout).toContain('10.88.0.100/32')
  })

  test('a value of another host is waited for', async () => {
    const ended = await run(
      tasks(
        `- {name: Asks, command: "sh -c '[ {{ inventory_hostname }} != rs2 ] || sleep 1; echo {{ inventory_hostname }}'", register: said}
- {name: All, debug: {msg: "{{ groups.realserver | map('extract', hostvars, ['said', 'stdout']) | join }}"}, when: false}
- {name: Two, debug: {msg: "{{ hostvars.rs2.said.stdout }}"}}
`,
        all,
      ),
    )
    expect(ended.code, ended.stdout).toBe(0)
    for (const host of ['rs1', 'rs2', 'rs3']) expect(taskOf(ended, host, 'Two').result).toMatchObject({ msg: 'rs2' })
  })

  test('throttle: no more at once than it says', async () => {
    const ended = await run(tasks(`- {name: One by one, command: sleep 0.3, throttle: 1}\n`, all))
    expect(ended.code, ended.stdout).toBe(0)
    let running = 0
    for (const event of ended.events) {
      if (event.type === 'task-started') expect(++running).toBe(1)
      if (event.type === 'task-finished') running--
    }
  })

  test('any_errors_fatal: what one cannot do, nobody goes on from', async () => {
    const ended = await run(
      tasks(
        `- {name: Breaks, command: "sh -c '[ {{ inventory_hostname }} != rs2 ]'", any_errors_fatal: true}
- {name: Behind, command: touch /tmp/behind-fatal}
`,
        all,
      ),
    )
    expect(ended.code, ended.stdout).toBe(6)
    expect(told(ended, 'rs1')).toEqual(['Breaks changed', 'Behind not-run'])
    expect(told(ended, 'rs2')).toEqual(['Breaks failed', 'Behind not-run'])
    for (const host of ['rs1', 'rs2', 'rs3'])
      expect((await fleet.exec(host, 'ls /tmp/behind-fatal 2>/dev/null')).stdout).toBe('')
  })

  test('ignore_unreachable: told, not counted, and tried again by the next play', async () => {
    const playbook = playWith(
      fleet,
      'ignored',
      `- hosts: rs1:rs2
  ignore_unreachable: true
  tasks:
    - {name: One, debug: {msg: x}}
- hosts: rs1:rs2
  ignore_unreachable: true
  tasks:
    - {name: Two, debug: {msg: x}, run_once: true}
    - {name: Three, debug: {msg: x}}
`,
      { rs2: { ansible_port: 1 } },
    )
    const ended = await fleet.run(playbook)
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended, 'rs1')).toEqual(['One ok', 'Two ok', 'Three ok'])
    expect(told(ended, 'rs2')).toEqual([])
    expect(recap(ended, 'rs2')).toMatchObject({ unreachable: 0, ignored: 2 })
  })

  test('a host that tasks are delegated to and that is not there fails them, not the host', async () => {
    const playbook = playWith(
      fleet,
      'delegated',
      `- hosts: rs1
  tasks:
    - block:
        - {name: There, copy: {dest: /tmp/x, content: x}, delegate_to: rs2}
      rescue:
        - {name: Saved, debug: {msg: x}}
`,
      { rs2: { ansible_port: 1 } },
    )
    const ended = await fleet.run(playbook)
    expect(ended.code, ended.stdout).toBe(0)
    expect(told(ended)).toEqual(['There failed rescued', 'Saved ok'])
    expect(taskOf(ended, 'rs1', 'There').reason).toMatch(/^rs2 cannot be read: .*refused/)
  })

  test('a barrier costs nothing but waiting: a converged host is still one command', async () => {
    const list = `- {name: One, sysctl: {net.core.somaxconn: 4096}}\n- {name: Two, sysctl: {net.core.somaxconn: 4096}, throttle: 1}\n`
    expect((await run(tasks(list, all))).code).toBe(0)
    const before = await commandsSent(fleet, 'rs1')
    const again = await run(tasks(list, all))
    expect(told(again)).toEqual(['One ok', 'Two ok'])
    const after = await commandsSent(fleet, 'rs1')
    expect(after - before).toBe(1)
  })
})

describe.skipIf(skipped)('imports and includes', () => {
  test('files of tasks, before the run and in it', async () => {
    fleet.write('more.yml', `- {name: "More of {{ word }}", debug: {msg: "{{ word }}"}, tags: some}\n`)
    fleet.write(
      'each.yml',
      `- {name: Given, set_fact: {last: "{{ one }}"}}\n- {name: Breaks, command: "false", when: one == "b"}\n`,
    )
    fleet.write('of-rs1.yml', `- {name: Mine, debug: {msg: "{{ nic }}"}}\n`)
    fleet.write(
      'other.yml',
      `- hosts: rs1\n  tasks:\n    - {name: Other, debug: {msg: "{{ site | default('none') }}"}}\n`,
    )
    const ended = await run(`- import_playbook: other.yml
  vars: {site: paris}
- name: Play
  hosts: rs1:rs2
  tasks:
    - {import_tasks: more.yml, vars: {word: import}, when: inventory_hostname == "rs1"}
    - {name: Which, command: "echo of-{{ inventory_hostname }}", register: which, changed_when: false}
    - {name: Own, include_tasks: "{{ which.stdout }}.yml", when: inventory_hostname == "rs1"}
    - block:
        - name: Each
          include_tasks: each.yml
          loop: [a, b, c]
          loop_control: {loop_var: one}
      rescue:
        - {name: Rescued, debug: {msg: "{{ last }}"}}
`)
    expect(ended.code, ended.stdout).toBe(0)
    expect(tasksOf(ended, 'rs1').map(({ task_id, task, status }) => `${task_id} ${task} ${status}`)).toEqual([
      '1.1 Other ok',
      '2.1 More of import ok',
      '2.2 Which ok',
      '2.3 Own ok',
      '2.3.1 Mine ok',
      '2.4 Each ok',
      '2.4.1 Given ok',
      '2.4.2 Breaks skipped',
      '2.4.3 Given ok',
      '2.4.4 Breaks failed',
      '2.5 Rescued ok',
    ])
    expect(taskOf(ended, 'rs1', 'Other').result).toMatchObject({ msg: 'paris' })
    expect(taskOf(ended, 'rs1', 'Rescued').result).toMatchObject({ msg: 'b' })
    expect(told(ended, 'rs2').slice(0, 3)).toEqual(['More of import skipped', 'Which ok', 'Own skipped'])
  })
})
