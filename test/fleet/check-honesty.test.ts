import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { part, seed } from '../part.ts'
import { bringUp, type Fleet, playbooks, type RunEnded } from './fleet.ts'
import { fingerprint, playWith, pristine, tasksOf } from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('check honesty', 'root', 'ip', 'unshare', 'sshd')

/** Numbers below 1 by mulberry32: the same for the same seed. */
const numbers = (from: number) => {
  let state = from
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const vip = '10.88.0.100'
const sys = '/proc/sys/net/ipv4'
const own = '/etc/sysctl.d/99-zz-ipvs-play.conf'
const wants = '/etc/systemd/system/multi-user.target.wants/ipvs-play.service'
const settings = [
  ['ip_forward', [0, 1]],
  ...['all', 'default', 'eth0'].map((section) => [`conf/${section}/send_redirects`, [0, 1]] as const),
  ...['all', 'default', 'eth0', 'lo'].map((section) => [`conf/${section}/arp_ignore`, [0, 1, 2]] as const),
  ...['all', 'default', 'eth0', 'lo'].map((section) => [`conf/${section}/arp_announce`, [0, 1, 2]] as const),
] as const
/** Somebody's idea of a VIP; none so wide that the host takes the lab's switch, 10.88.0.1, for itself. */
const holdings = [
  `ip addr add ${vip}/32 dev lo scope host`,
  `ip addr add ${vip}/32 dev lo`,
  `ip addr add ${vip}/28 dev lo`,
  `ip addr add ${vip}/32 dev lo label lo:vip`,
  `ip addr add ${vip}/28 dev lo && ip addr add ${vip}/32 dev lo scope host`,
  `ip addr add 10.88.0.101/28 dev lo && ip addr add ${vip}/28 dev lo`,
  `ip addr add ${vip}/32 dev eth0`,
  `ip link add d0 type dummy 2>/dev/null && ip addr add ${vip}/32 dev d0 || :`,
]
/** What is kept over a reboot, damaged. */
const damages = [
  `rm -f ${own}`,
  `rm -rf /etc/ipvs-play`,
  `rm -f ${wants}`,
  'rm -f /etc/systemd/system/ipvs-play.service',
  `[ ! -e ${own} ] || sed -i 's/= *[12]$/= 0/' ${own}`,
  `[ ! -e ${own} ] || sed -i '$d' ${own}`,
  `[ ! -e ${own} ] || echo 'net.ipv4.conf.all.log_martians = 1' >>${own}`,
  'chmod 600 /etc/ipvs-play/* 2>/dev/null || :',
  'for f in /etc/ipvs-play/*; do [ ! -f "$f" ] || : >"$f"; done',
  `echo 'net.ipv4.conf.all.arp_ignore = 0' >/etc/sysctl.d/zzz-other.conf`,
  `echo 'net.ipv4.ip_forward = 0' >/etc/sysctl.d/10-early.conf`,
]
const clean = `${pristine}
rm -f /etc/sysctl.d/zzz-other.conf /etc/sysctl.d/10-early.conf
ip link del eth0.100 2>/dev/null; ip link del d0 2>/dev/null; :`

/** A script that leaves a host half configured. `configured` is one that runs after it was wholly configured. */
const scramble = (next: () => number): { configured: boolean; script: string } => {
  const among = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T
  const some = <T>(list: readonly T[], chance: number): T[] => list.filter(() => next() < chance)
  const configured = next() < 0.6
  const lines = [
    ...(next() < 0.3 ? ['ip link add eth0.100 type veth peer name peer100 && ip link set eth0.100 up'] : []),
    ...(next() < 0.3 ? [`ip addr del ${vip}/32 dev lo 2>/dev/null || :`] : []),
    ...(next() < 0.4 ? [`{ ${among(holdings)}; } 2>/dev/null || :`] : []),
    ...some(settings, 0.4).map(([path, values]) => `echo ${among(values)} >${sys}/${path}`),
    ...(next() < 0.3 ? [`[ ! -e ${sys}/conf/eth0.100 ] || echo 2 >${sys}/conf/eth0.100/arp_ignore`] : []),
    ...(configured ? some(damages, 0.2) : some(damages, 0.05)),
  ]
  return { configured, script: lines.join('\n') }
}

/** What a run did, or a check said it would do, in words that are the same for both. */
const told = (ended: RunEnded, host: string) =>
  tasksOf(ended, host).map(({ task, status, differences, reason, notes }) => ({
    task,
    status: status === 'would-change' ? 'changed' : status,
    differences,
    ...(status === 'failed' ? { reason } : {}),
    notes,
  }))

describe.skipIf(skipped)('check mode on half-configured hosts', () => {
  let fleet: Fleet
  let site: string
  const hosts = ['lb1', 'rs1', 'rs2', 'rs3']
  beforeAll(async () => {
    fleet = await bringUp({ realservers: 3, server: 'openssh' })
    const text = readFileSync(join(playbooks, 'site.yml'), 'utf8')
    site = playWith(
      fleet,
      'honest',
      text.replaceAll(/^( {2}hosts: .*)$/gm, '$1\n  max_fail: 100%').replace('serial: [1, 25%, 100%]', 'serial: 100%'),
    )
  })
  afterAll(() => fleet?.down())
  const prints = () => Promise.all(hosts.map(async (host) => (await fleet.exec(host, fingerprint)).stdout))

  const rounds = part('check honesty: random fleets', 20, 4)
  test.each(Array.from({ length: rounds }, (_, round) => seed + round))('fleet %i', async (from) => {
    const next = numbers(from)
    const scrambled = hosts.map((host) => ({ host, ...scramble(next) }))
    const cleaned = await Promise.all(hosts.map((host) => fleet.exec(host, clean)))
    expect(cleaned.map(({ code }) => code)).toEqual(hosts.map(() => 0))
    const configured = scrambled.filter((one) => one.configured).map(({ host }) => host)
    if (configured.length > 0) expect((await fleet.run(site, '-l', configured.join(','))).code).toBe(0)
    for (const { host, script } of scrambled) {
      const { code, stderr } = await fleet.exec(host, `set -e\n${script}`)
      expect(code, `${host}\n${script}\n${stderr}`).toBe(0)
    }

    const before = await prints()
    const check = await fleet.run(site, '--check', '--detailed-exitcode')
    expect(await prints()).toEqual(before)
    const ended = await fleet.run(site)
    const story = scrambled.map(({ host, script }) => `# ${host}\n${script}`).join('\n')
    for (const host of hosts) expect(told(ended, host), story).toEqual(told(check, host))
    const failed = hosts.filter((host) => tasksOf(check, host).some(({ status }) => status === 'failed'))
    expect(ended.code, ended.stdout).toBe(failed.length > 0 ? 2 : 0)
    const changes = hosts.some((host) => tasksOf(check, host).some(({ status }) => status === 'would-change'))
    expect(check.code).toBe(failed.length > 0 ? 2 : changes ? 3 : 0)

    const second = await fleet.run(site)
    for (const host of hosts) {
      if (!failed.includes(host)) expect(new Set(second.statuses(host)), story).toEqual(new Set(['ok']))
      else expect(second.statuses(host)).not.toContain('changed')
    }
  })
})
