import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Change, Facts, Plan, Step, TaskType, Test } from '../../src/model/task-type.ts'
import { addressesSource } from '../../src/readings/addresses.ts'
import { conf6Source, confSource } from '../../src/readings/conf.ts'
import { guardedVips, guardProblems } from '../../src/readings/guards.ts'
import sysctlTask from '../../src/tasks/sysctl.ts'
import vipTask from '../../src/tasks/vip-on-lo.ts'
import { answered, changesOf, factsFrom, type Outputs, setting } from '../host-facts.ts'
import { part, seed } from '../part.ts'
import { createNamespace, type Namespace } from './namespace.ts'

const sources = [confSource, conf6Source, addressesSource]

const cut = '\n--cut--\n'

/** All sources by one process: most of the time goes into starting them. */
const read = (host: Namespace): Outputs => {
  const script = sources.map(
    ({ command }) => `( ${command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')} )`,
  )
  const { stdout } = host.run('sh', '-c', script.join(`; printf '%s' '${cut}'; `))
  const parts = stdout.split(cut)
  return new Map(sources.map(({ key }, at) => [key, answered(parts[at] ?? '')]))
}

/** Everything that the tasks could touch, one line each; addresses in canonical form. */
const everything = (outputs: Outputs): Map<string, string> => {
  const lines = new Map<string, string>()
  for (const [source, family] of [
    ['conf:4', 'net/ipv4/conf'],
    ['conf:6', 'net/ipv6/conf'],
  ] as const) {
    for (const line of outputs.get(source)?.stdout.split('\n') ?? []) {
      const [name = '', value = ''] = line.split(':')
      if (name === '../ip_forward') lines.set('sysctl:net/ipv4/ip_forward', value)
      else if (name !== '' && !name.startsWith('/sys/') && name !== 'all/forwarding') {
        lines.set(`sysctl:${family}/${name}`, value)
      } else if (name === 'all/forwarding' && family === 'net/ipv6/conf') lines.set(`sysctl:${family}/${name}`, value)
    }
  }
  const held = new Map<string, string[]>()
  for (const line of outputs.get('addresses')?.stdout.split('\n') ?? []) {
    const [, device = '', family, field = ''] = line.split(/\s+/)
    const text = family === 'inet' ? `${field} ${/ scope (\S+)/.exec(line)?.[1]}` : field
    if (device !== '') held.set(device, [...(held.get(device) ?? []), text])
  }
  for (const [device, texts] of held) lines.set(`addresses:${device}`, texts.sort().join(', '))
  return lines
}

const answer = (outputs: Outputs, now: Map<string, string>, question: Test): boolean => {
  switch (question.kind) {
    case 'value': {
      const text = now.get(`sysctl:${question.path}`)
      return text === undefined ? question.is.length === 0 : question.is.includes(text)
    }
    case 'addresses':
      return (now.get(`addresses:${question.device}`) ?? '') === [...question.are].sort().join(', ')
    case 'guarded':
      return guardProblems(factsFrom(outputs)).length === 0
    case 'not-session':
      return true
    default:
      throw new Error(`no answer to ${question.kind}`)
  }
}

/** The first requirement that does not hold; nothing of that step was done. */
const carryOut = (host: Namespace, steps: readonly Step[]): Test | undefined => {
  for (const step of steps) {
    if (step.requires) {
      const outputs = read(host)
      const failed = step.requires.find((question) => !answer(outputs, everything(outputs), question))
      if (failed) return failed
    }
    const { exitCode, stderr } =
      step.kind === 'set'
        ? host.run('sh', '-c', 'printf "%s\\n" "$1" >"/proc/sys/$2"', 'sh', step.value, step.path)
        : step.kind === 'run'
          ? host.run(...step.command)
          : { exitCode: 255, stderr: 'no such step here' }
    expect(exitCode, `${JSON.stringify(step)}: ${stderr}`).toBe(0)
  }
  return undefined
}

