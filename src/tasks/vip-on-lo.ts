import type { Change, Facts, Lasting, Plan, Reading, Setting } from '../model/task-type.ts'
import { addressedDevices, addresses } from '../readings/addresses.ts'
import { guardProblems, type OpenGuard } from '../readings/guards.ts'
import { interfaces, isDummy, link } from '../readings/interfaces.ts'
import type { Ip } from '../readings/ip.ts'
import { possible, sysctl } from '../readings/sysctl.ts'
import { defineTask } from './define-task.ts'
import { type VipWish, vipProblems, vipSchema, wishOf } from './vip-on-lo/args.ts'
import { absentChanges, presentChanges } from './vip-on-lo/changes.ts'
import { isWhole } from './vip-on-lo/listing.ts'

const promote = ['all', 'lo'].map((section) => sysctl(`net/ipv4/conf/${section}/promote_secondaries`))

/** The device other than lo and dummies that has an address. */
const heldBy = (facts: Facts, vip: Ip): string | undefined =>
  facts
    .of(addressedDevices)
    .filter((device) => device !== 'lo' && !isDummy(facts.of(link(device))))
    .find((device) => facts.of(addresses(device)).some(({ address }) => address === vip.address))

const isBoth = ({ groups }: Setting): boolean => groups.includes('director') && groups.includes('realserver')

const plan = (wish: VipWish, facts: Facts, setting: Setting): Plan => {
  const held = wish.vips.flatMap((vip) => {
    const device = heldBy(facts, vip)
    return device === undefined ? [] : [{ vip, device }]
  })
  return wish.state === 'absent' ? absentPlan(wish, held, facts) : presentPlan(wish, held, facts, setting)
}

interface Held {
  readonly vip: Ip
  readonly device: string
}

const promotes = (facts: Facts): boolean =>
  promote.some((reading) => possible(facts.of(reading)).some((text) => Number(text) !== 0))

const absentPlan = ({ vips }: VipWish, held: readonly Held[], facts: Facts): Plan => {
  const changes = absentChanges(vips, facts.of(addresses('lo')), promotes(facts))
  const problem = guardRefusal(changes, facts)
  if (problem) return problem
  const notes = held.map(({ vip, device }) => `${vip.address} is on ${device}, where it stays`)
  return { kind: 'changes', changes, wishes: [addresses('lo')], ...(notes.length > 0 ? { notes } : {}) }
}

const presentPlan = (wish: VipWish, held: readonly Held[], facts: Facts, setting: Setting): Plan => {
  const [first] = held
  if (first && !isBoth(setting)) return heldRefusal(first)
  const vips = wish.vips.filter((vip) => !held.some((other) => other.vip === vip))
  if (first && vips.length === 0) {
    return { kind: 'skip', because: `holds ${first.vip.address} on ${first.device} as director` }
  }
  const changes = presentChanges(vips, wish, facts.of(addresses('lo')), promotes(facts))
  const problem = guardRefusal(changes, facts)
  if (problem) return problem
  const notes = changes.length === 0 ? openNotes(vips, facts) : []
  return { kind: 'changes', changes, wishes: [addresses('lo')], ...(notes.length > 0 ? { notes } : {}) }
}

const heldRefusal = ({ vip, device }: Held): Plan => ({
  kind: 'refuse',
  problem: {
    severity: 'error',
    summary: `${vip.address} is on ${device}: whoever asks for it there gets an answer from this host`,
    hint: `remove it from ${device} yourself, or leave this host out of the play if it is the director`,
  },
})

/** Foretold, so that a check says it too; what decides is the test on the host just before the step. */
const guardRefusal = (changes: readonly Change[], facts: Facts): Plan | undefined => {
  const needed = changes.some(({ steps }) =>
    steps.some(({ requires }) => requires?.some(({ kind }) => kind === 'guarded')),
  )
  const [open] = needed ? guardProblems(facts) : []
  if (!open) return undefined
  return {
    kind: 'refuse',
    problem: {
      severity: 'error',
      summary: `${guardText(open)}: with a VIP on lo this host would take the director's traffic`,
      hint: 'set net.ipv4.conf.all.arp_ignore to 1 and net.ipv4.conf.all.arp_announce to 2 with sysctl first',
    },
  }
}

const guardText = ({ interface: device, key, effective }: OpenGuard): string =>
  `${device} has effective ${key} ${effective}, not ${key === 'arp_ignore' ? '1 or 2' : '2'}`

const openNotes = (vips: readonly Ip[], facts: Facts): string[] =>
  vips.some(({ family }) => family === 4)
    ? guardProblems(facts).map((open) => `the VIP is on lo, and ${guardText(open)}`)
    : []

const lasting = ({ vips, scope, label, state }: VipWish, facts: Facts): Lasting[] => {
  const there = facts.of(addresses('lo')).filter(isWhole)
  return vips.flatMap(({ family, address }): Lasting[] => {
    const full = `${address}/${family === 4 ? 32 : 128}`
    if (state === 'absent') return [{ kind: 'vip', address: full, scope: family === 4 ? 'host' : 'global', gone: true }]
    const entry = there.find((other) => other.address === address)
    if (!entry && heldBy(facts, { family, address }) !== undefined) return []
    if (family === 6) return [{ kind: 'vip', address: full, scope: 'global' }]
    const name = label ?? entry?.label
    return [
      {
        kind: 'vip',
        address: full,
        scope: scope ?? entry?.scope ?? 'host',
        ...(name === undefined ? {} : { label: name }),
      },
    ]
  })
}

export default defineTask({
  name: 'vip-on-lo',
  summary: 'Holds VIPs on lo, as /32 or /128 and only while no interface answers ARP for them',
  example: `- name: Hold the VIP
  vip-on-lo: "{{ vip }}"

- name: Hold two more, with a label
  vip-on-lo: {address: [192.0.2.80, 192.0.2.81], scope: host, label: "lo:shop"}

- name: Give one up
  vip-on-lo: {address: 2001:db8::80, state: absent}
`,
  args: vipSchema,
  check: vipProblems,
  understand: wishOf,
  touchesRotation: true,
  readings: (): readonly Reading<unknown>[] => [addresses('lo'), addressedDevices, interfaces, ...promote],
  plan,
  lasting,
})
