import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet, playbooks, type RunEnded } from './fleet.ts'
import { pristine, taskOf, tasksOf } from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('variants of VIPs and of what is kept', 'root', 'ip', 'unshare')

let fleet: Fleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ realservers: 2 })
}, 300_000)
afterAll(() => fleet?.down())

const ours = '/etc/sysctl.d/99-zz-ipvs-play.conf'

/** The lab's hosts as they were, also where a test left an interface, another init system or other files. */
const alone = `ip -o -6 addr show dev lo | while read -r n d f a more; do [ $a = ::1/128 ] || ip addr del $a dev lo; done
ip link del br.5 2>/dev/null
rm -f /etc/sysctl.d/zzz-foreign.conf /etc/init.d/ipvs-play /etc/runlevels/boot/ipvs-play /sbin/openrc-run
[ ! -e /usr/lib/systemd/systemd.away ] || mv /usr/lib/systemd/systemd.away /usr/lib/systemd/systemd
${pristine}`

const must = async (host: string, script: string): Promise<string> => {
  const { code, stdout, stderr } = await fleet.exec(host, script)
  if (code !== 0) throw new Error(`${host}: ${script}: ${stdout}${stderr}`)
  return stdout
}

/** Addresses on lo but the loopback ones: `10.88.0.100/32 scope host lo`. */
const onLo = async (host: string): Promise<string[]> =>
  (await must(host, 'ip -o addr show dev lo'))
    .split('\n')
    .map((line) => line.replace(/^1: lo +inet6? /, '').replace(/ *\\.*$/, ''))
    .filter((line) => line !== '' && !/^(127\.0\.0\.1\/8|::1\/128) /.test(line))
    .sort()

const guards = `    - name: Guards
      sysctl: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}
`
const persist = '    - {name: Keep, persist: }\n'

const play = (name: string, tasks: string, hosts = 'rs1'): string =>
  fleet.write(`${name}.yml`, `- name: ${name}\n  hosts: ${hosts}\n  tasks:\n${tasks}`)

const runWell = async (...args: readonly string[]): Promise<RunEnded> => {
  const ended = await fleet.run(...args)
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  return ended
}

const expectConverged = async (playbook: string, host = 'rs1'): Promise<void> => {
  const ended = await runWell(playbook)
  expect(new Set(ended.statuses(host)), ended.stdout).toEqual(new Set(['ok']))
}

/** What is on lo comes back from the disk, and the playbook has nothing to do then. */
const expectKept = async (playbook: string, host = 'rs1'): Promise<void> => {
  const before = await onLo(host)
  expect(before).not.toEqual([])
  await fleet.reboot(host)
  expect(await onLo(host), await must(host, 'cat /var/log/boot.log')).toEqual(before)
  await expectConverged(playbook, host)
}

