import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collapseBlanks, lookUp } from '../../src/readings/conf.ts'
import { interfaces, isDummy, link } from '../../src/readings/interfaces.ts'
import { sysctl } from '../../src/readings/sysctl.ts'
import { answered, factsFrom } from '../host-facts.ts'

const recorded = readFileSync(join(import.meta.dirname, 'recorded/conf-ipv4.txt'), 'utf8')
const facts = factsFrom(new Map([['conf:4', answered(recorded)]]))

test.each([
  ['net/ipv4/ip_forward', { kind: 'value', text: '0' }],
  ['net/ipv4/conf/all/forwarding', { kind: 'value', text: '0' }],
  ['net/ipv4/conf/all/accept_local', { kind: 'value', text: '0' }],
  ['net/ipv4/conf/eth0/send_redirects', { kind: 'value', text: '1' }],
  ['net/ipv4/conf/eth0.100/igmpv2_unsolicited_report_interval', { kind: 'value', text: '10000' }],
  ['net/ipv4/conf/eth1/arp_ignore', { kind: 'absent' }],
  ['net/ipv4/conf/th0/arp_ignore', { kind: 'absent' }],
  ['net/ipv4/conf/eth0/arp', { kind: 'absent' }],
  ['net/ipv4/conf/eth0.100', { kind: 'absent' }],
] as const)('%s reads %j', (path, value) => {
  expect(facts.of(sysctl(path))).toEqual(value)
})

test('a variable with two names is one reading', () => {
  expect(sysctl('net/ipv4/conf/all/forwarding').key).toBe(sysctl('net/ipv4/ip_forward').key)
})

test('conf keys of one family share a source, others have their own', () => {
  expect(sysctl('net/ipv4/conf/eth0/arp_ignore').source.key).toBe('conf:4')
  expect(sysctl('net/ipv6/conf/eth0/forwarding').source.key).toBe('conf:6')
  expect(sysctl('net/ipv4/tcp_rmem').source.key).toBe('sysctl:net/ipv4/tcp_rmem')
})

test.each([
  [
    { exitCode: 0, stdout: '4096\t131072\t6291456\n', stderr: '' },
    { kind: 'value', text: '4096 131072 6291456' },
  ],
  [
    { exitCode: 0, stdout: '\n', stderr: '' },
    { kind: 'value', text: '' },
  ],
  [{ exitCode: 1, stdout: '', stderr: 'head: Permission denied' }, { kind: 'unreadable' }],
  [{ exitCode: 3, stdout: '', stderr: '' }, { kind: 'absent' }],
  [{ exitCode: 127, stdout: '', stderr: '' }, { kind: 'absent' }],
])('its own answer %j is %j', (result, value) => {
  expect(sysctl('net/ipv4/tcp_rmem').parse(result)).toEqual(value)
})

test('the test of a value asks for exactly what it may be', () => {
  const { test: testOf } = sysctl('net/ipv4/conf/all/forwarding')
  const path = 'net/ipv4/ip_forward'
  expect(testOf({ kind: 'value', text: '1' })).toEqual([{ kind: 'value', path, is: ['1'] }])
  expect(testOf({ kind: 'either', texts: ['0', '1'] })).toEqual([{ kind: 'value', path, is: ['0', '1'] }])
  expect(testOf({ kind: 'absent' })).toEqual([{ kind: 'value', path, is: [] }])
})

test('interfaces are those of the snapshot, dots and all', () => {
  expect(facts.of(interfaces)).toEqual(['eth0.100', 'eth0', 'lo', 'p0', 'p1'])
  expect(factsFrom(new Map()).of(interfaces)).toEqual([])
})

test('flags and type of a device', () => {
  expect(facts.of(link('lo'))).toEqual({ flags: 0x9, type: 772 })
  expect(facts.of(link('eth0.100'))).toEqual({ flags: 0x1003, type: 1 })
  expect(facts.of(link('gone'))).toBeUndefined()
})

test.each([
  ['dummy0, up', 0xc3, 1, true],
  ['eth0, up', 0x1003, 1, false],
  ['a bond without ARP', 0x14c3, 1, false],
  ['tunl0', 0xc1, 768, false],
  ['lo', 0x9, 772, false],
])('%s: dummy or not', (_, flags, type, dummy) => {
  expect(isDummy({ flags, type })).toBe(dummy)
})

test('the first and the last line are found, with and without an end', () => {
  expect(lookUp('a/b:1\nc/d:2\n', 'a/b')).toBe('1')
  expect(lookUp('a/b:1\nc/d:2\n', 'c/d')).toBe('2')
  expect(lookUp('a/b:1\nc/d:2', 'c/d')).toBe('2')
  expect(lookUp('xa/b:1\n', 'a/b')).toBeUndefined()
  expect(lookUp('', 'a/b')).toBeUndefined()
  expect(collapseBlanks(' 1\t 2\n')).toBe('1 2')
})
