import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Step } from '../../src/model/task-type.ts'
import ipvs from '../../src/tasks/ipvs.ts'
import { playbooks } from '../fleet/fleet.ts'
import { lacks } from '../fleet/needs.ts'
import { answered, changesOf, factsFrom, setting } from '../host-facts.ts'
import { part } from '../part.ts'
import { bringUpMachine, type MachineFleet, needsOfMachine } from './fleet.ts'

const skipped = lacks('directors on a kernel with ip_vs', ...needsOfMachine)

let fleet: MachineFleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUpMachine({ realservers: numbers.length })
}, 300_000)
afterAll(() => fleet?.down())

const books = ['site.yml', 'directors.yml'].map((name) => join(playbooks, name))
const exec = async (host: string, script: string): Promise<string> => {
  const { code, stdout, stderr } = await fleet.exec(host, script)
  expect(code, `${host}: ${script}\n${stderr}`).toBe(0)
  return stdout
}
const table = (host: string) => exec(host, 'ipvsadm -Sn | sort')
const numbers = Array.from({ length: part('directors in the machine: real servers', 3, 2) }, (_, index) => index + 1)
const wished = [
  '-A -t 10.88.0.100:80 -s wlc',
  ...numbers.map((n) => `-a -t 10.88.0.100:80 -r 10.88.11.${n}:80 -g -w 1`),
]
const lines = (...all: readonly string[]) => all.map((line) => `${line}\n`).join('')

