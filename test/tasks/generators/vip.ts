import fc from 'fast-check'
import { answered } from '../../host-facts.ts'
import { outputsOf } from '../kernel-host.ts'

const vip = fc.constantFrom('192.0.2.80', '192.0.2.81/32', '2001:db8::80')

export const args = fc.record(
  {
    address: fc.oneof(vip, fc.array(vip, { minLength: 1, maxLength: 3 })),
    nic: fc.constantFrom('eth0', 'eth0.100'),
    announce: fc.nat(3),
    state: fc.constantFrom('present', 'absent'),
  },
  { requiredKeys: ['address', 'nic'] },
)

export const outputs = fc
  .record({
    held: fc.subarray([
      'eth0 inet 192.0.2.11/24 scope global eth0',
      'eth0 inet 192.0.2.80/32 scope global eth0',
      'eth0 inet6 2001:db8::80/128 scope global deprecated nodad ',
      'eth0.100 inet 192.0.2.81/32 scope global eth0.100',
    ]),
    odd: fc.option(
      fc.constantFrom('lo inet 192.0.2.80/32 scope host lo', 'eth0 inet 192.0.2.80/24 scope global eth0'),
      {
        nil: undefined,
        freq: 5,
      },
    ),
    tool: fc.constantFrom('iputils\n', 'busybox\n', ''),
  })
  .map(
    ({ held, odd, tool }) =>
      new Map([
        ...outputsOf({ devices: ['eth0', 'eth0.100'], addresses: [...held, ...(odd === undefined ? [] : [odd])] }),
        ['arping', answered(tool)] as const,
      ]),
  )
