import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Change, Plan, Step } from '../../src/model/task-type.ts'
import { canonicalAddress, type HostAddress } from '../../src/readings/addresses.ts'
import vipTask from '../../src/tasks/vip-on-lo.ts'
import { changesOf, factsFrom, setting } from '../host-facts.ts'
import { type KernelHost, outputsOf } from './kernel-host.ts'

const argsOf = (input: Value) => {
  const parsed = vipTask.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.args
}
const planOf = (input: Value, host: KernelHost, groups: readonly string[] = ['realserver']): Plan =>
  vipTask.plan(argsOf(input), factsFrom(outputsOf(host)), setting(groups))
const problemsOf = (input: Value): string[] => {
  const parsed = vipTask.parse(input)
  return parsed.ok
    ? []
    : parsed.problems.map(({ path, summary, hint }) => `${path.join(' ')}: ${summary} (${hint ?? ''})`)
}
const text = (step: Step): string =>
  `${step.kind === 'run' ? step.command.join(' ') : step.kind}${step.requires ? ` if ${step.requires.map(({ kind }) => kind)}` : ''}`
const told = (plan: Plan) =>
  changesOf(plan).map(({ what, from, to, steps, undo, demands }) => ({
    change: `${what}: ${from} → ${to}`,
    steps: steps.map(text),
    undo: undo.map(text),
    ...(demands ? { demands: demands.map(({ kind, address }) => `${kind} ${address}`) } : {}),
  }))
const leaves = (change: Change | undefined): string[] =>
  ((change?.leaves[0]?.value ?? []) as HostAddress[]).map(canonicalAddress)
const refusal = (plan: Plan): string =>
  plan.kind === 'refuse' ? `${plan.problem.summary} (${plan.problem.hint})` : `not refused: ${plan.kind}`

