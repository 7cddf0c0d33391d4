import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ipvsService, ipvsTableState, ipvsTimeouts } from '../../src/readings/ipvs-services.ts'
import { parseService } from '../../src/readings/virtual-service.ts'
import { answered } from '../host-facts.ts'

/** ipvsadm 1.31 on Linux 6.1, from a table that has one of everything. */
const recorded = answered(readFileSync(join(import.meta.dirname, 'recorded/ipvsadm-1.31.txt'), 'utf8'))

const read = (name: string) => {
  const service = parseService(name)
  if (service === undefined) throw new Error(`no service: ${name}`)
  return ipvsService(service).parse(recorded)
}

test('every service of a table is found', () => {
  const table = ipvsTableState.parse(recorded)
  expect(table.kind === 'table' && table.services.map(({ name }) => name)).toEqual([
    'tcp/10.88.0.100:0',
    'tcp/10.88.0.100:80',
    'tcp/10.88.0.100:443',
    'udp/10.88.0.100:53',
    'udp/10.88.0.100:5060',
    'sctp/10.88.0.100:9',
    'tcp/[fd88::100]:80',
    'fwmark/1',
    'fwmark/1/ipv6',
  ])
})

test('a service tells its scheduler, its servers and their thresholds', () => {
  expect(read('tcp/10.88.0.100:80')).toEqual({
    scheduler: 'wlc',
    flags: [],
    onePacket: false,
    servers: new Map([
      ['10.88.11.1:80', { forward: 'direct', weight: 3, upper: 1000, lower: 800 }],
      ['10.88.11.2:80', { forward: 'direct', weight: 1, upper: 0, lower: 0 }],
    ]),
  })
})

test.each([
  [
    'tcp/10.88.0.100:443',
    { scheduler: 'mh', flags: ['mh-fallback', 'mh-port'], persistence: 360, netmask: '255.255.255.0' },
  ],
  ['udp/10.88.0.100:5060', { persistence: 30, engine: 'sip' }],
  ['udp/10.88.0.100:53', { onePacket: true }],
  ['tcp/[fd88::100]:80', { scheduler: 'wrr', persistence: 60, netmask: '64' }],
  ['fwmark/1', { scheduler: 'sh', flags: ['sh-port'] }],
  ['fwmark/1/ipv6', { scheduler: 'rr', servers: new Map() }],
])('%s', (name, attributes) => {
  expect(read(name)).toMatchObject(attributes)
})

test('a kind of tunnel that is not plain is remembered, and a changed port', () => {
  expect(read('udp/10.88.0.100:53')?.servers.get('10.88.11.2:53')).toMatchObject({
    forward: 'tunnel',
    tunnel: '--tun-type gue --tun-port 5555 --tun-nocsum',
  })
  expect(read('udp/10.88.0.100:53')?.servers.get('10.88.11.1:53')).not.toHaveProperty('tunnel')
  expect(read('tcp/10.88.0.100:443')?.servers.get('10.88.11.1:8443')).toMatchObject({
    forward: 'masquerade',
    weight: 0,
  })
})

test('absence is a value', () => {
  expect(read('tcp/10.88.0.100:81')).toBeUndefined()
  expect(ipvsTimeouts.parse(recorded)).toEqual([900, 120, 300])
  const failing = (exitCode: number) => ipvsTableState.parse({ exitCode, stdout: '', stderr: 'Permission denied' })
  expect([8, 9, 2].map(failing)).toEqual([
    { kind: 'no-ip_vs' },
    { kind: 'no-ipvsadm' },
    { kind: 'unreadable', why: 'Permission denied' },
  ])
})

test.each([
  ['tcp/192.0.2.1:80', 'tcp/192.0.2.1:80'],
  ['tcp/[2001:DB8:0::1]:080', 'tcp/[2001:db8::1]:80'],
  ['fwmark/7', 'fwmark/7'],
  ['tcp/2001:db8::1:80', undefined],
  ['tcp/[192.0.2.1]:80', undefined],
  ['tcp/192.0.2.1:65536', undefined],
  ['fwmark/0', undefined],
  ['icmp/192.0.2.1:80', undefined],
])('%s is the service %s', (text, name) => {
  expect(parseService(text)?.name).toBe(name)
})
