import type { Diagnostic } from '../model/document.ts'
import type { Facts, Lasting, Plan, Reading } from '../model/task-type.ts'
import { addresses } from '../readings/addresses.ts'
import { guardedVips, type Variables, variablesOf } from '../readings/guards.ts'
import { interfaces } from '../readings/interfaces.ts'
import { possible, sysctl } from '../readings/sysctl.ts'
import { defineTask } from './define-task.ts'
import { type Asked, sysctlProblems, sysctlSchema, understand } from './sysctl/args.ts'
import { changesFor, type Wish } from './sysctl/changes.ts'
import type { Surroundings, Write } from './sysctl/effects.ts'
import { firstOpened, muteProblem, vipProblem } from './sysctl/hazards.ts'
import { ipv6Losses, ipv6VipProblem } from './sysctl/ipv6-off.ts'
import { missingProblem } from './sysctl/missing.ts'
import { holds, inOrder, type Order, writesTowards } from './sysctl/simulate.ts'
import { meaning, wantedText } from './sysctl/value.ts'

const isConf = (path: string): boolean => /^net\/ipv[46]\/conf\/|^net\/ipv4\/ip_forward$/.test(path)

const error = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })

type Found = { readonly wishes: readonly Wish[] } | { readonly problem: Diagnostic }

/** The wishes in this host's terms, in canonical order. */
const wishesFor = (asked: readonly Asked[], read: Variables, facts: Facts): Found => {
  const wishes = new Map<string, Wish>()
  for (const { path, shown, wish } of asked) {
    if (wish === undefined) continue
    const now = read(path)
    const missing = missingProblem({ path, shown }, now, facts)
    if (missing) return { problem: missing }
    const [live = ''] = possible(now)
    const wanted = wantedText(wish, live, isConf(path))
    if (!wanted.ok) return { problem: error(`${shown} ${wanted.summary}`, `it reads \`${live}\` now`) }
    wishes.set(path, { path, shown, text: wanted.text })
  }
  return { wishes: inOrder(wishes.keys(), 'canonical').flatMap((path) => wishes.get(path) ?? []) }
}

const surroundings = (facts: Facts): Surroundings => ({
  devices: facts.of(interfaces),
  hasIpv4Address: (device) => facts.of(addresses(device)).some(({ family }) => family === 4),
})

type Course = { readonly writes: readonly Write[]; readonly order: Order } | { readonly problem: Diagnostic }

/** The writes in an order that opens no guard under a VIP, if there is one. */
const courseFor = (wishes: readonly Wish[], read: Variables, around: Surroundings, facts: Facts): Course => {
  const goals = new Map(wishes.map(({ path, text }) => [path, text]))
  const writes = writesTowards(goals, read, around)
  const problem =
    muteProblem(read, writes, around.devices) ??
    ipv6VipProblem(writes.flatMap((write) => ipv6Losses(write, read, facts)))
  if (problem) return { problem }
  const opened = guardedVips(facts).length > 0 ? firstOpened(read, writes, around.devices) : undefined
  if (!opened) return { writes, order: 'canonical' }
  const other = writesTowards(goals, read, around, 'all-last')
  if (firstOpened(read, other, around.devices)) return { problem: vipProblem(facts, opened) }
  return { writes: other, order: 'all-last' }
}

const plan = (asked: readonly Asked[], facts: Facts): Plan => {
  const read = variablesOf(facts)
  const found = wishesFor(asked, read, facts)
  if ('problem' in found) return { kind: 'refuse', problem: found.problem }
  const { wishes } = found
  const wished = wishes.map(({ path }) => sysctl(path))
  if (wishes.every(({ path, text }) => holds(read(path), text))) return { kind: 'changes', changes: [], wishes: wished }
  const around = surroundings(facts)
  const course = courseFor(wishes, read, around, facts)
  if ('problem' in course) return { kind: 'refuse', problem: course.problem }
  return { kind: 'changes', changes: changesFor(wishes, course, { read, around, facts }), wishes: wished }
}

const lasting = (asked: readonly Asked[], facts: Facts): Lasting[] =>
  asked.map(({ path, wish }) => {
    if (wish === undefined) return { kind: 'sysctl', path }
    const wanted = wantedText(wish, possible(facts.of(sysctl(path)))[0] ?? '', isConf(path))
    return { kind: 'sysctl', path, value: wanted.ok ? wanted.text : meaning(wish) }
  })

export default defineTask({
  name: 'sysctl',
  summary: 'Sets kernel variables, live; `persist` keeps them over a reboot',
  example: `- name: Answer and announce ARP for own addresses only
  sysctl:
    net.ipv4.conf.all.arp_ignore: 1
    net.ipv4.conf.all.arp_announce: 2
    net.ipv4.conf.eth0.100.arp_ignore: 1 # the interface is eth0.100
    net.ipv4.tcp_rmem: 4096 131072 6291456

- name: No longer keep this one over a reboot
  sysctl: {name: net.ipv4.ip_forward, state: absent}
`,
  args: sysctlSchema,
  check: sysctlProblems,
  touchesRotation: true,
  understand,
  readings: (asked): readonly Reading<unknown>[] => {
    const wished = asked.filter(({ wish }) => wish !== undefined)
    return [...wished.map(({ path }) => sysctl(path)), interfaces, addresses('lo')]
  },
  plan,
  lasting,
})