/** Undo obeys the invariants: it opens no guard under a VIP and puts no VIP over an open guard. */
const undo = (host: Namespace, changes: readonly Change[]): 'undone' | 'kept' => {
  for (const change of [...changes].reverse()) {
    const failed = carryOut(host, change.undo)
    if (!failed) continue
    const facts = factsFrom(read(host))
    if (failed.kind === 'guarded') expect(guardProblems(facts)).not.toEqual([])
    else expect(guardedVips(facts), JSON.stringify(failed)).not.toEqual([])
    return 'kept'
  }
  return 'undone'
}

/** Turning IPv6 on brings link-local addresses that nobody can name beforehand. */
const turnsIpv6On = ({ leaves }: Change): boolean =>
  leaves.some(({ reading, value }) => /disable_ipv6$/.test(reading.key) && (value as { text?: string }).text === '0')

/** Carries one change out and compares what it says it leaves with what is there. */
const carryOutChange = (host: Namespace, before: Map<string, string>, change: Change): Map<string, string> => {
  expect(carryOut(host, change.steps), `${change.what}: a requirement`).toBeUndefined()
  const outputs = read(host)
  const now = everything(outputs)
  const foretold = new Set(change.leaves.map(({ reading }) => reading.key))
  for (const { reading, value } of change.leaves) {
    for (const question of reading.test(value)) {
      expect(
        answer(outputs, now, question),
        `${change.what}: ${reading.key} is ${now.get(reading.key)}, not ${JSON.stringify(value)}`,
      ).toBe(true)
    }
  }
  const surprises = [...new Set([...before.keys(), ...now.keys()])].filter(
    (key) => before.get(key) !== now.get(key) && !foretold.has(key),
  )
  expect(turnsIpv6On(change) ? surprises.filter((key) => !key.startsWith('addresses:')) : surprises).toEqual([])
  return now
}

interface Case {
  readonly setUp: string
  readonly args: unknown
}

/** Runs the laws for one task on one host, and tells how far that went. */
const holdToTheLaws = async (type: TaskType<unknown>, { setUp, args: input }: Case): Promise<string> => {
  using host = await createNamespace()
  host.prepare(setUp)
  const parsed = type.parse(input as never)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const plan = (facts: Facts): Plan => type.plan(parsed.args, facts, setting())
  const first = read(host)
  const made = plan(factsFrom(first))
  if (made.kind !== 'changes') return made.kind
  const changes = changesOf(made)
  changes.reduce((now, change) => carryOutChange(host, now, change), everything(first))
  expect(changesOf(plan(factsFrom(read(host)))), 'a second run changes nothing').toEqual([])
  if (undo(host, changes) === 'kept') return 'kept'
  expect(Object.fromEntries(everything(read(host))), 'undone').toEqual(Object.fromEntries(everything(first)))
  return changes.length > 0 ? 'undone' : 'quiet'
}

const keys4 = [
  'arp_ignore',
  'arp_announce',
  'send_redirects',
  'accept_redirects',
  'forwarding',
  'rp_filter',
  'route_localnet',
]
const keys6 = ['forwarding', 'disable_ipv6', 'accept_ra', 'ignore_routes_with_linkdown', 'accept_redirects']
const devices = ['eth0', 'eth0.100', 'p0', 'p1'] as const

const variable = fc.oneof(
  fc.constant('net/ipv4/ip_forward'),
  fc
    .tuple(fc.constantFrom('all', 'default', 'lo', ...devices), fc.constantFrom(...keys4))
    .map((parts) => `net/ipv4/conf/${parts.join('/')}`),
  fc
    .tuple(fc.constantFrom('all', 'default', 'lo', ...devices), fc.constantFrom(...keys6))
    .map((parts) => `net/ipv6/conf/${parts.join('/')}`),
)
const settings = (max: number) =>
  fc.uniqueArray(fc.tuple(variable, fc.integer({ min: 0, max: 2 })), {
    minLength: 1,
    maxLength: max,
    selector: ([path]) => path.replace('net/ipv4/conf/all/forwarding', 'net/ipv4/ip_forward'),
  })

