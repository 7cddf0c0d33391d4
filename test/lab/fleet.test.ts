import { expect, test } from 'vitest'
import { mostHosts, planFleet } from '../../src/lab/fleet.ts'

test('names, addresses and MACs follow from the place in the fleet', () => {
  expect(planFleet({ directors: 1, realservers: 2 })).toEqual([
    { name: 'lb1', group: 'director', address: '10.88.1.1', address6: 'fd88::1:1', mac: '02:88:0a:58:01:01' },
    { name: 'rs1', group: 'realserver', address: '10.88.11.1', address6: 'fd88::b:1', mac: '02:88:0a:58:0b:01' },
    { name: 'rs2', group: 'realserver', address: '10.88.11.2', address6: 'fd88::b:2', mac: '02:88:0a:58:0b:02' },
  ])
})

test('the largest fleets have no name, address or MAC twice, and none on the VIP or the gateway', () => {
  for (const directors of [0, 500, mostHosts]) {
    const hosts = planFleet({ directors, realservers: mostHosts - directors })
    for (const key of ['name', 'address', 'address6', 'mac'] as const)
      expect(new Set(hosts.map((host) => host[key])).size).toBe(mostHosts)
    expect(hosts.every(({ name }) => name.length <= 15)).toBe(true)
    expect(hosts.some(({ address }) => address.startsWith('10.88.0.'))).toBe(false)
  }
})
