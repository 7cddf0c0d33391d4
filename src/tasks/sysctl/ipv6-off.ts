import type { Diagnostic } from '../../model/document.ts'
import type { Facts, Prediction, Step, Test } from '../../model/task-type.ts'
import { addresses, type HostAddress } from '../../readings/addresses.ts'
import type { Variables } from '../../readings/guards.ts'
import { possible } from '../../readings/sysctl.ts'
import type { Write } from './effects.ts'

/** Setting disable_ipv6 takes every IPv6 address off the device (addrconf_disable_ipv6 in net/ipv6/addrconf.c). */
export interface Ipv6Loss {
  readonly device: string
  readonly lost: readonly HostAddress[]
  readonly kept: readonly HostAddress[]
}

/** What a write takes away. Nothing where IPv6 was off already. */
export const ipv6Losses = (write: Write, before: Variables, facts: Facts): Ipv6Loss[] => {
  if (!write.path.endsWith('/disable_ipv6') || Number(write.value) === 0) return []
  return [...write.sets.keys()].flatMap((path) => {
    const device = path.split('/')[3] ?? ''
    if (device === 'all' || device === 'default' || !possible(before(path)).includes('0')) return []
    const there = facts.of(addresses(device))
    const lost = there.filter(({ family }) => family === 6)
    return lost.length === 0 ? [] : [{ device, lost, kept: there.filter(({ family }) => family === 4) }]
  })
}

/** A VIP is removed by its own task, which asks the directors first. */
export const ipv6VipProblem = (losses: readonly Ipv6Loss[]): Diagnostic | undefined => {
  const vip = losses.find(({ device }) => device === 'lo')?.lost.find(({ address }) => address !== '::1')
  if (!vip) return undefined
  return {
    severity: 'error',
    summary: `disable_ipv6 would take ${vip.address} off lo`,
    hint: 'remove it with vip-on-lo and state: absent first',
  }
}

export const lossPredictions = (losses: readonly Ipv6Loss[]): Prediction<readonly HostAddress[]>[] =>
  losses.map(({ device, kept }) => ({ reading: addresses(device), value: kept }))

/** None of them may carry the session. */
export const lossTests = (losses: readonly Ipv6Loss[]): Test[] =>
  losses.flatMap(({ lost }) => lost.map(({ address }) => ({ kind: 'not-session', address }) as const))

/** ::1, link-local and advertised addresses come back by themselves once IPv6 is on again; the others do not. */
export const lossUndo = (losses: readonly Ipv6Loss[]): Step[] =>
  losses.flatMap(({ device, lost }) =>
    lost
      .filter(({ address, scope, flags }) => address !== '::1' && scope !== 'link' && !flags.includes('dynamic'))
      .reverse() // the kernel lists the newest first
      .map(({ address, prefix, flags }) => ({
        kind: 'run' as const,
        command: [
          ...(['ip', 'addr', 'add', `${address}/${prefix}`, 'dev', device] as const),
          ...(flags.includes('deprecated') ? ['preferred_lft', '0'] : []),
        ] as const,
      })),
  )