const closed = { 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' }
const safe: KernelHost = { devices: ['eth0'], values: closed }
const holding = (...addresses: string[]): KernelHost => ({ ...safe, addresses: addresses.map((line) => `lo ${line}`) })

test.each<[Value, string[]]>([
  ['192.0.2.80', []],
  ['192.0.2.80/32', []],
  [['192.0.2.80', '2001:DB8::80/128'], []],
  [{ address: ['192.0.2.80'], scope: 'link', label: 'lo:vip', state: 'absent' }, []],
  [
    '192.0.2.80/24',
    [': a VIP on lo is /32, not /24: the host would take all of that network for its own (write 192.0.2.80)'],
  ],
  [
    ['2001:db8::80/64'],
    ['0: a VIP on lo is /128, not /64: the host would take all of that network for its own (write 2001:db8::80)'],
  ],
  ['vip', [': `vip` is not an IP address (write it like 192.0.2.80 or 2001:db8::80)']],
  ['192.0.2.80/32/1', [': `192.0.2.80/32/1` is not an IP address (write it like 192.0.2.80 or 2001:db8::80)']],
  ['192.0.2.080', [': `192.0.2.080` is not an IP address (write it like 192.0.2.80 or 2001:db8::80)']],
  ['fe80::1%eth0', [': `fe80::1%eth0` is not an IP address (write it like 192.0.2.80 or 2001:db8::80)']],
  ['127.0.0.1', [': 127.0.0.1 is a loopback address, no VIP (name the address that clients connect to)']],
  ['0.0.0.0', [': 0.0.0.0 is an unspecified address, no VIP (name the address that clients connect to)']],
  ['224.0.0.1', [': 224.0.0.1 is a multicast address, no VIP (name the address that clients connect to)']],
  [
    '255.255.255.255',
    [': 255.255.255.255 is the broadcast address, no VIP (name the address that clients connect to)'],
  ],
  ['::', [': :: is the unspecified address, no VIP (name the address that clients connect to)']],
  ['::1', [': ::1 is the loopback address, no VIP (name the address that clients connect to)']],
  ['ff02::1', [': ff02::1 is a multicast address, no VIP (name the address that clients connect to)']],
  [
    '::ffff:192.0.2.1',
    [': ::ffff:192.0.2.1 is an IPv4 address in IPv6 form, no VIP (name the address that clients connect to)'],
  ],
  [{ address: '2001:db8::80', scope: 'host' }, ['scope: an IPv6 address takes no scope (remove `scope`)']],
  [{ address: '2001:db8::80', label: 'lo:x' }, ['label: an IPv6 address takes no label (remove `label`)']],
  [{ address: ['2001:db8::80', '192.0.2.80'], scope: 'host' }, []],
  [
    { address: ['192.0.2.80', 'x'] },
    ['address 1: `x` is not an IP address (write it like 192.0.2.80 or 2001:db8::80)'],
  ],
  [{ address: '192.0.2.80', scope: 'site' }, ['scope: must be `host`, `link` or `global` ()']],
  [{ address: '192.0.2.80', label: 'eth0:1' }, ['label: must begin with lo (lo:vip, for example)']],
  [{ address: '192.0.2.80', label: 'lo:0123456789abc' }, ['label: must have at most 15 characters ()']],
  [{ adress: '192.0.2.80' }, [': missing key `address` ()', 'adress: unknown key `adress` (did you mean `address`?)']],
  [[], [': names no address ()']],
  [null, [': must be a text, a list or a map ()']],
])('%j: problems %j', (input, problems) => {
  expect(problemsOf(input)).toEqual(problems)
})

test('a VIP goes on lo as /32, scope host, guarded; undo takes it off again', () => {
  const plan = planOf('192.0.2.80', safe)
  expect(told(plan)).toEqual([
    {
      change: '192.0.2.80 on lo: absent → 192.0.2.80/32 host',
      steps: ['ip addr add 192.0.2.80/32 dev lo scope host if guarded'],
      undo: ['ip addr del 192.0.2.80/32 dev lo if not-session'],
    },
  ])
  expect(leaves(changesOf(plan)[0])).toEqual(['127.0.0.1/8 host', '::1/128', '192.0.2.80/32 host'])
  expect(plan.kind === 'changes' && plan.wishes.map(({ key }) => key)).toEqual(['addresses:lo'])
})

test('an IPv6 VIP needs no guard and takes no scope', () => {
  expect(told(planOf('2001:DB8:0::80', { devices: ['eth0'] }))).toEqual([
    {
      change: '2001:db8::80 on lo: absent → 2001:db8::80/128',
      steps: ['ip addr add 2001:db8::80/128 dev lo'],
      undo: ['ip addr del 2001:db8::80/128 dev lo if not-session'],
    },
  ])
})

test.each<[string, Value, string[]]>([
  ['scope host', '192.0.2.80', ['inet 192.0.2.80/32 scope host lo']],
  ['scope global, which nobody ruled out', '192.0.2.80', ['inet 192.0.2.80/32 scope global lo:0']],
  ['a label, whatever the wish', { address: '192.0.2.80', label: 'lo:vip' }, ['inet 192.0.2.80/32 scope host lo:0']],
  ['with a broadcast address', '192.0.2.80', ['inet 192.0.2.80/32 brd 192.0.2.80 scope host lo']],
  ['IPv6', '2001:db8::80', ['inet6 2001:db8::80/128 scope global ']],
  ['twice in the list', ['192.0.2.80', '192.0.2.80/32'], ['inet 192.0.2.80/32 scope host lo']],
])('as wished: %s', (_, input, addresses) => {
  expect(planOf(input, holding(...addresses))).toMatchObject({ kind: 'changes', changes: [] })
})

test('another scope is an address taken off and put on: out of rotation only', () => {
  const host = holding('inet 192.0.2.80/32 scope global lo:0')
  expect(told(planOf({ address: '192.0.2.80', scope: 'host' }, host))).toEqual([
    {
      change: '192.0.2.80 on lo: 192.0.2.80/32 global → 192.0.2.80/32 host',
      steps: [
        'ip addr del 192.0.2.80/32 dev lo if not-session',
        'ip addr add 192.0.2.80/32 dev lo scope host label lo:0 if guarded',
      ],
      undo: ['ip addr del 192.0.2.80/32 dev lo', 'ip addr add 192.0.2.80/32 dev lo scope global label lo:0 if guarded'],
      demands: ['out-of-rotation 192.0.2.80'],
    },
  ])
})

test('every /32 comes before the first wide one goes, and those go last to first', () => {
  const host = holding('inet 192.0.2.80/24 scope global lo', 'inet 192.0.2.81/24 scope global secondary lo')
  const plan = planOf(['192.0.2.80', '192.0.2.81'], host)
  expect(told(plan).map(({ change, steps }) => [change, ...steps])).toEqual([
    ['192.0.2.80 on lo: absent → 192.0.2.80/32 host', 'ip addr add 192.0.2.80/32 dev lo scope host if guarded'],
    ['192.0.2.81 on lo: absent → 192.0.2.81/32 host', 'ip addr add 192.0.2.81/32 dev lo scope host if guarded'],
    ['192.0.2.81/24 on lo: 192.0.2.81/24 global → absent', 'ip addr del 192.0.2.81/24 dev lo'],
    ['192.0.2.80/24 on lo: 192.0.2.80/24 global → absent', 'ip addr del 192.0.2.80/24 dev lo'],
  ])
  expect(changesOf(plan).every(({ demands }) => demands === undefined)).toBe(true)
  expect(leaves(changesOf(plan).at(-1))).toEqual([
    '127.0.0.1/8 host',
    '::1/128',
    '192.0.2.80/32 host',
    '192.0.2.81/32 host',
  ])
})

const neighbours = ['inet 192.0.2.80/24 scope global lo', 'inet 192.0.2.81/24 scope global secondary lo:b']

test('a secondary that nobody named is held as /32 while its primary goes, and put back', () => {
  const [, removal] = changesOf(planOf('192.0.2.80', holding(...neighbours)))
  expect(removal?.steps.map(text)).toEqual([
    'ip addr add 192.0.2.81/32 dev lo scope global if guarded',
    'ip addr del 192.0.2.80/24 dev lo',
    'ip addr add 192.0.2.81/24 dev lo scope global label lo:b if guarded',
    'ip addr del 192.0.2.81/32 dev lo',
  ])
  expect(removal?.undo.map(text)).toEqual(['ip addr add 192.0.2.80/24 dev lo scope global if guarded'])
  expect(leaves(removal)).toContain('192.0.2.81/24 global')
})

test('with promote_secondaries it stays by itself', () => {
  const host = { ...holding(...neighbours), values: { ...closed, 'net/ipv4/conf/lo/promote_secondaries': '1' } }
  const [, removal] = changesOf(planOf('192.0.2.80', host))
  expect(removal?.steps.map(text)).toEqual(['ip addr del 192.0.2.80/24 dev lo'])
  expect(leaves(removal)).toContain('192.0.2.81/24 global')
})

test('IPv6 holds an address once, whatever its prefix length: the wide one goes first, out of rotation', () => {
  expect(told(planOf('2001:db8::80', holding('inet6 2001:db8::80/64 scope global ')))).toEqual([
    {
      change: '2001:db8::80 on lo: 2001:db8::80/64 → 2001:db8::80/128',
      steps: ['ip addr del 2001:db8::80/64 dev lo if not-session', 'ip addr add 2001:db8::80/128 dev lo'],
      undo: ['ip addr del 2001:db8::80/128 dev lo', 'ip addr add 2001:db8::80/64 dev lo'],
      demands: ['out-of-rotation 2001:db8::80'],
    },
  ])
})

test('removal demands that no director sends traffic, and spares the session', () => {
  const host = holding(
    'inet 192.0.2.80/32 scope host lo',
    'inet 192.0.2.80/24 scope global lo',
    'inet6 2001:db8::80/128 scope global ',
  )
  expect(told(planOf({ address: ['192.0.2.80', '2001:db8::80'], state: 'absent' }, host))).toEqual([
    {
      change: '2001:db8::80 on lo: 2001:db8::80/128 → absent',
      steps: ['ip addr del 2001:db8::80/128 dev lo if not-session'],
      undo: ['ip addr add 2001:db8::80/128 dev lo'],
      demands: ['out-of-rotation 2001:db8::80'],
    },
    {
      change: '192.0.2.80/24 on lo: 192.0.2.80/24 global → absent',
      steps: ['ip addr del 192.0.2.80/24 dev lo'],
      undo: ['ip addr add 192.0.2.80/24 dev lo scope global if guarded'],
      demands: ['out-of-rotation 192.0.2.80'],
    },
    {
      change: '192.0.2.80 on lo: 192.0.2.80/32 host → absent',
      steps: ['ip addr del 192.0.2.80/32 dev lo if not-session'],
      undo: ['ip addr add 192.0.2.80/32 dev lo scope host if guarded'],
      demands: ['out-of-rotation 192.0.2.80'],
    },
  ])
})

test('absent and not there: nothing to do', () => {
  expect(planOf({ address: '192.0.2.80', state: 'absent' }, { devices: ['eth0'] })).toMatchObject({ changes: [] })
})

test.each<[string, KernelHost, string]>([
  ['open', { devices: ['eth0'] }, 'eth0 has effective arp_ignore 0, not 1 or 2'],
  [
    'an interface that nobody thought of',
    { devices: ['eth0', 'eth1.7'], values: { ...closed, 'net/ipv4/conf/eth1.7/arp_announce': '3' } },
    'eth1.7 has effective arp_announce 3, not 2',
  ],
  [
    'all too high',
    { devices: ['eth0'], values: { ...closed, 'net/ipv4/conf/all/arp_ignore': '4' } },
    'eth0 has effective arp_ignore 4, not 1 or 2',
  ],
])('refused while a guard is %s', (_, host, problem) => {
  expect(refusal(planOf('192.0.2.80', host))).toBe(
    `${problem}: with a VIP on lo this host would take the director's traffic (set net.ipv4.conf.all.arp_ignore to 1 and net.ipv4.conf.all.arp_announce to 2 with sysctl first)`,
  )
})

test('a VIP that is there over an open guard is told', () => {
  const plan = planOf('192.0.2.80', { devices: ['eth0'], addresses: ['lo inet 192.0.2.80/32 scope host lo'] })
  expect(plan.kind === 'changes' && plan.notes).toEqual([
    'the VIP is on lo, and eth0 has effective arp_ignore 0, not 1 or 2',
    'the VIP is on lo, and eth0 has effective arp_announce 0, not 2',
  ])
})

const onNic: KernelHost = { ...safe, addresses: ['eth0 inet 192.0.2.80/24 scope global eth0'] }

test('on another device: failed, that device named; never removed', () => {
  expect(refusal(planOf('192.0.2.80', onNic))).toBe(
    '192.0.2.80 is on eth0: whoever asks for it there gets an answer from this host (remove it from eth0 yourself, or leave this host out of the play if it is the director)',
  )
  expect(planOf({ address: '192.0.2.80', state: 'absent' }, onNic)).toMatchObject({
    kind: 'changes',
    changes: [],
    notes: ['192.0.2.80 is on eth0, where it stays'],
  })
})

test('a host that holds it as director skips it, and takes the others', () => {
  const both = ['director', 'realserver']
  expect(planOf('192.0.2.80', onNic, both)).toEqual({ kind: 'skip', because: 'holds 192.0.2.80 on eth0 as director' })
  expect(told(planOf(['192.0.2.80', '192.0.2.90'], onNic, both)).map(({ change }) => change)).toEqual([
    '192.0.2.90 on lo: absent → 192.0.2.90/32 host',
  ])
})

test('on a dummy it does no harm, and is wanted on lo all the same', () => {
  const host = {
    ...safe,
    devices: ['eth0', 'kube-ipvs0'],
    dummies: ['kube-ipvs0'],
    addresses: ['kube-ipvs0 inet 192.0.2.80/32 scope global kube-ipvs0'],
  }
  expect(told(planOf('192.0.2.80', host))).toHaveLength(1)
})

test('what a reboot must bring back', () => {
  const lasting = (input: Value, host: KernelHost) =>
    vipTask.lasting?.(argsOf(input), factsFrom(outputsOf(host)), setting())
  expect(lasting(['192.0.2.80', '2001:db8::80'], safe)).toEqual([
    { kind: 'vip', address: '192.0.2.80/32', scope: 'host' },
    { kind: 'vip', address: '2001:db8::80/128', scope: 'global' },
  ])
  expect(lasting('192.0.2.80', holding('inet 192.0.2.80/32 scope global lo:0'))).toEqual([
    { kind: 'vip', address: '192.0.2.80/32', scope: 'global', label: 'lo:0' },
  ])
  expect(lasting({ address: '192.0.2.80', scope: 'host', label: 'lo:b' }, safe)).toEqual([
    { kind: 'vip', address: '192.0.2.80/32', scope: 'host', label: 'lo:b' },
  ])
  expect(lasting({ address: '192.0.2.80', state: 'absent' }, safe)).toEqual([
    { kind: 'vip', address: '192.0.2.80/32', scope: 'host', gone: true },
  ])
  expect(lasting('192.0.2.80', onNic)).toEqual([])
})
