import fc from 'fast-check'
import { answered, setting } from '../../host-facts.ts'
import { outputsOf } from '../kernel-host.ts'
import { fleet } from './ipvs.ts'

const vip = fc.constantFrom('192.0.2.100', '2001:db8::100')
export const args = fc.oneof(vip, fc.record({ address: vip, nic: fc.constant('eth0') }))

export const outputs = fc
  .record({
    held: fc.subarray(['eth0 inet 192.0.2.100/32 scope global eth0', 'lo inet 192.0.2.100/32 scope host lo']),
    tool: fc.constantFrom('iputils\n', 'busybox\n', ''),
  })
  .map(
    ({ held, tool }) =>
      new Map([
        ...outputsOf({ devices: ['eth0'], addresses: ['eth0 inet 192.0.2.11/24 scope global eth0', ...held] }),
        ['arping', answered(tool)] as const,
      ]),
  )

export const settings = fc.constant({ ...setting(['director']), fleet })