describe.skipIf(skipped)('on a real host', { timeout: 300_000 }, () => {
  afterEach(async () => {
    for (const host of ['rs1', 'rs2']) await must(host, `${alone}; :`)
  })

  test('VIPs of both families, in a list, with label and scope, are held, kept and given back', async () => {
    const tasks = (state: string) => `${guards}    - name: Some
      vip-on-lo: {address: [10.88.0.100, 10.88.0.101, "fd88::64"], state: ${state}}
    - name: Other
      vip-on-lo: {address: 10.88.0.102, scope: link, label: "lo:shop", state: ${state}}
${persist}`
    const hold = play('families', tasks('present'))
    await runWell(hold)
    expect(await onLo('rs1')).toEqual([
      '10.88.0.100/32 scope host lo',
      '10.88.0.101/32 scope host lo',
      '10.88.0.102/32 scope link lo:shop',
      'fd88::64/128 scope global',
    ])
    await expectConverged(hold)
    await expectKept(hold)
    const give = play('families-away', tasks('absent'))
    await runWell(give)
    expect(await onLo('rs1')).toEqual([])
    await expectConverged(give)
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual([])
  })

  test('persist merges runs, prunes on request, and goes altogether', async () => {
    const vip = (address: string) => `    - {name: VIP, vip-on-lo: ${address}}\n`
    await runWell(play('merge-1', guards + vip('10.88.0.101') + persist))
    const second = play('merge-2', guards + vip('10.88.0.100') + persist)
    await runWell(second)
    await expectKept(second)
    expect(await onLo('rs1')).toEqual(['10.88.0.100/32 scope host lo', '10.88.0.101/32 scope host lo'])
    const prune = play('prune', `${guards}${vip('10.88.0.100')}    - {name: Keep, persist: {prune: true}}\n`)
    const pruned = await runWell(prune)
    expect(taskOf(pruned, 'rs1', 'Keep').differences).toEqual([
      { what: 'boot 10.88.0.101/32', from: 'on lo, scope host', to: 'absent' },
    ])
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual(['10.88.0.100/32 scope host lo'])
    await expectConverged(prune)
    await runWell(play('gone', '    - {name: Keep, persist: {state: absent}}\n'))
    expect(await onLo('rs1')).toEqual(['10.88.0.100/32 scope host lo'])
    expect(await must('rs1', `find /etc ! -path '/etc/ipvs-play-lab*' -name '*ipvs-play*'`)).toBe('')
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual([])
    expect(await must('rs1', 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
  })

  test('a wide VIP is held as /32 before the wide one goes; its secondary, which nobody named, stays', async () => {
    await must(
      'rs1',
      `cd /proc/sys/net/ipv4/conf/all && echo 1 >arp_ignore && echo 2 >arp_announce
for n in 100 101 103; do ip addr add 10.88.0.$n/28 dev lo || exit 1; done
ip -o monitor address dev lo </dev/null >/run/monitor 2>&1 & echo $! >/run/monitor.pid
until ip addr add 10.88.0.104/32 dev lo && ip addr del 10.88.0.104/32 dev lo && [ -s /run/monitor ]; do :; done`,
    )
    const narrow = play(
      'narrow',
      `${guards}    - {name: VIP, vip-on-lo: [10.88.0.100, 10.88.0.101]}\n    - {name: Keep, persist: }\n`,
    )
    await runWell(narrow)
    expect(await onLo('rs1')).toEqual([
      '10.88.0.100/32 scope host lo',
      '10.88.0.101/32 scope host lo',
      expect.stringMatching(/^10\.88\.0\.103\/28 /),
    ])
    const heard = (await must('rs1', 'kill $(cat /run/monitor.pid); cat /run/monitor')).split('\n')
    for (const address of ['10.88.0.100', '10.88.0.101']) {
      const held = heard.findIndex((line) => !line.startsWith('Deleted') && line.includes(` ${address}/32 `))
      const gone = heard.findIndex((line) => line.startsWith('Deleted') && line.includes(` ${address}/28 `))
      expect(held, heard.join('\n')).toBeGreaterThanOrEqual(0)
      expect(gone, heard.join('\n')).toBeGreaterThan(held)
      expect(heard.filter((line) => line.startsWith('Deleted') && line.includes(` ${address}/32 `))).toEqual([])
    }
    await expectConverged(narrow)
  })

  test('a VIP on the NIC is refused, naming the device, and left there', async () => {
    await must('rs1', 'ip addr add 10.88.0.100/32 dev eth0')
    const hold = play('on-nic', `${guards}    - {name: VIP, vip-on-lo: 10.88.0.100}\n${persist}`)
    for (const more of [['--check'], []]) {
      const ended = await fleet.run(hold, ...more)
      expect(ended.code, ended.stdout).toBe(2)
      const { status, reason } = taskOf(ended, 'rs1', 'VIP')
      expect([status, reason]).toEqual(['failed', expect.stringContaining('10.88.0.100 is on eth0')])
    }
    expect(await must('rs1', 'ip -o -4 addr show dev eth0')).toContain(' 10.88.0.100/32 ')
    expect(await onLo('rs1')).toEqual([])
  })

  test('a director that is a real server too is skipped while it holds the VIP on its NIC', async () => {
    const both = fleet.write('both.yml', 'director: {hosts: {rs1: }}\n')
    await must('rs1', 'ip addr add 10.88.0.100/32 dev eth0')
    const hold = play('both-roles', `${guards}    - {name: VIP, vip-on-lo: 10.88.0.100}\n${persist}`)
    const ended = await runWell(hold, '-i', both)
    expect(ended.statuses('rs1')).toEqual(['changed', 'skipped', 'changed'])
    expect(taskOf(ended, 'rs1', 'VIP').reason).toContain('holds 10.88.0.100 on eth0 as director')
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual([])
  })

  test('an interface without guards keeps the VIP away, dots in its name and all, also one that no task names', async () => {
    const nic = (guard: string) => `    - name: Guards
      sysctl:
        net.ipv4.conf.eth0.arp_ignore: 1
        net.ipv4.conf.eth0.arp_announce: 2
${guard}    - {name: VIP, vip-on-lo: 10.88.0.100}
${persist}`
    await must('rs1', 'ip link add br.5 type bridge')
    const unnamed = await fleet.run(play('unnamed', nic('')))
    expect(unnamed.code, unnamed.stdout).toBe(2)
    expect(tasksOf(unnamed, 'rs1').map(({ status }) => status)).toEqual(['changed', 'failed', 'not-run'])
    expect(taskOf(unnamed, 'rs1', 'VIP').reason).toMatch(/^br\.5 has effective arp_ignore 0/)
    const beyond = nic('        net.ipv4.conf.br.5.arp_ignore: 3\n        net.ipv4.conf.br.5.arp_announce: 2\n')
    const three = await fleet.run(play('three', beyond))
    expect(three.code, three.stdout).toBe(2)
    expect(taskOf(three, 'rs1', 'VIP').reason).toMatch(/^br\.5 has effective arp_ignore 3/)
    expect(await onLo('rs1')).toEqual([])
    const named = play('named', beyond.replace('arp_ignore: 3', 'arp_ignore: 1'))
    await runWell(named)
    await expectConverged(named)
    const kept = await must('rs1', `cat ${ours}`)
    expect(kept).toMatch(/^net\/ipv4\/conf\/br\.5\/arp_ignore = 1$/m)
    const before = await onLo('rs1')
    expect(before).toEqual(['10.88.0.100/32 scope host lo'])
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual(before)
  })

  test('where OpenRC is what there is, it starts the boot script', async () => {
    await must(
      'rs1',
      `mv /usr/lib/systemd/systemd /usr/lib/systemd/systemd.away
printf '#!/bin/sh\\n' >/sbin/openrc-run && chmod 755 /sbin/openrc-run`,
    )
    const site = join(playbooks, 'site.yml')
    await runWell(site, '-l', 'rs1')
    expect(await must('rs1', 'stat -c %A /etc/init.d/ipvs-play; readlink /etc/runlevels/boot/ipvs-play')).toBe(
      '-rwxr-xr-x\n/etc/init.d/ipvs-play\n',
    )
    expect(await must('rs1', 'find /etc/systemd -name "ipvs-play*"')).toBe('')
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual(['10.88.0.100/32 scope host lo'])
    const again = await runWell(site, '-l', 'rs1')
    expect(new Set(again.statuses('rs1'))).toEqual(new Set(['ok']))
    await runWell(join(playbooks, 'remove.yml'), '-l', 'rs1')
    expect(await must('rs1', `find /etc ! -path '/etc/ipvs-play-lab*' -name '*ipvs-play*'`)).toBe('')
    await fleet.reboot('rs1')
    expect(await onLo('rs1')).toEqual([])
  })

  test('where there is neither systemd nor OpenRC, persist fails and writes nothing; the VIP stays up', async () => {
    await must('rs1', 'mv /usr/lib/systemd/systemd /usr/lib/systemd/systemd.away')
    const ended = await fleet.run(join(playbooks, 'site.yml'), '-l', 'rs1')
    expect(ended.code, ended.stdout).toBe(2)
    expect(ended.statuses('rs1')).toEqual(['changed', 'changed', 'failed'])
    expect(taskOf(ended, 'rs1', 'Keep it over a reboot').reason).toMatch(/neither systemd nor OpenRC/)
    expect(await must('rs1', `find /etc ! -path '/etc/ipvs-play-lab*' -name '*ipvs-play*'`)).toBe('')
    expect(await onLo('rs1')).toEqual(['10.88.0.100/32 scope host lo'])
  })

  test('a file that overrides ours at boot is named, and the boot unit holds against it', async () => {
    await must('rs1', `printf 'net.ipv4.conf.all.arp_ignore = 0\\n' >/etc/sysctl.d/zzz-foreign.conf`)
    const site = join(playbooks, 'site.yml')
    const ended = await runWell(site, '-l', 'rs1')
    const notes = taskOf(ended, 'rs1', 'Keep it over a reboot').notes?.join('\n')
    expect(notes).toContain('/etc/sysctl.d/zzz-foreign.conf sets net.ipv4.conf.all.arp_ignore to 0')
    await fleet.reboot('rs1')
    expect(await must('rs1', 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('1\n')
    expect(await onLo('rs1')).toEqual(['10.88.0.100/32 scope host lo'])
    const again = await runWell(site, '-l', 'rs1')
    expect(new Set(again.statuses('rs1'))).toEqual(new Set(['ok']))
    expect(taskOf(again, 'rs1', 'Keep it over a reboot').notes?.join('\n')).toContain('zzz-foreign.conf')
  })
})
