import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lacks } from '../fleet/needs.ts'
import { part } from '../part.ts'
import { bringUpMachine, type MachineFleet, needsOfMachine } from './fleet.ts'

const skipped = lacks('the machine with ip_vs', ...needsOfMachine) || part('the machine itself: tests', 3, 0) === 0

let fleet: MachineFleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUpMachine()
}, 300_000)
afterAll(() => fleet?.down())

describe.skipIf(skipped)('a fleet inside one machine', () => {
  test('has an IPVS table on each director, and tells the tables of two apart', async () => {
    const added = await fleet.exec('lb1', 'ipvsadm -A -t 10.88.0.100:80 -s wlc && cat /proc/net/ip_vs')
    expect(added.stdout).toMatch(/^TCP {2}0A580064:0050 wlc/m)
    expect((await fleet.exec('lb2', 'ipvsadm -Sn')).stdout).toBe('')
  })

  test('loses what was in memory when the plug is pulled, and boots from its disk', async () => {
    await fleet.exec('lb1', 'echo kept >/var/lib/kept; sysctl -qw net.ipv4.conf.all.arp_ignore=2')
    await fleet.powerCut('lb1')
    expect((await fleet.exec('rs1', 'ping -c 1 -W 1 10.88.1.1')).code).not.toBe(0)
    await fleet.powerOn('lb1')
    const { stdout } = await fleet.exec('lb1', 'cat /var/lib/kept /proc/sys/net/ipv4/conf/all/arp_ignore; ipvsadm -Sn')
    expect(stdout).toBe('kept\n0\n')
  })

  test('is reached by ipvs-play', async () => {
    const playbook = fleet.write('who.yml', '- hosts: all\n  tasks:\n    - command: hostname\n')
    const { stdout, code, statuses } = await fleet.run(playbook)
    expect(code, stdout).toBe(0)
    for (const host of ['lb1', 'lb2', 'rs1', 'rs2', 'rs3']) expect(statuses(host)).toEqual(['changed'])
  })
})
