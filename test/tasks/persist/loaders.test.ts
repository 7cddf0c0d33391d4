import { expect, test } from 'vitest'
import { loadOrder, overrides } from '../../../src/tasks/persist/loaders.ts'

const ignore = 'net/ipv4/conf/all/arp_ignore'
const both = ['systemd-sysctl', 'sysctl --system']
const procps = ['sysctl --system']
const systemd = ['systemd-sysctl']
const own = '/etc/sysctl.d/99-zz-ipvs-play.conf'

const file = (path: string, ...lines: string[]) => ({ path, lines })
const set = (value: string | number) => `net.ipv4.conf.all.arp_ignore = ${value}`

/** Our file wishes all.arp_ignore = 1. `wins`: what has the last word instead, for whom. */
const merges: readonly {
  name: string
  files: readonly { path: string; lines: string[] }[]
  wins: readonly { path: string; value: string; loaders: readonly string[] }[]
}[] = [
  { name: 'nothing else', files: [], wins: [] },
  { name: 'an earlier name loses', files: [file('/etc/sysctl.d/99-sysctl.conf', set(0))], wins: [] },
  {
    name: 'a later name wins, from a vendor directory too',
    files: [file('/usr/lib/sysctl.d/99-zzz.conf', set(0))],
    wins: [{ path: '/usr/lib/sysctl.d/99-zzz.conf', value: '0', loaders: both }],
  },
  {
    name: '/etc/sysctl.conf is last for procps alone',
    files: [file('/etc/sysctl.conf', set(3)), file('/etc/sysctl.d/99-sysctl.conf', set(3))],
    wins: [{ path: '/etc/sysctl.conf', value: '3', loaders: procps }],
  },
  {
    name: 'two files, one for each loader',
    files: [file('/etc/sysctl.conf', set(3)), file('/run/sysctl.d/zz.conf', set(0))],
    wins: [
      { path: '/run/sysctl.d/zz.conf', value: '0', loaders: systemd },
      { path: '/etc/sysctl.conf', value: '3', loaders: procps },
    ],
  },
  {
    name: 'of one name the first directory counts: an empty file or a link to /dev/null masks',
    files: [file('/usr/lib/sysctl.d/zz.conf', set(0)), file('/etc/sysctl.d/zz.conf')],
    wins: [],
  },
  {
    name: 'the first directory counts, whatever the order of the listing',
    files: [file('/lib/sysctl.d/zz.conf', set(0)), file('/usr/local/lib/sysctl.d/zz.conf', set(4))],
    wins: [{ path: '/usr/local/lib/sysctl.d/zz.conf', value: '4', loaders: both }],
  },
  {
    name: 'the same value is no override',
    files: [file('/etc/sysctl.d/zz.conf', set('0x1'), set('1 # all'))],
    wins: [],
  },
  {
    name: 'the last line of a file counts, in slash or dot form',
    files: [file('/etc/sysctl.d/zz.conf', set(1), `${ignore}=2`)],
    wins: [{ path: '/etc/sysctl.d/zz.conf', value: '2', loaders: both }],
  },
  {
    name: 'a leading - only forgives a missing key',
    files: [file('/etc/sysctl.d/zz.conf', `- ${set(0)}`.replace('- ', '-'))],
    wins: [{ path: '/etc/sysctl.d/zz.conf', value: '0', loaders: both }],
  },
  {
    name: 'a glob yields to a key that is named',
    files: [file('/etc/sysctl.d/zz.conf', 'net.ipv4.conf.*.arp_ignore = 0')],
    wins: [],
  },
  {
    name: 'comments and other keys',
    files: [file('/etc/sysctl.d/zz.conf', `#${set(0)}`, `; ${set(0)}`, 'net.ipv4.conf.all.arp_filter = 0')],
    wins: [],
  },
  {
    name: 'CRLF and blanks',
    files: [file('/etc/sysctl.d/zz.conf', `\t${set(0)} \r`)],
    wins: [{ path: '/etc/sysctl.d/zz.conf', value: '0', loaders: both }],
  },
  { name: 'a directory that no loader reads', files: [file('/opt/sysctl.d/zz.conf', set(0))], wins: [] },
]
test.each(merges)('$name', ({ files, wins }) => {
  const expected = wins.map((win) => ({ key: ignore, ...win }))
  expect(overrides(files, new Map([[ignore, '1']]))).toEqual(expected)
  expect(overrides([...files].reverse(), new Map([[ignore, '1']]))).toEqual(expected)
})

test('dots in names of interfaces: the first separator decides', () => {
  const key = 'net/ipv4/conf/eth0.100/rp_filter'
  const wins = (line: string) => overrides([file('/etc/sysctl.d/zz.conf', line)], new Map([[key, '2']])).length
  expect(wins('net/ipv4/conf/eth0.100/rp_filter = 1')).toBe(1)
  expect(wins('net.ipv4.conf.eth0/100.rp_filter = 1')).toBe(1)
  expect(wins('net.ipv4.conf.eth0.100.rp_filter = 1')).toBe(0)
})

test('the other name of a variable overrides it too, by a glob unless that name is named', () => {
  const ours = new Map([['net/ipv4/ip_forward', '1']])
  const zz = (...lines: string[]) =>
    overrides([file('/etc/sysctl.d/zz.conf', ...lines)], ours).map(({ value }) => value)
  expect(zz('net.ipv4.conf.all.forwarding = 0')).toEqual(['0'])
  expect(zz('net.ipv4.conf.*.forwarding = 0')).toEqual(['0'])
  expect(zz('net.ipv4.conf.*.forwarding = 0', '-net.ipv4.conf.all.forwarding')).toEqual([])
  expect(zz('net.ipv4.conf.al[!k].forward?ng = 0')).toEqual(['0'])
  expect(zz('net.ipv4.*.forwarding = 0')).toEqual([])
  expect(zz('net.ipv4.conf.[.forwarding = 0')).toEqual([])
})

test('vectors are compared by their words', () => {
  const ours = new Map([['net/ipv4/tcp_rmem', '4096 131072 6291456']])
  const zz = (value: string) => overrides([file('/etc/sysctl.d/zz.conf', `net.ipv4.tcp_rmem=${value}`)], ours).length
  expect(zz('4096\t131072  6291456')).toBe(0)
  expect(zz('4096 131072 1')).toBe(1)
})

test('the order of files', () => {
  const files = [
    '/lib/sysctl.d/50.conf',
    '/etc/sysctl.conf',
    '/usr/lib/sysctl.d/10.conf',
    own,
    '/etc/sysctl.d/99-sysctl.conf',
    '/etc/sysctl.d/99-zz.conf',
  ].map((path) => file(path))
  const systemdOrder = [
    '/usr/lib/sysctl.d/10.conf',
    '/lib/sysctl.d/50.conf',
    '/etc/sysctl.d/99-sysctl.conf',
    own,
    '/etc/sysctl.d/99-zz.conf',
  ]
  expect(loadOrder(files, 'systemd-sysctl').map(({ path }) => path)).toEqual(systemdOrder)
  expect(loadOrder(files, 'sysctl --system').map(({ path }) => path)).toEqual([...systemdOrder, '/etc/sysctl.conf'])
})
