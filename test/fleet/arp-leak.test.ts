import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wire } from '../../src/lab/fleet.ts'
import { part } from '../part.ts'
import { type ArpProber, type ArpReport, spoken, startArpProber, talk } from './arp-prober.ts'
import { bringUp, type Fleet, playbooks } from './fleet.ts'
import { pristine, waitFor } from './host-scripts.ts'
import { lacks } from './needs.ts'

const site = join(playbooks, 'site.yml')
const remove = join(playbooks, 'remove.yml')
const { vip } = wire

const servers = ['rs1', 'rs2']
const macOf = (fleet: Fleet, name: string): string => fleet.hosts.find((host) => host.name === name)?.mac ?? ''

/** A lab with a prober; the director answers for the VIP, as it would in service. */
const withProber = async (server: 'openssh' | 'embedded'): Promise<{ fleet: Fleet; prober: ArpProber }> => {
  const fleet = await bringUp({ realservers: servers.length, server })
  const addresses = fleet.hosts.filter(({ name }) => servers.includes(name)).map(({ address }) => address)
  const prober = await startArpProber(fleet, vip, addresses)
  return { fleet, prober }
}

const takeVip = (fleet: Fleet) => fleet.exec('lb1', `ip addr add ${vip}/32 dev eth0`)

const all = async (act: (server: string) => Promise<unknown>): Promise<void> => {
  await Promise.all(servers.map(act))
}

const wellRun = async (fleet: Fleet, playbook: string): Promise<void> => {
  const ended = await fleet.run(playbook)
  expect(ended.code, ended.stdout).toBe(0)
  for (const server of servers) expect(new Set(ended.statuses(server))).toEqual(new Set(['changed']))
}

/** The VIP is claimed by the director alone; every real server was there to be heard. */
const expectSilence = (fleet: Fleet, report: ArpReport): void => {
  expect(report.sent).toBeGreaterThan(0)
  expect(Object.keys(report.claims), JSON.stringify(report)).toEqual([macOf(fleet, 'lb1')])
  expect(report.claims[macOf(fleet, 'lb1')]?.reply).toBeGreaterThan(0)
  for (const server of servers) expect(report.answers[macOf(fleet, server)], JSON.stringify(report)).toBeGreaterThan(0)
}

const expectSpoken = (fleet: Fleet, report: ArpReport): void => {
  for (const server of servers) expect(report.asks[macOf(fleet, server)], JSON.stringify(report)).toBeGreaterThan(0)
}

/** site.yml, a reboot of every real server, remove.yml: silent at every moment, also while real servers speak from the VIP. */
const roundTrip = async (fleet: Fleet, prober: ArpProber): Promise<void> => {
  await all((server) => talk(fleet, server, vip, 'always'))
  await prober.report()
  await wellRun(fleet, site)
  await all((server) => fleet.exec(server, waitFor(spoken)))
  const set = await prober.report()
  expectSilence(fleet, set)
  expectSpoken(fleet, set)

  await all(async (server) => {
    await fleet.reboot(server)
    await talk(fleet, server, vip, 'always')
    await fleet.exec(server, waitFor(spoken))
  })
  const rebooted = await prober.report()
  expectSilence(fleet, rebooted)
  expectSpoken(fleet, rebooted)

  await wellRun(fleet, remove)
  expectSilence(fleet, await prober.report())
  await all((server) => fleet.exec(server, 'kill $(cat /run/talker.pid)'))
}

/** Milliseconds; a few seconds on an idle machine. */
const loaded = 300_000

const skipped = lacks('ARP leak', 'root', 'ip', 'unshare', 'perl')
const noSshd = skipped || lacks('ARP leak on real sshd', 'sshd')

describe.skipIf(noSshd)('no real server answers or announces ARP for the VIP', () => {
  let fleet: Fleet
  let prober: ArpProber
  beforeAll(async () => {
    ;({ fleet, prober } = await withProber('openssh'))
    expect((await takeVip(fleet)).code).toBe(0)
  }, loaded)
  afterAll(async () => {
    await prober?.end()
    await fleet?.down()
  })

  test('control: in the naive order every real server is heard, answering and announcing', async () => {
    await all(async (server) => {
      expect((await fleet.exec(server, `ip addr add ${vip}/32 dev lo`)).code).toBe(0)
      expect((await talk(fleet, server, vip, 'once')).code).toBe(0)
    })
    const between = await prober.report()
    await all(async (server) => {
      const guards = 'cd /proc/sys/net/ipv4/conf/all && echo 1 >arp_ignore && echo 2 >arp_announce'
      expect((await fleet.exec(server, guards)).code).toBe(0)
    })
    await prober.report()
    const behind = await prober.report()
    for (const server of servers) {
      expect(between.claims[macOf(fleet, server)]?.reply, JSON.stringify(between)).toBeGreaterThan(0)
      expect(between.claims[macOf(fleet, server)]?.request, JSON.stringify(between)).toBeGreaterThan(0)
    }
    expectSilence(fleet, behind)
    await all((server) => fleet.exec(server, pristine))
  })

  const repetitions = part('ARP leak: repetitions', 20, 3)
  test.each(Array.from({ length: repetitions }, (_, at) => at + 1))(
    'site.yml, reboot, remove.yml: %i',
    async () => {
      await roundTrip(fleet, prober)
    },
    loaded,
  )
})

describe.skipIf(skipped)('nor does one with the embedded server', () => {
  test(
    'site.yml, reboot, remove.yml',
    async () => {
      const { fleet, prober } = await withProber('embedded')
      try {
        expect((await takeVip(fleet)).code).toBe(0)
        await roundTrip(fleet, prober)
      } finally {
        await prober.end()
        await fleet.down()
      }
    },
    loaded,
  )
})
