import { describe, expect, test } from 'vitest'
import { carryOut } from '../../src/engine/carry-out.ts'
import { foretell } from '../../src/engine/foretell.ts'
import type { Interpreter } from '../../src/engine/interpreter.ts'
import type { Planning } from '../../src/engine/plan-round.ts'
import { planWith, walkOver } from './planning.ts'

const conf = (arpIgnore: string, arpAnnounce: string): string =>
  ['all', 'default', 'eth0', 'lo']
    .flatMap((name) => [
      `${name}/arp_announce:${name === 'all' ? arpAnnounce : 0}`,
      `${name}/arp_ignore:${name === 'all' ? arpIgnore : 0}`,
      `${name}/promote_secondaries:0`,
      `${name}/send_redirects:1`,
      `${name}/forwarding:0`,
      `${name}/accept_redirects:1`,
    ])
    .concat(
      '../ip_forward:0',
      '/sys/class/net/eth0/flags:0x1003',
      '/sys/class/net/eth0/type:1',
      '/sys/class/net/lo/flags:0x9',
    )
    .join('\n')
const addresses = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.11/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
`
const host = { 'conf:4': conf('0', '0'), addresses }

const play = (tasks: string): string =>
  `- name: Real servers\n  hosts: realserver\n  tasks:\n${tasks.replace(/^/gm, '    ')}`
const guards = `- name: Guards
  sysctl: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}
`
const hold = '- name: Hold\n  vip-on-lo: "{{ vip }}"\n'

const roundOf = (planning: Planning) => {
  if (planning.kind !== 'round') throw new Error('no round')
  return planning.round
}
const shape = (planning: Planning): string[] =>
  roundOf(planning).tasks.map(
    ({ name, items, unknown }) => `${name}: ${unknown ?? items.map(({ plan }) => plan.kind).join(' ')}`,
  )

const plan = async (tasks: string, interpreter: Interpreter = carryOut, answers: Record<string, string> = host) => {
  const { walk, engine } = await walkOver(play(tasks), interpreter)
  const { planning, asked } = planWith(walk, engine, answers)
  return { walk, engine, planning, asked }
}

describe('a round', () => {
  test('a whole play is one round: the VIP is planned against the guards that will be there', async () => {
    const { planning } = await plan(guards + hold)
    expect(shape(planning)).toEqual(['Guards: changes', 'Hold: changes'])
    expect(roundOf(planning).tasks[1]?.items[0]?.plan).toMatchObject({ changes: [{ what: '192.0.2.100 on lo' }] })
  })

  test('the VIP before its guards is refused, and what stands behind it is not planned', async () => {
    const { planning } = await plan(hold + guards)
    expect(shape(planning)).toEqual(['Hold: refuse'])
  })

  test('everything is asked for in one command, also what waits for the nic', async () => {
    const tasks = `${guards}- name: More
  sysctl: {"net.ipv4.conf.{{ nic }}.arp_ignore": 1, net.core.somaxconn: 1024}
`
    const { asked, planning } = await plan(tasks, carryOut, { ...host, 'sysctl:net/core/somaxconn': '128\n' })
    expect(asked.filter((key) => key === 'conf:4')).toHaveLength(1)
    expect(new Set(asked).size).toBe(asked.length)
    expect(shape(planning)).toEqual(['Guards: changes', 'More: changes'])
  })

  test('an opaque task travels alone', async () => {
    const { walk, engine, planning } = await plan(`${guards}- name: Cmd\n  command: 'true'\n${hold}`)
    expect(shape(planning)).toEqual(['Guards: changes'])
    walk.cursor = roundOf(planning).tasks.length
    const second = planWith(walk, engine, host).planning
    expect(shape(second)).toEqual(['Cmd: opaque'])
  })

  test('a round ends before a task that uses output which is not there yet, in a run', async () => {
    const { planning } = await plan(
      `- name: Cmd\n  command: uname\n  register: u\n- name: Say\n  debug: {msg: "{{ u.stdout }}"}\n`,
    )
    expect(shape(planning)).toEqual(['Cmd: opaque'])
  })

  test('a predicted `changed` is known, whether it failed is not', async () => {
    const registered = guards.replace('- name', '- register: g\n  name')
    const onChange = `${registered}- name: On change\n  debug: {msg: x}\n  when: g is changed\n`
    expect(shape((await plan(onChange)).planning)).toEqual(['Guards: changes', 'On change: changes'])
    const onFailure = `${registered}- name: On failure\n  debug: {msg: x}\n  when: g is failed\n`
    expect(shape((await plan(onFailure)).planning)).toEqual(['Guards: changes'])
  })

  test('a refusal ends the round, ignored or not: nothing behind it is planned against what it did not do', async () => {
    const ignored = `${hold.trimEnd()}\n  ignore_errors: true\n`
    expect(shape((await plan(ignored + guards)).planning)).toEqual(['Hold: refuse'])
  })

  test('what a task wishes is read back at its end, with the value it will have then', async () => {
    const { planning } = await plan(guards)
    expect(roundOf(planning).wishes.map(({ reading, value }) => [reading.key, value])).toEqual([
      ['sysctl:net/ipv4/conf/all/arp_announce', { kind: 'value', text: '2' }],
      ['sysctl:net/ipv4/conf/all/arp_ignore', { kind: 'value', text: '1' }],
    ])
  })

  test('readings of another identity are asked for by that identity', async () => {
    const { walk, engine } = await walkOver(
      play(`${guards}- name: As root\n  become: true\n  sysctl: {net.core.somaxconn: 1}\n`),
      carryOut,
    )
    planWith(walk, engine, host)
    expect([...walk.books.keys()]).toEqual(['self', 'sudo root'])
  })
})

describe('in check', () => {
  test('an unknown task does not end what can be foretold: each is told in its turn', async () => {
    const { walk, engine, planning } = await plan(`- name: Cmd\n  command: 'true'\n${guards}${hold}`, foretell)
    expect(shape(planning)).toEqual(['Cmd: opaque', 'Guards: changes', 'Hold: changes'])
    expect(walk.cursor).toBe(0)
    expect(engine.interpreter.writes).toBe(false)
  })

  test('a task that depends on a result which will never come is unknown', async () => {
    const { walk, engine, planning } = await plan(
      `- name: Cmd\n  command: uname\n  register: u\n- name: Say\n  debug: {msg: "{{ u.stdout }}"}\n`,
      foretell,
    )
    walk.cursor = roundOf(planning).tasks.length
    walk.host.results.set('u', { kind: 'pending', why: 'the result of "Cmd"' })
    expect(shape(planWith(walk, engine, host).planning)).toEqual(['Say: depends on the result of "Cmd"'])
  })

  test('an ignored refusal lets the rest be foretold', async () => {
    const { planning } = await plan(`${hold.trimEnd()}\n  ignore_errors: true\n${guards}`, foretell)
    expect(shape(planning)).toEqual(['Hold: refuse', 'Guards: changes'])
  })
})
