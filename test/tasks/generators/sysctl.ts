import fc from 'fast-check'
import { outputsOf } from '../kernel-host.ts'

const devices = ['eth0', 'eth0.100', 'w1']
const section = fc.constantFrom('all', 'default', 'lo', ...devices)
const key4 = fc.constantFrom(
  'arp_ignore',
  'arp_announce',
  'forwarding',
  'accept_redirects',
  'rp_filter',
  'route_localnet',
)
const key6 = fc.constantFrom('forwarding', 'disable_ipv6', 'accept_redirects')

const path = fc.oneof(
  fc.constant('net/ipv4/ip_forward'),
  fc.tuple(section, key4).map((parts) => `net/ipv4/conf/${parts.join('/')}`),
  fc.tuple(section, key6).map((parts) => `net/ipv6/conf/${parts.join('/')}`),
)
const number = fc.constantFrom('0', '1', '2', '3', '8')

export const args = fc.oneof(
  { weight: 5, arbitrary: fc.dictionary(path, fc.oneof(number, number.map(Number)), { minKeys: 1, maxKeys: 6 }) },
  fc.record({ name: path, value: number, state: fc.constantFrom('present', 'absent') }),
)

/** Hosts with interfaces, values and addresses of every kind. */
export const outputs = fc
  .record({
    devices: fc.subarray(devices),
    values: fc.dictionary(path, number, { maxKeys: 8 }),
    addresses: fc.subarray([
      'lo inet 192.0.2.80/32 scope host lo',
      'eth0 inet 198.51.100.1/24 scope global eth0',
      'eth0 inet6 2001:db8::1/64 scope global ',
      'eth0.100 inet6 fe80::1/64 scope link ',
    ]),
  })
  .map(outputsOf)
