import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nicFor, nicReadings } from '../../src/readings/nic.ts'
import { routesTo } from '../../src/readings/routes.ts'
import { answered, factsFrom } from '../host-facts.ts'

const recorded = (name: string): string => readFileSync(join(import.meta.dirname, 'recorded', name), 'utf8')

test.each<[string, string, unknown]>([
  [
    'connected',
    '192.0.2.50',
    [
      [0, 'eth0'],
      [25, 'p0'],
      [24, 'eth0'],
      [24, 'p0'],
    ],
  ],
  [
    'peer',
    '198.51.100.2',
    [
      [0, 'eth0'],
      [16, undefined],
      [32, 'eth0'],
    ],
  ],
  [
    'blackhole',
    '198.51.7.7',
    [
      [0, 'eth0'],
      [16, undefined],
    ],
  ],
  ['default', '8.8.8.8', [[0, 'eth0']]],
  [
    'v6-on-lo',
    '2001:db8::50',
    [
      [128, 'lo'],
      [64, 'eth0'],
      [0, 'eth0'],
    ],
  ],
])('both tools list the %s routes alike', (name, address, routes) => {
  for (const tool of ['iproute2', 'busybox']) {
    const parsed = routesTo(address).parse(answered(recorded(`route-${name}-${tool}.txt`)))
    expect(parsed.map(({ prefix, device }) => [prefix, device])).toEqual(routes)
  }
})

test('a multipath route has the devices of its hops; busybox does not name them', () => {
  const devices = (tool: string) => routesTo('198.18.3.4').parse(answered(recorded(`route-multipath-${tool}.txt`)))
  expect(devices('iproute2')).toEqual([
    { prefix: 0, device: 'eth0' },
    { prefix: 15, device: 'eth0' },
    { prefix: 15, device: 'eth0.100' },
  ])
  expect(devices('busybox')).toEqual([{ prefix: 0, device: 'eth0' }, { prefix: 15 }])
})

test('IPv6 routes are asked for as such', () => {
  expect(routesTo('2001:db8::1').source.command).toContain('-6')
  expect(routesTo('192.0.2.1').source.command).not.toContain('-6')
})

const links =
  '/sys/class/net/lo/flags:0x9\n/sys/class/net/lo/type:772\n/sys/class/net/dummy0/flags:0xc3\n/sys/class/net/dummy0/type:1\n'
const answerFor = (routes: Readonly<Record<string, string>>) => {
  const vips = Object.keys(routes)
  const outputs = new Map(vips.map((vip) => [`routes:${vip}`, answered(routes[vip] ?? '')]))
  const answer = nicFor(vips, factsFrom(outputs.set('conf:4', answered(links))))
  return 'nic' in answer ? answer.nic : `${answer.problem.summary} (${answer.problem.hint})`
}
const ask = '(set `nic:` for this host in the inventory)'

test.each<[string, Readonly<Record<string, string>>, string]>([
  ['the default route', { '192.0.2.80': 'default via 10.0.0.1 dev eth0 \n' }, 'eth0'],
  [
    'the longest prefix',
    { '192.0.2.80': 'default via 10.0.0.1 dev eth0 \n192.0.2.0/24 dev eth1.5 scope link \n' },
    'eth1.5',
  ],
  ['never lo', { '2001:db8::80': recorded('route-v6-on-lo-iproute2.txt') }, 'eth0'],
  ['never a dummy', { '192.0.2.80': 'default via 10.0.0.1 dev eth0 \n192.0.2.80 dev dummy0 scope link \n' }, 'eth0'],
  ['VIPs that agree', { '192.0.2.80': 'default dev eth0 \n', '2001:db8::80': 'default dev eth0 \n' }, 'eth0'],
  [
    'a route that is twice there by one device',
    { '192.0.2.80': 'default dev eth0 metric 1 \ndefault dev eth0 metric 2 \n' },
    'eth0',
  ],
  [
    'two candidates',
    { '192.0.2.80': '192.0.2.0/24 dev eth0 \n192.0.2.0/24 dev eth1 \n' },
    `several devices lead towards 192.0.2.80: eth0, eth1 ${ask}`,
  ],
  [
    'VIPs that disagree',
    { '192.0.2.80': 'default dev eth0 \n', '192.0.2.81': 'default dev eth1 \n' },
    `the VIPs are reached by different devices: 192.0.2.80 by eth0, 192.0.2.81 by eth1 ${ask}`,
  ],
  ['no route', { '192.0.2.80': '' }, `no route of this host leads towards 192.0.2.80 ${ask}`],
  [
    'a blackhole',
    { '198.51.7.7': recorded('route-blackhole-busybox.txt') },
    `the route towards 198.51.7.7 names no single device ${ask}`,
  ],
  ['no vip', {}, '`nic` cannot be found without a `vip` (set `vip:` or `nic:` for this host)'],
])('%s', (_, routes, answer) => {
  expect(answerFor(routes)).toBe(answer)
})

test('what must be read first', () => {
  expect(nicReadings(['192.0.2.80']).map(({ source }) => source.key)).toEqual(['conf:4', 'routes:192.0.2.80'])
})
