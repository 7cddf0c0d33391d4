import { expect, test } from 'vitest'
import { effectiveValues, openGuards, type Variables } from '../../src/readings/guards.ts'
import type { SysctlValue } from '../../src/readings/sysctl.ts'

const value = (text: string): SysctlValue => ({ kind: 'value', text })
const variables =
  (values: Readonly<Record<string, SysctlValue>>): Variables =>
  (path) =>
    values[path.replace('net/ipv4/conf/', '')] ?? { kind: 'absent' }
const host = (all: [string, string], eth0: [string, string]) =>
  variables({
    'all/arp_ignore': value(all[0]),
    'all/arp_announce': value(all[1]),
    'eth0/arp_ignore': value(eth0[0]),
    'eth0/arp_announce': value(eth0[1]),
  })

// The measured table: what answers or announces ARP for a VIP on lo.
test.each<[[string, string], [string, string], string[]]>([
  [['1', '2'], ['0', '0'], []],
  [['0', '0'], ['1', '2'], []],
  [['2', '2'], ['1', '1'], []],
  [['0', '2'], ['0', '0'], ['arp_ignore 0']],
  [['1', '0'], ['1', '1'], ['arp_announce 1']],
  [['3', '2'], ['1', '0'], ['arp_ignore 3']],
  [['4', '2'], ['1', '0'], ['arp_ignore 4']],
  [['1', '2'], ['8', '0'], ['arp_ignore 8']],
  [['9', '2'], ['1', '0'], ['arp_ignore 9']],
  [['1', '3'], ['1', '2'], ['arp_announce 3']],
  [['-1', '2'], ['1', '2'], []],
])('all %j, eth0 %j: open %j', (all, eth0, open) => {
  const found = openGuards(host(all, eth0), ['lo', 'eth0'])
  expect(found.map(({ interface: device, key, effective }) => `${device} ${key} ${effective}`)).toEqual(
    open.map((text) => `eth0 ${text}`),
  )
})

test('what may be open is open', () => {
  const read = variables({ 'all/arp_ignore': value('0'), 'w/arp_ignore': { kind: 'either', texts: ['1', '0'] } })
  expect(effectiveValues(read, 'w', 'arp_ignore')).toEqual([1, 0])
  expect(openGuards(read, ['w'])).toEqual([
    { interface: 'w', key: 'arp_ignore', effective: '0' },
    { interface: 'w', key: 'arp_announce', effective: '?' },
  ])
})
