import { expect, test } from 'vitest'
import { layersOf, sshdConfig } from '../../src/lab/disks.ts'
import { loopbackGuests } from '../../src/lab/inside.ts'
import { chooseServer, whatIsMissing } from '../../src/lab/requirements.ts'
import { isAlive, processId } from '../../src/lab/state.ts'
import { duration, statusText } from '../../src/lab/status.ts'

const linux = { platform: 'linux', uid: 0, has: () => true }

test.each([
  [linux, undefined],
  [{ ...linux, platform: 'darwin' }, 'a lab is made of Linux namespaces, and this machine runs darwin'],
  [{ ...linux, uid: 1000 }, 'a lab needs root, to make network and mount namespaces'],
  [
    { ...linux, has: (tool: string) => tool !== 'ip' && tool !== 'setpriv' },
    'a lab needs setpriv, ip, which this machine lacks (install util-linux and iproute2)',
  ],
])('what a machine lacks is one sentence: %#', (machine, sentence) => {
  expect(whatIsMissing(machine)).toBe(sentence)
})

test('sshd serves where it is installed; where it is wished and absent, that is told', () => {
  const without = { has: () => false }
  expect(chooseServer('auto', linux)).toBe('openssh')
  expect(chooseServer('auto', without)).toBe('embedded')
  expect(chooseServer('embedded', linux)).toBe('embedded')
  expect(() => chooseServer('openssh', without)).toThrow('install openssh-server')
})

test('a mount of its own that holds programs gets an overlay of its own', () => {
  const mountinfo = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /proc rw - proc proc rw
24 22 254:1 / /usr rw - ext4 /dev/vdb rw
25 24 254:2 / /usr/local rw - xfs /dev/vdc rw
26 22 0:30 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw
27 22 254:0 /var/docker/hosts /etc/hosts rw - ext4 /dev/vda rw
28 22 0:31 / /home rw - ext4 /dev/vdd rw
29 22 0:32 / /var/lib rw,nosuid shared:5 - tmpfs tmpfs rw
30 22 0:33 / /usr/share rw - autofs systemd-1 rw
`
  expect(layersOf(mountinfo)).toEqual([
    { id: 'root', path: '/' },
    { id: 'usr', path: '/usr' },
    { id: 'usr-local', path: '/usr/local' },
    { id: 'var-lib', path: '/var/lib' },
  ])
})

test("the caller's lines of sshd_config come first, because sshd takes the first", () => {
  const lines = sshdConfig(['PermitRootLogin no']).split('\n')
  expect(lines.indexOf('PermitRootLogin no')).toBeLessThan(lines.indexOf('PermitRootLogin prohibit-password'))
})

test('a process is itself only while it has its start time', () => {
  const self = processId(process.pid)
  expect(self && isAlive(self)).toBe(true)
  expect(isAlive({ pid: process.pid, started: '1' })).toBe(false)
  expect(processId(2 ** 22 + 1)).toBeUndefined()
})

test('addresses of lo itself are no guests', () => {
  const listing = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet 10.88.0.100/32 scope host lo\\       valid_lft forever preferred_lft forever
1: lo    inet6 fd88::100/128 scope global \\       valid_lft forever preferred_lft forever
1: lo    inet6 ::1/128 scope host \\       valid_lft forever preferred_lft forever
`
  expect(loopbackGuests(listing)).toEqual(['10.88.0.100/32', 'fd88::100/128'])
})

test.each([
  [0, '0s'],
  [59.9, '59s'],
  [187, '3m07s'],
  [7500, '2h05m'],
  [273_600, '3d04h'],
  [-3, '0s'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text)
})

test('status shows who is on, since when, with which VIPs', () => {
  const self = processId(process.pid)
  if (self === undefined) throw new Error('no /proc')
  const host = { group: 'realserver', address6: 'fd88::1', mac: '02:00:00:00:00:01' } as const
  const text = statusText(
    {
      version: 1,
      bootId: 'x',
      server: { pid: 7, started: '1' },
      ready: true,
      ssh: 'embedded',
      ownsDirectory: true,
      hosts: [
        { ...host, name: 'rs1', address: '10.88.11.1', port: 4001, init: self, booted: '2026-11-24T08:00:00.000Z' },
        { ...host, name: 'rs2', address: '10.88.11.2', port: 4002 },
      ],
    },
    new Map([['rs1', ['10.88.0.100/32']]]),
    new Date('2026-11-24T08:01:05.000Z'),
  )
  const rows = text.split('\n').map((row) => row.split(/ {2,}/))
  expect(rows[1]).toEqual([
    'rs1',
    'realserver',
    '10.88.11.1',
    '127.0.0.1:4001',
    `${self.pid}`,
    '1m05s',
    '10.88.0.100/32',
  ])
  expect(rows[2]).toEqual(['rs2', 'realserver', '10.88.11.2', '127.0.0.1:4002', '-', 'off', '-'])
})
