import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet, playbooks } from './fleet.ts'
import { fingerprint } from './host-scripts.ts'
import { lacks } from './needs.ts'

const site = join(playbooks, 'site.yml')
const remove = join(playbooks, 'remove.yml')

describe.skipIf(lacks('the seed job on a fleet', 'root', 'ip', 'unshare')).each(['openssh', 'embedded'] as const)(
  'the seed job, %s',
  (server) => {
    let fleet: Fleet
    beforeAll(async () => {
      fleet = await bringUp({ server })
    })
    afterAll(() => fleet?.down())

    test('check foretells, the run does just that, a second run changes nothing', async () => {
      const before = await Promise.all(fleet.hosts.map(({ name }) => fleet.exec(name, fingerprint)))
      const check = await fleet.run(site, '--check')
      expect(check.code, check.stderr).toBe(0)
      const after = await Promise.all(fleet.hosts.map(({ name }) => fleet.exec(name, fingerprint)))
      expect(after.map(({ stdout }) => stdout)).toEqual(before.map(({ stdout }) => stdout))

      const first = await fleet.run(site)
      expect(first.code, first.stdout).toBe(0)
      for (const { name } of fleet.hosts) {
        expect(first.statuses(name)).toEqual(
          check.statuses(name).map((status) => (status === 'would-change' ? 'changed' : status)),
        )
        expect(first.differences(name)).toEqual(check.differences(name))
        expect(first.differences(name).length).toBeGreaterThan(4)
      }
      const written = await Promise.all(fleet.hosts.map(({ name }) => fleet.exec(name, fingerprint)))
      const second = await fleet.run(site)
      expect(second.code, second.stdout).toBe(0)
      for (const { name } of fleet.hosts) expect(new Set(second.statuses(name))).toEqual(new Set(['ok']))
      const untouched = await Promise.all(fleet.hosts.map(({ name }) => fleet.exec(name, fingerprint)))
      expect(untouched.map(({ stdout }) => stdout)).toEqual(written.map(({ stdout }) => stdout))
    })

    test('hosts are as Direct Routing wants them, also after a reboot', async () => {
      const read = (host: string) =>
        fleet.exec(
          host,
          `cd /proc/sys/net/ipv4 && cat ip_forward conf/all/send_redirects conf/default/send_redirects conf/eth0/send_redirects \\
          conf/all/arp_ignore conf/eth0/arp_ignore conf/all/arp_announce conf/eth0/arp_announce; ip -o -4 addr show dev lo`,
        )
      const [director] = fleet.hosts
      const expectState = async () => {
        expect((await read(director?.name ?? '')).stdout.split('\n').slice(0, 4)).toEqual(['1', '0', '0', '0'])
        const server = (await read('rs1')).stdout
        expect(server.split('\n').slice(4, 8)).toEqual(['1', '1', '2', '2'])
        expect(server).toMatch(/inet 10\.88\.0\.100\/32 scope host/)
      }
      await expectState()
      await fleet.reboot(director?.name ?? '')
      await fleet.reboot('rs1')
      await expectState()
      const again = await fleet.run(site)
      expect(again.code).toBe(0)
      expect(new Set(again.statuses('rs1'))).toEqual(new Set(['ok']))
      expect(new Set(again.statuses(director?.name ?? ''))).toEqual(new Set(['ok']))
    })

    test('remove.yml takes it all back, persisted parts too', async () => {
      const removed = await fleet.run(remove)
      expect(removed.code, removed.stdout).toBe(0)
      const left = await fleet.exec(
        'rs1',
        'ls /etc/sysctl.d/99-zz-ipvs-play.conf /etc/ipvs-play /etc/systemd/system/ipvs-play.service 2>&1; ip -o -4 addr show dev lo; cat /proc/sys/net/ipv4/conf/all/arp_ignore',
      )
      expect(left.stdout.match(/No such file/g)).toHaveLength(3)
      expect(left.stdout).not.toContain('10.88.0.100')
      expect(left.stdout.trimEnd()).toMatch(/\n0$/)
      const again = await fleet.run(remove)
      expect(new Set(again.statuses('rs1'))).toEqual(new Set(['ok']))
    })
  },
)
