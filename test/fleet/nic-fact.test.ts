import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tellLeftOut } from '../part.ts'
import { bringUp, type Fleet, startRun } from './fleet.ts'
import { playWith, pristine, taskOf } from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('the nic fact', 'root', 'ip', 'unshare')

let fleet: Fleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ realservers: 2 })
}, 300_000)
afterAll(() => fleet?.down())

/** Another network at hand: `br9` with 10.99.0.1/24. */
const second = `ip link add br9 type bridge && ip link set br9 up && ip addr add 10.99.0.1/24 dev br9`
const alone = `ip link del br9 2>/dev/null; ip -6 addr del fd88::64/128 dev lo 2>/dev/null; ${pristine}; :`

const guardsAndVip = `- name: Guards and VIP
  hosts: realserver
  serial: 100%
  tasks:
    - {name: Nic, debug: {msg: "{{ nic }}"}}
    - name: Guards
      sysctl:
        net.ipv4.conf.all.arp_ignore: 1
        net.ipv4.conf.all.arp_announce: 2
        net.ipv4.conf.{{ nic }}.arp_ignore: 1
        net.ipv4.conf.{{ nic }}.arp_announce: 2
    - {name: VIP, vip-on-lo: "{{ vip }}"}
    - {name: Nic again, debug: {msg: "{{ nic }}"}}
`

const nicOnly = `- name: Nic
  hosts: rs1
  tasks:
    - {name: Nic, debug: {msg: "{{ nic }}"}}
`

const arpOf = async (device: string, host = 'rs1') =>
  (await fleet.exec(host, `cd /proc/sys/net/ipv4/conf/${device} && cat arp_ignore arp_announce`)).stdout

describe.skipIf(skipped)('nic', () => {
  beforeEach(async () => {
    for (const host of ['lb1', 'rs1', 'rs2']) await fleet.exec(host, alone)
  })

  test.each([
    ['one', '10.88.0.100'],
    ['a list', ['10.88.0.100', '10.88.0.101']],
    ['IPv6', 'fd88::64'],
    ['both families', ['10.88.0.100', 'fd88::64']],
  ])('is the same in the second run, when the host holds the VIP: %s', async (name, vip) => {
    const play = playWith(fleet, `nic ${name}`, guardsAndVip, { rs1: { vip }, rs2: { vip } })
    for (const wished of ['changed', 'ok']) {
      const ended = await fleet.run(play)
      expect(ended.code, ended.stdout).toBe(0)
      for (const host of ['rs1', 'rs2']) {
        expect(ended.statuses(host)).toEqual(['ok', wished, wished, 'ok'])
        for (const task of ['Nic', 'Nic again']) expect(taskOf(ended, host, task).result).toMatchObject({ msg: 'eth0' })
      }
    }
    expect([await arpOf('eth0'), await arpOf('lo')]).toEqual(['1\n2\n', '0\n0\n'])
    const listing = (await fleet.exec('rs1', 'ip -o addr show dev lo')).stdout
    for (const address of [vip].flat()) expect(listing).toContain(` ${address}/${address.includes(':') ? 128 : 32} `)
  })

  test('is the same on a director that holds the VIP', async () => {
    const play = playWith(fleet, 'director', nicOnly.replace('rs1', 'lb1'))
    const held = await fleet.exec('lb1', 'ip addr add 10.88.0.100/32 dev eth0')
    expect(held.code).toBe(0)
    const ended = await fleet.run(play)
    expect(taskOf(ended, 'lb1', 'Nic').result).toMatchObject({ msg: 'eth0' })
  })

  test('of the inventory wins', async () => {
    expect((await fleet.exec('rs1', second)).code).toBe(0)
    const play = playWith(fleet, 'own', guardsAndVip, { rs1: { nic: 'br9' } })
    const ended = await fleet.run(play, '-l', 'rs1')
    expect(ended.code, ended.stdout).toBe(0)
    expect(taskOf(ended, 'rs1', 'Nic').result).toMatchObject({ msg: 'br9' })
    expect([await arpOf('br9'), await arpOf('eth0')]).toEqual(['1\n2\n', '0\n0\n'])
  })

  test('VIPs that lead to two devices ask for it', async () => {
    expect((await fleet.exec('rs1', second)).code).toBe(0)
    const vip = ['10.88.0.100', '10.99.0.100']
    const ended = await fleet.run(playWith(fleet, 'apart', nicOnly, { rs1: { vip } }))
    expect(ended.code, ended.stdout).toBe(2)
    const { status, reason, hint } = taskOf(ended, 'rs1', 'Nic')
    expect(status).toBe('failed')
    expect(reason).toMatch(/10\.88\.0\.100 by eth0, 10\.99\.0\.100 by br9/)
    expect(hint).toMatch(/set `nic:`/)
    const named = await fleet.run(playWith(fleet, 'apart named', nicOnly, { rs1: { vip, nic: 'eth0' } }))
    expect(taskOf(named, 'rs1', 'Nic').result).toMatchObject({ msg: 'eth0' })
  })

  test('two devices towards one VIP ask for it', async () => {
    expect((await fleet.exec('rs1', `${second} && ip route add 10.88.0.0/16 dev br9 metric 50000`)).code).toBe(0)
    const ended = await fleet.run(playWith(fleet, 'two', nicOnly))
    expect(ended.code, ended.stdout).toBe(2)
    const { reason, hint } = taskOf(ended, 'rs1', 'Nic')
    expect(reason).toMatch(/several devices lead towards 10\.88\.0\.100: (eth0, br9|br9, eth0)/)
    expect(hint).toMatch(/set `nic:`/)
  })

  test('a dummy that holds the VIP is no nic', async () => {
    const dummy = 'ip link add d0 type dummy && ip link set d0 up && ip addr add 10.88.0.100/24 dev d0'
    const made = await fleet.exec('rs1', `${dummy} && ip route replace 10.88.0.1 dev eth0`)
    try {
      if (made.code !== 0) {
        expect(made.stderr).toMatch(/not supported|Unknown device type/i)
        return tellLeftOut('nic: a dummy that holds the VIP: not run, the kernel has no dummy')
      }
      const ended = await fleet.run(playWith(fleet, 'dummy', nicOnly))
      expect(ended.code, ended.stdout).toBe(0)
      expect(taskOf(ended, 'rs1', 'Nic').result).toMatchObject({ msg: 'eth0' })
    } finally {
      await fleet.exec('rs1', 'ip link del d0; ip route del 10.88.0.1 dev eth0')
    }
  })

  test('without a VIP it must be named, by who uses it only', async () => {
    const text = readFileSync(`${fleet.inventory}/hosts.yml`, 'utf8')
    expect(text).toMatch(/^ +vip: .*\n/m)
    const inventory = fleet.write('no-vip.yml', text.replace(/^ +vip: .*\n/m, ''))
    const play = fleet.write('no-vip-play.yml', `${nicOnly}- {name: Rest, hosts: rs2, tasks: [{debug: {msg: well}}]}\n`)
    const ended = await startRun(['run', play, '-i', inventory, '--output', 'ndjson'], {
      env: { XDG_STATE_HOME: `${fleet.folder}/state`, CI: '' },
      cwd: fleet.folder,
    }).ended
    expect(ended.code, ended.stdout + ended.stderr).toBe(2)
    const { status, reason, hint } = taskOf(ended, 'rs1', 'Nic')
    expect([status, reason]).toEqual(['failed', expect.stringMatching(/`nic`/)])
    expect(hint).toMatch(/`nic:`/)
    expect(ended.statuses('rs2')).toEqual(['ok'])
  })
})
