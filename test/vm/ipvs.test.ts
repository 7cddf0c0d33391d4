import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { playbooks } from '../fleet/fleet.ts'
import { lacks } from '../fleet/needs.ts'
import { part } from '../part.ts'
import { bringUpMachine, type MachineFleet, needsOfMachine } from './fleet.ts'

const skipped =
  lacks('ipvs on a kernel that has it', ...needsOfMachine) || part('ipvs on a kernel that has it: tests', 7, 0) === 0

let fleet: MachineFleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUpMachine()
}, 300_000)
afterAll(() => fleet?.down())

const directors = ['lb1', 'lb2']
const servers = ['rs1', 'rs2', 'rs3']

/** The whole table, thresholds and timeouts too. */
const table = async (host: string): Promise<string> =>
  (await fleet.exec(host, 'ipvsadm -Sn | sort; ipvsadm -Ln --thresholds | tail -n +4 | sort; ipvsadm -Ln --timeout'))
    .stdout

const ipvs = (text: string): string => `- hosts: director\n  tasks:\n    - ipvs:\n${text.replace(/^/gm, '        ')}\n`

const web = ipvs(`- service: tcp/{{ vip }}:80
  scheduler: rr
  servers: realserver`)

describe.skipIf(skipped)('ipvs', { timeout: 900_000 }, () => {
  test('sends nothing to a server before it holds the VIP, and says which and why', async () => {
    const early = await fleet.run(fleet.write('web.yml', web))
    expect(early.code).toBe(2)
    expect(early.stdout).toMatch(/10\.88\.11\.1:80|rs1 does not hold 10\.88\.0\.100/)
    expect((await fleet.exec('lb1', 'ipvsadm -Sn')).stdout).toBe('')
  })

  test('is foretold behind a play that will put the VIP there', async () => {
    const check = await fleet.run('--check', `${playbooks}/site.yml`, fleet.write('web.yml', web))
    expect(check.code, check.stdout).toBe(0)
    expect(check.differences('lb1')).toContain('tcp/10.88.0.100:80: absent → rr')
    expect((await fleet.exec('lb1', 'ipvsadm -Sn')).stdout).toBe('')
  })

  test('makes the table as wished on every director, once', async () => {
    const first = await fleet.run(`${playbooks}/site.yml`, fleet.write('web.yml', web))
    expect(first.code, first.stdout).toBe(0)
    const lines = servers.map((_, index) => `-a -t 10.88.0.100:80 -r 10.88.11.${index + 1}:80 -g -w 1\n`)
    for (const director of directors)
      expect((await fleet.exec(director, 'ipvsadm -Sn | sort')).stdout).toBe(
        ['-A -t 10.88.0.100:80 -s rr\n', ...lines].sort().join(''),
      )
    const second = await fleet.run('web.yml')
    expect(second.code, second.stdout).toBe(0)
    for (const director of directors) expect(second.statuses(director)).toEqual(['ok'])
  })

  test('changes what differs, keeps what an edit would reset, and leaves other services alone', async () => {
    await fleet.exec('lb1', 'ipvsadm -A -u 10.88.0.100:53 -s rr; ipvsadm -e -t 10.88.0.100:80 -r 10.88.11.2:80 -g -w 0')
    const changed = await fleet.run(
      fleet.write(
        'changed.yml',
        ipvs(`timeouts: {tcp: 600}
services:
  - service: tcp/{{ vip }}:80
    scheduler: mh
    sched_flags: [mh-port]
    persistence: {timeout: 60, netmask: 24}
    servers:
      - {host: rs1, weight: 5, upper_threshold: 1000, lower_threshold: 800}
      - {host: rs2, weight: 3}`),
      ),
    )
    expect(changed.code, changed.stdout).toBe(0)
    expect(changed.stdout).toContain('10.88.11.2:80 of tcp/10.88.0.100:80 keeps weight 0, not 3')
    expect(await table('lb1')).toBe(`-A -t 10.88.0.100:80 -s mh -p 60 -M 255.255.255.0 -b mh-port
-A -u 10.88.0.100:53 -s rr
-a -t 10.88.0.100:80 -r 10.88.11.1:80 -g -w 5
-a -t 10.88.0.100:80 -r 10.88.11.2:80 -g -w 0
  -> 10.88.11.1:80                1000       800        0          0         
  -> 10.88.11.2:80                0          0          0          0         
TCP  10.88.0.100:80 mh (mh-port) persistent 60 mask 255.255.255.0
UDP  10.88.0.100:53 rr
Timeout (tcp tcpfin udp): 600 120 300
`)
    expect((await fleet.exec('lb2', 'ipvsadm -Sn')).stdout).toContain('-r 10.88.11.2:80 -g -w 3')
    expect((await fleet.run('changed.yml')).statuses('lb1')).toEqual(['ok'])
  })

  test('leaves a server with a record of its drain at 0 until force_weights', async () => {
    const record = { service: 'tcp/10.88.0.100:80', server: '10.88.11.1:80', weight: 5, run: 'r7', owner: 'ann@desk' }
    await fleet.exec(
      'lb1',
      `mkdir -p /var/lib/ipvs-play/drained; echo '${JSON.stringify(record)}' >'/var/lib/ipvs-play/drained/tcp-10.88.0.100:80@10.88.11.1:80.json'
ipvsadm -e -t 10.88.0.100:80 -r 10.88.11.1:80 -g -w 0`,
    )
    const kept = await fleet.run('web.yml')
    expect(kept.stdout).toContain('10.88.11.1:80 of tcp/10.88.0.100:80 stays drained, by ann@desk')
    expect((await fleet.exec('lb1', 'ipvsadm -Sn')).stdout).toContain('-r 10.88.11.1:80 -g -w 0')
    const forced = await fleet.run(
      fleet.write(
        'forced.yml',
        ipvs('force_weights: true\nservices:\n  - {service: "tcp/{{ vip }}:80", servers: realserver}'),
      ),
    )
    expect(forced.code, forced.stdout).toBe(0)
    expect((await fleet.exec('lb1', 'ipvsadm -Sn')).stdout).not.toContain('-w 0')
  })

  test('names what is missing, and an owner of the table', async () => {
    const keepalived = '#!/bin/sh\\nwhile :; do sleep 1; done\\n'
    await fleet.exec(
      'lb2',
      `printf '${keepalived}' >/tmp/keepalived; chmod 755 /tmp/keepalived; /tmp/keepalived </dev/null >/dev/null 2>&1 &`,
    )
    const refused = await fleet.run('web.yml')
    expect(refused.statuses('lb2')).toEqual(['failed'])
    expect(refused.stdout).toContain('keepalived owns the IPVS table of this host')
    await fleet.exec(
      'lb2',
      'mv /usr/sbin/ipvsadm /usr/sbin/ipvsadm.away; kill $(grep -lx keepalived /proc/[0-9]*/comm | cut -d/ -f3)',
    )
    expect((await fleet.run('web.yml')).stdout).toContain('ipvsadm is not installed on this host')
    await fleet.exec('lb2', 'mv /usr/sbin/ipvsadm.away /usr/sbin/ipvsadm')
  })

  test('takes services away, also those that it does not name, and is told of an address that is nobody’s', async () => {
    const purged = await fleet.run(
      fleet.write(
        'purged.yml',
        ipvs(
          'purge: true\nservices:\n  - {service: fwmark/7, scheduler: wrr, servers: [{host: rs3, weight: 2}]}\n  - {service: "tcp/[fd88::100]:80", servers: [{address: "fd88::b:99"}]}',
        ),
      ),
    )
    expect(purged.code, purged.stdout).toBe(0)
    expect(purged.stdout).toContain('fd88::b:99 is no host of the inventory')
    for (const director of directors)
      expect((await fleet.exec(director, 'ipvsadm -Sn | sort')).stdout).toBe(
        '-A -f 7 -s wrr\n-A -t [fd88::100]:80 -s wlc\n-a -f 7 -r 10.88.11.3:0 -g -w 2\n-a -t [fd88::100]:80 -r [fd88::b:99]:80 -g -w 1\n',
      )
    expect((await fleet.run('purged.yml')).statuses('lb1')).toEqual(['ok'])
  })
})