/** Two veth pairs, one with a dotted name; some with an address, some that are down. */
const network = fc.record({
  up: fc.subarray([...devices]),
  addressed: fc.subarray([...devices]),
  lo: fc.subarray([
    '192.0.2.80/32',
    '192.0.2.80/24',
    '192.0.2.81/24',
    '192.0.2.82/25',
    '2001:db8::80/64',
    '2001:db8::81/128',
  ]),
  scope: fc.constantFrom('host', 'global'),
})
const setUpOf = (
  net: typeof network extends fc.Arbitrary<infer T> ? T : never,
  before: readonly [string, number][],
): string =>
  [
    'ip link set lo up',
    'ip link add eth0 type veth peer name p0',
    'ip link add eth0.100 type veth peer name p1',
    ...net.up.map((device) => `ip link set ${device} up`),
    ...net.addressed.map((device) => `ip addr add 198.51.100.${devices.indexOf(device) + 1}/24 dev ${device}`),
    ...net.addressed.map((device) => `ip addr add 2001:db8:1::${devices.indexOf(device) + 1}/64 dev ${device} nodad`),
    ...net.lo.map((address) => `ip addr add ${address} dev lo${address.includes(':') ? '' : ` scope ${net.scope}`}`),
    ...before.map(([path, value]) => `echo ${value} >/proc/sys/${path}`),
  ].join('\n')

const check = async (type: TaskType<unknown>, cases: fc.Arbitrary<Case>, runs: number): Promise<void> => {
  const kinds = new Set<string>()
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      kinds.add(await holdToTheLaws(type, one))
    }),
    { numRuns: runs, seed },
  )
  expect(kinds).toContain('undone')
}

test('sysctl on a real kernel: what it foretells is what happens, a second run is quiet, undo restores all', async () => {
  const cases = fc
    .record({ net: network, before: settings(4), wishes: settings(6) })
    .map(({ net, before, wishes }) => ({
      setUp: setUpOf({ ...net, lo: [] }, before),
      args: Object.fromEntries(wishes),
    }))
  await check(sysctlTask as TaskType<unknown>, cases, part('kernel laws of sysctl: cases', 80, 12))
}, 900_000)

test('sysctl under VIPs on a real kernel never opens a guard', async () => {
  const guards = fc.uniqueArray(
    fc.tuple(
      fc
        .tuple(fc.constantFrom('all', 'default', ...devices), fc.constantFrom('arp_ignore', 'arp_announce'))
        .map((parts) => `net/ipv4/conf/${parts.join('/')}`),
      fc.integer({ min: 0, max: 2 }),
    ),
    { minLength: 1, maxLength: 5, selector: ([path]) => path },
  )
  const cases = fc.record({ net: network, before: guards, wishes: guards }).map(({ net, before, wishes }) => ({
    setUp: setUpOf({ ...net, lo: ['192.0.2.80/32'] }, before),
    args: Object.fromEntries(wishes),
  }))
  await check(sysctlTask as TaskType<unknown>, cases, part('kernel laws of sysctl under VIPs: cases', 30, 6))
}, 900_000)

test('vip-on-lo on a real kernel: what it foretells is what happens, a second run is quiet, undo restores all', async () => {
  const vips = fc.subarray(['192.0.2.80', '192.0.2.81', '192.0.2.90', '2001:db8::80', '2001:db8::81'], { minLength: 1 })
  const cases = fc
    .record({
      net: network,
      address: vips,
      scope: fc.constantFrom(undefined, 'host', 'global', 'link'),
      state: fc.constantFrom('present', 'present', 'absent'),
      promote: fc.constantFrom(0, 0, 1),
      guard: fc.constantFrom(1, 1, 1, 0),
    })
    .map(({ net, address, scope, state, promote, guard }) => ({
      setUp: setUpOf(net, [
        ['net/ipv4/conf/all/arp_ignore', guard],
        ['net/ipv4/conf/all/arp_announce', 2],
        ['net/ipv4/conf/lo/promote_secondaries', promote],
      ]),
      args: { address, state, ...(scope && address.some((text) => !text.includes(':')) ? { scope } : {}) },
    }))
  await check(vipTask as TaskType<unknown>, cases, part('kernel laws of vip-on-lo: cases', 60, 12))
}, 900_000)
