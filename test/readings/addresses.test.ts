import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { addressedDevices, addresses, canonicalAddress } from '../../src/readings/addresses.ts'
import { answered, factsFrom } from '../host-facts.ts'

const factsOf = (tool: string) => {
  const text = readFileSync(join(import.meta.dirname, `recorded/addresses-${tool}.txt`), 'utf8')
  return factsFrom(new Map([['addresses', answered(text)]]))
}

test.each(['iproute2', 'busybox'])('%s: the addresses of a device, in the kernel’s order', (tool) => {
  const facts = factsOf(tool)
  expect(facts.of(addressedDevices)).toEqual(['lo', 'p0', 'eth0', 'eth0.100'])
  expect(facts.of(addresses('lo'))).toEqual([
    { family: 4, address: '127.0.0.1', prefix: 8, scope: 'host', flags: [] },
    { family: 4, address: '192.0.2.50', prefix: 32, scope: 'host', flags: [] },
    { family: 4, address: '192.0.2.51', prefix: 32, scope: 'global', label: 'lo:ipvs1', flags: [] },
    { family: 4, address: '192.0.2.77', prefix: 24, scope: 'global', flags: [] },
    { family: 6, address: '2001:db8::50', prefix: 128, scope: 'global', flags: [] },
    { family: 6, address: '::1', prefix: 128, scope: 'host', flags: [] },
  ])
  const eth0 = facts.of(addresses('eth0'))
  expect(eth0.slice(0, 3)).toEqual([
    { family: 4, address: '192.0.2.10', prefix: 24, broadcast: '192.0.2.255', scope: 'global', flags: [] },
    { family: 4, address: '198.51.100.1', prefix: 32, peer: '198.51.100.2/32', scope: 'global', flags: [] },
    { family: 4, address: '192.0.2.11', prefix: 24, scope: 'global', label: 'eth0:web', flags: ['secondary'] },
  ])
  expect(eth0[3]).toMatchObject({ address: '2001:db8::11', flags: ['tentative', 'dynamic'] })
  expect([...(eth0[4]?.flags ?? [])].sort()).toEqual(['deprecated', 'tentative'])
  expect(facts.of(addresses('p0')).slice(0, 2)).toEqual([
    { family: 4, address: '192.0.2.99', prefix: 24, scope: 'global', flags: ['dynamic'] },
    { family: 4, address: '192.0.2.98', prefix: 25, scope: 'global', flags: [] },
  ])
  expect(facts.of(addresses('eth0.100'))).toHaveLength(1)
  expect(facts.of(addresses('eth'))).toEqual([])
})

test.each(['iproute2', 'busybox'])('%s: the canonical form is field four and the scope of IPv4', (tool) => {
  const facts = factsOf(tool)
  expect(facts.of(addresses('lo')).map(canonicalAddress)).toEqual([
    '127.0.0.1/8 host',
    '192.0.2.50/32 host',
    '192.0.2.51/32 global',
    '192.0.2.77/24 global',
    '2001:db8::50/128',
    '::1/128',
  ])
  expect(facts.of(addresses('eth0')).map(canonicalAddress)).toContain('198.51.100.1 global')
})

test('the test of a listing names its device and every address', () => {
  const reading = addresses('eth0.100')
  expect(reading.test(factsOf('iproute2').of(reading))).toEqual([
    { kind: 'addresses', device: 'eth0.100', are: ['203.0.113.5/24 link'] },
  ])
})

test('no ip, no addresses', () => {
  expect(factsFrom(new Map()).of(addresses('lo'))).toEqual([])
  expect(factsFrom(new Map()).of(addressedDevices)).toEqual([])
})
