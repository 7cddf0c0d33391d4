import fc from 'fast-check'
import { outputsOf } from '../kernel-host.ts'

const vip = fc.constantFrom('192.0.2.80', '192.0.2.81/32', '192.0.2.82', '2001:db8::80', '2001:db8::81/128')
const addresses = fc.oneof(vip, fc.array(vip, { minLength: 1, maxLength: 4 }))

export const args = fc.oneof(
  addresses,
  fc.record(
    {
      address: addresses,
      scope: fc.constantFrom('host', 'link', 'global'),
      label: fc.constantFrom('lo:0', 'lo:vip'),
      state: fc.constantFrom('present', 'absent'),
    },
    { requiredKeys: ['address'] },
  ),
)

/** Guards that are mostly closed, and every mixture of addresses on lo and beside it. */
export const outputs = fc
  .record({
    devices: fc.subarray(['eth0', 'eth0.100', 'dummy0']),
    dummies: fc.constant(['dummy0']),
    values: fc.record({
      'net/ipv4/conf/all/arp_ignore': fc.constantFrom('1', '1', '1', '0', '3'),
      'net/ipv4/conf/all/arp_announce': fc.constantFrom('2', '2', '2', '1'),
      'net/ipv4/conf/lo/promote_secondaries': fc.constantFrom('0', '0', '1'),
    }),
    addresses: fc.subarray([
      'lo inet 192.0.2.80/32 scope host lo',
      'lo inet 192.0.2.81/32 scope global lo:0',
      'lo inet 192.0.2.80/24 scope global lo',
      'lo inet 192.0.2.81/24 scope global secondary lo',
      'lo inet 192.0.2.82/24 scope global secondary lo:x',
      'lo inet 192.0.2.99/24 scope global secondary lo',
      'lo inet6 2001:db8::80/64 scope global ',
      'dummy0 inet 192.0.2.80/32 scope global dummy0',
    ]),
  })
  .map(outputsOf)
