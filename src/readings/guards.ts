import type { Facts } from '../model/task-type.ts'
import { addresses, type HostAddress } from './addresses.ts'
import { interfaces } from './interfaces.ts'
import { possible, type SysctlValue, sysctl } from './sysctl.ts'

export type GuardKey = 'arp_ignore' | 'arp_announce'

/** An interface that would answer or announce ARP for a VIP on lo. `effective` is `?` where it cannot be known. */
export interface OpenGuard {
  readonly interface: string
  readonly key: GuardKey
  readonly effective: string
}

/** A view of kernel variables, read or simulated. */
export type Variables = (path: string) => SysctlValue

/**
 * The kernel takes the larger of `all` and the interface's value (IN_DEV_MAXCONF in include/linux/inetdevice.h), but
 * safety does not grow with it: arp_ignore 3 answers for global scope, 4 to 7 and from 9 up answer for everything, and
 * arp_announce from 3 up acts as 0 (net/ipv4/arp.c).
 */
const safe: Readonly<Record<GuardKey, readonly number[]>> = { arp_ignore: [1, 2], arp_announce: [2] }

/** Every effective value of a key on an interface that the known values allow; NaN where one is not known. */
export const effectiveValues = (read: Variables, device: string, key: string): readonly number[] => {
  const [global, local] = [read(`net/ipv4/conf/all/${key}`), read(`net/ipv4/conf/${device}/${key}`)]
  if (global.kind === 'value' && local.kind === 'value') return [Math.max(Number(global.text), Number(local.text))]
  const [all, own] = [possible(global), possible(local)]
  if (all.length === 0 || own.length === 0) return [Number.NaN]
  return all.flatMap((one) => own.map((other) => Math.max(Number(one), Number(other))))
}

/** The variables of a host, each looked up once. */
export const variablesOf = (facts: Facts): Variables => {
  const known = new Map<string, SysctlValue>()
  return (path) => {
    const value = known.get(path) ?? facts.of(sysctl(path))
    known.set(path, value)
    return value
  }
}

const guardKeys: readonly GuardKey[] = ['arp_ignore', 'arp_announce']

/** The open guards of all interfaces but lo; one that only may be open counts. */
export const openGuards = (read: Variables, devices: readonly string[], keys = guardKeys): OpenGuard[] =>
  devices
    .filter((device) => device !== 'lo')
    .flatMap((device) =>
      keys.flatMap((key) => {
        const bad = effectiveValues(read, device, key).find((value) => !safe[key].includes(value))
        if (bad === undefined) return []
        return [{ interface: device, key, effective: Number.isNaN(bad) ? '?' : String(bad) }]
      }),
    )

/** The same of a host's facts: what keeps a VIP from going onto its lo. */
export const guardProblems = (facts: Facts): OpenGuard[] => openGuards(variablesOf(facts), facts.of(interfaces))

/** Does an address on lo depend on the guards? Every IPv4 address outside 127/8 does. */
export const isGuardedVip = ({ family, address }: HostAddress): boolean => family === 4 && !address.startsWith('127.')

export const guardedVips = (facts: Facts): HostAddress[] => facts.of(addresses('lo')).filter(isGuardedVip)
