import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ownSysctlFile, sysctlFiles } from '../../src/readings/sysctl-d.ts'
import { type Loader, overrides } from '../../src/tasks/persist/loaders.ts'
import { seed, tellLeftOut } from '../part.ts'
import { lacks } from './needs.ts'

// What `overrides` says of a set of files, against what the real loaders make of it in a network of its own.

const programs: readonly { loader: Loader; command: string; path: string }[] = [
  { loader: 'sysctl --system', command: 'sysctl --system', path: '/usr/sbin/sysctl' },
  { loader: 'systemd-sysctl', command: '/usr/lib/systemd/systemd-sysctl', path: '/usr/lib/systemd/systemd-sysctl' },
]
const ours = new Map([
  ['net/ipv4/ip_forward', '1'],
  ['net/ipv4/conf/all/arp_ignore', '1'],
])

const keys = [
  'net.ipv4.conf.all.arp_ignore',
  'net/ipv4/conf/all/arp_ignore',
  '-net.ipv4.conf.all.arp_ignore',
  'net.ipv4.conf.*.arp_ignore',
  'net.ipv4.ip_forward',
  'net.ipv4.conf.all.forwarding',
  'net.ipv4.conf.al[k-m].forwarding',
]
const line = fc
  .tuple(fc.constantFrom(...keys), fc.constantFrom('=0', ' = 2', '= 0x1 ', ' = 3\r', '=1 # one'))
  .map(([key, value]) => `${key}${value}\n`)
const path = fc
  .tuple(
    fc.constantFrom('/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d'),
    fc.constantFrom('10-a.conf', '99-sysctl.conf', '99-zz.conf', '99-zzz.conf', 'README'),
  )
  .map((parts) => parts.join('/'))
const hostFiles = fc.dictionary(
  fc.oneof({ weight: 5, arbitrary: path }, { weight: 1, arbitrary: fc.constant('/etc/sysctl.conf') }),
  fc.array(line, { maxLength: 3 }).map((lines) => `# comment\n${lines.join('')}`),
  { maxKeys: 5, noNullPrototype: true },
)

/** In a network and on disks of its own: places the files, reads them as persist does, and lets the loader run. */
const script = (files: { readonly [path: string]: string }, command: string): string => `exec 2>/dev/null
for d in /etc /run /usr/local/lib /usr/lib/sysctl.d; do mount -t tmpfs none $d; done
mkdir -p /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d
${[...Object.entries(files), [ownSysctlFile, [...ours].map(([key, value]) => `${key} = ${value}\n`).join('')]]
  .map(([at, text]) => `cat >${at} <<'END_OF_FILE'\n${text}END_OF_FILE\n`)
  .join('')}
sh -c "$READING"
echo ====
echo 9 >/proc/sys/net/ipv4/conf/all/arp_ignore
${command} >/dev/null
cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv4/conf/all/arp_ignore`

for (const { loader, command, path: program } of programs) {
  const there = existsSync(program)
  if (!there) tellLeftOut(`what ${loader} makes of files: not run, ${program} is not there`)
  const away = !there || lacks(`what ${loader} makes of files`, 'root', 'unshare')
  test.skipIf(away).each(fc.sample(hostFiles, { seed, numRuns: 10 }).map((files, number) => ({ files, number })))(
    `${loader}: files $number`,
    ({ files }) => {
      const { stdout } = spawnSync('unshare', ['-n', '-m', 'sh', '-s'], {
        input: script(files, command),
        encoding: 'utf8',
        env: { ...process.env, READING: sysctlFiles().source.command[2] },
      })
      const [listing = '', values = ''] = stdout.split('====\n')
      const found = overrides(sysctlFiles().parse({ stdout: listing, stderr: '', exitCode: 0 }), ours)
      const expected = [...ours].map(([key, value]) => {
        const override = found.find((other) => other.key === key && other.loaders.includes(loader))
        return override === undefined
          ? Number(value)
          : Number.parseInt(override.value, override.value.startsWith('0x') ? 16 : 10)
      })
      expect(values.trim().split('\n').map(Number), stdout).toEqual(expected)
    },
  )
}
