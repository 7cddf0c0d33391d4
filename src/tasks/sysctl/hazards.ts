import type { Diagnostic } from '../../model/document.ts'
import type { Facts, Test } from '../../model/task-type.ts'
import { addresses, canonicalAddress } from '../../readings/addresses.ts'
import {
  effectiveValues,
  type GuardKey,
  guardedVips,
  isGuardedVip,
  type OpenGuard,
  openGuards,
  type Variables,
} from '../../readings/guards.ts'
import type { Write } from './effects.ts'
import { after } from './simulate.ts'

const guardOf = (path: string): [section?: string, key?: GuardKey] => {
  const [, section, key] = /^net\/ipv4\/conf\/([^/]+)\/(arp_ignore|arp_announce)$/.exec(path) ?? []
  return section === undefined ? [] : [section, key as GuardKey]
}

/** The guards that are closed before a write and may be open after it. */
export const opens = (before: Variables, write: Write, devices: readonly string[]): OpenGuard[] => {
  const [section, key] = guardOf(write.path)
  if (key === undefined) return []
  const touched = devices.filter((device) => section === 'all' || write.sets.has(`net/ipv4/conf/${device}/${key}`))
  const open = new Set(openGuards(before, touched, [key]).map((guard) => guard.interface))
  return openGuards(after(before, [write]), touched, [key]).filter((guard) => !open.has(guard.interface))
}

/** The first guard that some write of a sequence opens. */
export const firstOpened = (
  before: Variables,
  writes: readonly Write[],
  devices: readonly string[],
): OpenGuard | undefined => {
  for (const [at, write] of writes.entries()) {
    const [opened] = opens(after(before, writes.slice(0, at)), write, devices)
    if (opened) return opened
  }
  return undefined
}

/** Holds on the host while lo has no VIP that needs the guards, and otherwise what it has now. */
export const withoutVips = (facts: Facts): Test => {
  const others = facts.of(addresses('lo')).filter((entry) => !isGuardedVip(entry))
  return { kind: 'addresses', device: 'lo', are: others.map(canonicalAddress) }
}

/** Would the writes make an interface, or the ones to come, answer no ARP at all? Its own address is lost then, too. */
export const muteProblem = (
  before: Variables,
  writes: readonly Write[],
  devices: readonly string[],
): Diagnostic | undefined => {
  if (!writes.some(({ path }) => guardOf(path)[1] === 'arp_ignore')) return undefined
  const now = after(before, writes)
  const mute = (read: Variables, device: string): boolean => effectiveValues(read, device, 'arp_ignore').includes(8)
  const sections = ['all', 'default', ...devices.filter((device) => device !== 'lo')]
  const gone = sections.find((section) => mute(now, section) && !mute(before, section))
  if (gone === undefined) return undefined
  return {
    severity: 'error',
    summary: `arp_ignore 8 on ${gone} would take the host off the network: it answers no ARP then, not even for its own address`,
    hint: 'arp_ignore 1 keeps the VIP silent and the host reachable',
  }
}

/** A guard may not be opened under a VIP. */
export const vipProblem = (facts: Facts, opened: OpenGuard): Diagnostic => ({
  severity: 'error',
  summary: `${opened.interface} would have effective ${opened.key} ${opened.effective} while ${vipNames(facts)} on lo`,
  hint: 'remove it with vip-on-lo and state: absent first',
})

const vipNames = (facts: Facts): string => {
  const names = guardedVips(facts).map(({ address }) => address)
  return `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'}`
}