describe.skipIf(skipped)(
  'two directors and their real servers, set up by the worked examples',
  { timeout: 900_000 },
  () => {
    test('serve through the VIP, each real server in its turn', async () => {
      const first = await fleet.run(...books)
      expect(first.code, first.stdout + first.stderr).toBe(0)
      for (const director of ['lb1', 'lb2']) expect(await table(director)).toBe(lines(...wished))
      expect(await exec('lb1', 'ip -o addr show dev eth0')).toContain(' 10.88.0.100/32 ')
      expect(await exec('lb2', 'ip -o addr show dev eth0')).not.toContain('10.88.0.100')
      for (const server of numbers.map((n) => `rs${n}`))
        await exec(server, `mkdir -p /var/www; echo ${server} >/var/www/index.html; busybox httpd -p 80 -h /var/www`)
      const turns = [...numbers, ...numbers]
      const pages = await exec(
        'client',
        `for n in ${turns.join(' ')}; do timeout 5 wget -q -O - http://10.88.0.100/; done`,
      )
      expect(pages.trim().split('\n').sort()).toEqual(turns.map((n) => `rs${n}`).sort())
    })

    test('are as wished in a second run', async () => {
      const second = await fleet.run(join(playbooks, 'directors.yml'))
      expect(second.code, second.stdout).toBe(0)
      for (const host of ['lb1', 'lb2'])
        expect(second.statuses(host).filter((status) => status !== 'ok' && status !== 'skipped')).toEqual([])
    })

    test('betray a real server that answers for the VIP, in check mode too', async () => {
      const proof = fleet.write('proof.yml', '- hosts: lb1\n  tasks:\n    - only-director-answers: "{{ vip }}"\n')
      await exec('rs2', 'for i in all eth0; do echo 0 >/proc/sys/net/ipv4/conf/$i/arp_ignore; done')
      try {
        for (const mode of [[], ['--check']]) {
          const { code, stdout, stderr } = await fleet.run(...mode, proof)
          expect(code, stdout + stderr).toBe(2)
          expect(stdout).toContain('10.88.0.100 is answered by real server rs2 (02:88:0a:58:0b:02)')
        }
      } finally {
        await exec('rs2', 'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore')
      }
      const well = await fleet.run('--check', proof)
      expect(well.code, well.stdout).toBe(0)
    })

    test('let no second director take the VIP', async () => {
      const both = fleet.write('both.yml', '- hosts: lb2\n  tasks:\n    - vip: {address: "{{ vip }}", nic: eth0}\n')
      const { code, stdout } = await fleet.run(both)
      expect(code).toBe(2)
      expect(stdout).toContain('10.88.0.100 is taken: 02:88:0A:58:01:01 answers for it')
      expect(await exec('lb2', 'ip -o addr show dev eth0')).not.toContain('10.88.0.100')
    })

    test('come back from a power cut as they were, and a drained server stays drained', async () => {
      const record = { service: 'tcp/10.88.0.100:80', server: '10.88.11.2:80', weight: 1, run: 'r7', owner: 'ann@desk' }
      const file = '/var/lib/ipvs-play/drained/tcp-10.88.0.100:80@10.88.11.2:80.json'
      await exec('lb1', `mkdir -p '${file.replace(/\/[^/]*$/, '')}'; echo '${JSON.stringify(record)}' >'${file}'`)
      await fleet.powerCut('lb1')
      await fleet.powerOn('lb1')
      expect(await table('lb1')).toBe(lines(...wished).replace('11.2:80 -g -w 1', '11.2:80 -g -w 0'))
      expect(await exec('lb1', 'ip -o addr show dev eth0; rm /var/lib/ipvs-play/drained/*')).toContain(
        ' 10.88.0.100/32 ',
      )
      const pages = await exec('client', 'for n in 1 2 3 4; do timeout 5 wget -q -O - http://10.88.0.100/; done')
      expect(new Set(pages.trim().split('\n'))).toEqual(new Set(numbers.filter((n) => n !== 2).map((n) => `rs${n}`)))
    })

    test('have every reading of the table restored by an undo', async () => {
      const before = `ipvsadm -C
ipvsadm -A -t 10.88.0.100:80 -s mh -b mh-port -p 60 -M 255.255.255.0
ipvsadm -a -t 10.88.0.100:80 -r 10.88.11.1:80 -i -w 3 -x 100 -y 80
ipvsadm -a -t 10.88.0.100:80 -r 10.88.11.9:80 -i --tun-type gue --tun-port 5555 -w 2
ipvsadm -A -u 10.88.0.100:53 -s rr -o
ipvsadm -A -f 1 -6 -s rr
ipvsadm -a -f 1 -6 -r '[fd88::b:1]:0' -g -w 2
ipvsadm --set 600 60 30`
      await exec('lb2', before)
      const parsed = ipvs.parse({
        purge: true,
        timeouts: { tcp: 900 },
        services: [
          {
            service: 'tcp/10.88.0.100:80',
            scheduler: 'wrr',
            servers: [
              { address: '10.88.11.1', weight: 1 },
              { address: '10.88.11.2', upper_threshold: 9 },
            ],
          },
          { service: 'sctp/10.88.0.100:9', scheduler: 'sed' },
        ],
      })
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
      const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`
      const readings = ipvs.readings(parsed.args)
      const read = async () => {
        const sources = new Map(readings.map(({ source }) => [source.key, source.command.map(quote).join(' ')]))
        const outputs = new Map()
        for (const [key, command] of sources) outputs.set(key, answered(await exec('lb2', command)))
        return outputs
      }
      const carryOut = (steps: readonly Step[]) =>
        exec(
          'lb2',
          `set -e\n${steps.map((step) => (step.kind === 'run' ? step.command.map(quote).join(' ') : 'false')).join('\n')}`,
        )
      const all = () => exec('lb2', 'ipvsadm -Sn | sort; ipvsadm -Ln --thresholds | sort; ipvsadm -Ln --timeout')

      const first = await all()
      const made = changesOf(ipvs.plan(parsed.args, factsFrom(await read()), setting(['director'])))
      for (const { what, steps, leaves } of made) {
        await carryOut(steps)
        for (const { reading, value } of leaves)
          for (const proof of reading.test(value))
            expect(
              proof.kind === 'succeeds' && (await fleet.exec('lb2', proof.command.map(quote).join(' '))).code,
              what,
            ).toBe(0)
      }
      expect(changesOf(ipvs.plan(parsed.args, factsFrom(await read()), setting(['director'])))).toEqual([])
      for (const { undo } of [...made].reverse()) await carryOut(undo)
      expect(await all()).toBe(first)
    })
  },
)
