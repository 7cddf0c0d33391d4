import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Plan, Step } from '../../src/model/task-type.ts'
import { parseKey } from '../../src/tasks/sysctl/key.ts'
import { sameWish, wantedText } from '../../src/tasks/sysctl/value.ts'
import sysctlTask from '../../src/tasks/sysctl.ts'
import { changesOf, factsFrom, setting } from '../host-facts.ts'
import { type KernelHost, outputsOf } from './kernel-host.ts'

const conf = (section: string, key: string): string => `net.ipv4.conf.${section}.${key}`

const argsOf = (input: Value) => {
  const parsed = sysctlTask.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.args
}
const planOf = (input: Value, host: KernelHost): Plan =>
  sysctlTask.plan(argsOf(input), factsFrom(outputsOf(host)), setting())
const problemsOf = (input: Value): string[] => {
  const parsed = sysctlTask.parse(input)
  return parsed.ok
    ? []
    : parsed.problems.map(({ path, summary, hint }) => `${path.join(' ')}: ${summary} (${hint ?? ''})`)
}
const refusal = (plan: Plan): string =>
  plan.kind === 'refuse' ? `${plan.problem.summary} (${plan.problem.hint})` : `not refused: ${plan.kind}`
const text = (step: Step): string => (step.kind === 'set' ? `${step.path}=${step.value}` : JSON.stringify(step))
const told = (plan: Plan) =>
  changesOf(plan).map(({ what, from, to, steps, undo }) => ({
    change: `${what}: ${from} → ${to}`,
    steps: steps.map(text),
    undo: undo.map(text),
  }))

test.each([
  ['net.ipv4.ip_forward', 'net/ipv4/ip_forward', 'net.ipv4.ip_forward'],
  ['net/ipv4/ip_forward', 'net/ipv4/ip_forward', 'net.ipv4.ip_forward'],
  ['/proc/sys/net/ipv4/ip_forward', 'net/ipv4/ip_forward', 'net.ipv4.ip_forward'],
  ['net.ipv4.conf.all.forwarding', 'net/ipv4/ip_forward', 'net.ipv4.conf.all.forwarding'],
  ['net.ipv4.conf.eth0.100.arp_ignore', 'net/ipv4/conf/eth0.100/arp_ignore', 'net.ipv4.conf.eth0.100.arp_ignore'],
  ['net.ipv4.conf.eth0/100.arp_ignore', 'net/ipv4/conf/eth0.100/arp_ignore', 'net.ipv4.conf.eth0.100.arp_ignore'],
  ['net/ipv4/conf/eth0.100/arp_ignore', 'net/ipv4/conf/eth0.100/arp_ignore', 'net.ipv4.conf.eth0.100.arp_ignore'],
  ['net.ipv6.neigh.a.b.c.gc_stale_time', 'net/ipv6/neigh/a.b.c/gc_stale_time', 'net.ipv6.neigh.a.b.c.gc_stale_time'],
  ['kernel.printk', 'kernel/printk', 'kernel.printk'],
])('the key %s is %s', (key, path, shown) => {
  expect(parseKey(key)).toEqual({ ok: true, path, shown })
})

test.each([
  ['net.ipv4.conf.lo:0.arp_ignore', '`lo:0` is the label of an address, no interface', 'use `lo`'],
  ['net/ipv4/../ipv6', '`net/ipv4/../ipv6` has an empty part or a step upwards', ''],
  ['net..ipv4', '`net..ipv4` has an empty part or a step upwards', ''],
  ['net.ipv4.', '`net.ipv4.` has an empty part or a step upwards', ''],
  ['/net/ipv4', '`/net/ipv4` has an empty part or a step upwards', ''],
  ['net.ipv4.conf.all', '`net.ipv4.conf.all` names no interface and key', ''],
  ['net.ipv4.conf.*.rp_filter', '`net.ipv4.conf.*.rp_filter` is a pattern', ''],
  ['net.ipv4.conf.an-interface-too-long.rp_filter', '`an-interface-too-long` is too long for an interface', ''],
  ['net.ipv4 .x', '`net.ipv4 .x` is not the name of a kernel variable', ''],
])('the key %s is refused', (key, summary, hint) => {
  const parsed = parseKey(key)
  expect(parsed).toMatchObject({ ok: false, summary })
  if (!parsed.ok && hint !== '') expect(parsed.hint).toBe(hint)
})

test.each<[string, string, boolean, unknown]>([
  ['1', '0', true, '1'],
  [' 1 ', '0', true, '1'],
  ['0x3', '0', true, '3'],
  ['010', '0', true, '8'],
  ['-1', '0', true, '-1'],
  ['08', '0', true, 'holds a number, and `08` is none'],
  ['yes', '0', true, 'holds a number, and `yes` is none'],
  ['', '0', true, 'holds a number, and nothing is none'],
  ['1 2', '0', true, 'holds 1 number, 2 given'],
  ['4096', '4096 131072 6291456', false, 'holds 3 numbers, 1 given'],
  ['4096\t0x10 5', '4096 131072 6291456', false, '4096 16 5'],
  ['0xffffffffffffffff', '18446744073692774399', false, '18446744073709551615'],
  ['cubic', 'bbr', false, 'cubic'],
  ['8080,9000-9100', '', false, '8080,9000-9100'],
  ['', 'core', false, ''],
])('the wish %j where it reads %j', (wish, live, numeric, expected) => {
  const wanted = wantedText(wish, live, numeric)
  expect(wanted.ok ? wanted.text : wanted.summary).toEqual(expected)
})

test('wishes are compared as the kernel means them', () => {
  expect(sameWish('1\t2', ' 1 2')).toBe(true)
  expect(sameWish('0x3', '3')).toBe(true)
  expect(sameWish('010', '8')).toBe(true)
  expect(sameWish('010', '10')).toBe(false)
})

test.each<[Value, string[]]>([
  [{ 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.forwarding': '0x1' }, []],
  [
    { 'net.ipv4.ip_forward': 1, 'net.ipv4.conf.all.forwarding': 0 },
    [
      'net.ipv4.conf.all.forwarding: net.ipv4.ip_forward and net.ipv4.conf.all.forwarding are one variable, wished to be 1 and 0 (name it once)',
    ],
  ],
  [
    { 'net.ipv4.ip_forward': true },
    [
      'net.ipv4.ip_forward: must be a number or a text (the kernel knows no booleans and no lists: write 1 or 0, "4096 87380 6291456")',
    ],
  ],
  [{ ip_forward: 1 }, ['ip_forward: is not the name of a kernel variable (write it like net.ipv4.ip_forward)']],
  [
    { 'net.ipv4.conf.lo:0.arp_ignore': 1 },
    ['net.ipv4.conf.lo:0.arp_ignore: `lo:0` is the label of an address, no interface (use `lo`)'],
  ],
  ['net.ipv4.ip_forward=1', [': must be a map ()']],
  [{ name: 'net.ipv4.ip_forward', value: 1, state: 'present', reload: true, sysctl_set: true }, []],
  [{ name: 'net.ipv4.ip_forward', value: 1, reload: true, sysctl_set: false }, []],
  [{ name: 'net.ipv4.ip_forward', value: 1, reload: false, sysctl_set: true }, []],
  [{ name: 'net.ipv4.ip_forward' }, [': missing key `value` (or `state: absent`)']],
  [{ name: 'net.ipv4.ip_forward', state: 'absent' }, []],
  [
    { name: 'ip_forward', value: 1 },
    ['name: `ip_forward` is not the name of a kernel variable (write it like net.ipv4.ip_forward)'],
  ],
  [{ name: 'a.b', valu: 1 }, ['valu: unknown key `valu` (did you mean `value`?)']],
  [{ name: 'a.b', value: 1, state: 'gone' }, ['state: must be `present` or `absent` ()']],
  [
    { name: 'a.b', value: 1, reload: false },
    [
      'reload: `reload: false` leaves the live value alone, which is always set here (leave it out, or write a file in /etc/sysctl.d with `copy`)',
    ],
  ],
  [
    { name: 'a.b', value: 1, sysctl_file: '/x' },
    ['sysctl_file: is not supported (`persist` keeps values in a file of its own)'],
  ],
  [
    { name: 'a.b', value: 1, ignoreerrors: true },
    ['ignoreerrors: is not supported (use `ignore_errors` beside the task)'],
  ],
  [{ name: 'a.b', value: 1, ignoreerrors: false }, []],
])('%j: problems %j', (input, problems) => {
  expect(problemsOf(input)).toEqual(problems)
})

const addressed = ['eth0 inet 198.51.100.1/24 scope global eth0']

test('as wished: no change, and every wish is read back', () => {
  const plan = planOf({ [conf('eth0', 'send_redirects')]: '0x1', 'net.ipv4.ip_forward': 0 }, { devices: ['eth0'] })
  expect(plan).toMatchObject({ kind: 'changes', changes: [] })
  expect(plan.kind === 'changes' ? plan.wishes.map(({ key }) => key) : []).toEqual([
    'sysctl:net/ipv4/ip_forward',
    'sysctl:net/ipv4/conf/eth0/send_redirects',
  ])
})

test('writes go in canonical order whatever the order in the playbook', () => {
  const wishes = [
    [conf('eth0', 'send_redirects'), 0],
    [conf('all', 'send_redirects'), 0],
    [conf('default', 'send_redirects'), 0],
    ['net.ipv4.ip_forward', 1],
  ] as const
  const host = { devices: ['eth0'], addresses: addressed }
  const plan = planOf(Object.fromEntries(wishes), host)
  expect(told(plan).map(({ change }) => change)).toEqual([
    'net.ipv4.ip_forward: 0 → 1',
    'net.ipv4.conf.default.send_redirects: 1 → 0',
    'net.ipv4.conf.all.send_redirects: 1 → 0',
    'net.ipv4.conf.eth0.send_redirects: 1 → 0',
  ])
  const reversed = planOf(Object.fromEntries([...wishes].reverse()), host)
  expect(JSON.stringify(reversed)).toBe(JSON.stringify(plan))
})

test('a wish that another write would disturb is put back in the same change', () => {
  const values = {
    'net/ipv4/ip_forward': '1',
    'net/ipv4/conf/all/accept_redirects': '0',
    'net/ipv4/conf/lo/forwarding': '1',
  }
  const plan = planOf({ [conf('all', 'accept_redirects')]: 0, 'net.ipv4.ip_forward': 0 }, { values })
  expect(told(plan)).toEqual([
    {
      change: 'net.ipv4.ip_forward: 1 → 0',
      steps: ['net/ipv4/ip_forward=0', 'net/ipv4/conf/all/accept_redirects=0'],
      undo: ['net/ipv4/ip_forward=1', 'net/ipv4/conf/default/forwarding=0'],
    },
  ])
})

test('a wish that comes true by a side effect is told, without a step of its own', () => {
  const plan = planOf({ 'net.ipv4.ip_forward': 1, [conf('eth0', 'forwarding')]: 1 }, { devices: ['eth0'] })
  expect(told(plan).map(({ change, steps }) => [change, steps])).toEqual([
    ['net.ipv4.ip_forward: 0 → 1', ['net/ipv4/ip_forward=1']],
    ['net.ipv4.conf.eth0.forwarding: 0 → 1', []],
  ])
})

test('an interface that was changed by hand comes back with undo', () => {
  const plan = planOf(
    { 'net.ipv4.ip_forward': 1 },
    { devices: ['eth0'], values: { 'net/ipv4/conf/eth0/forwarding': '1' } },
  )
  expect(told(plan)[0]?.undo).toEqual(['net/ipv4/ip_forward=0', 'net/ipv4/conf/eth0/forwarding=1'])
})

test('default reaches interfaces without an IPv4 address, perhaps', () => {
  const [change] = changesOf(
    planOf({ [conf('default', 'rp_filter')]: 2 }, { devices: ['eth0', 'w1'], addresses: addressed }),
  )
  expect(change?.leaves.map(({ reading, value }) => [reading.key, value])).toEqual([
    ['sysctl:net/ipv4/conf/default/rp_filter', { kind: 'value', text: '2' }],
    ['sysctl:net/ipv4/conf/w1/rp_filter', { kind: 'either', texts: ['0', '2'] }],
  ])
  expect(change?.undo.map(text)).toEqual(['net/ipv4/conf/default/rp_filter=0', 'net/ipv4/conf/w1/rp_filter=0'])
})

test('what default may have reached is taken back to what was read', () => {
  const host = { devices: ['eth0', 'w1'], addresses: addressed }
  const changes = changesOf(planOf({ [conf('default', 'rp_filter')]: 1, [conf('w1', 'rp_filter')]: 2 }, host))
  expect(changes.map(({ undo }) => undo.map(text).at(-1))).toEqual([
    expect.stringMatching(/=0$/),
    'net/ipv4/conf/w1/rp_filter=0',
  ])
})

test('default has no reach for keys with a handler of their own', () => {
  const [change] = changesOf(planOf({ [conf('default', 'route_localnet')]: 1 }, { devices: ['w1'] }))
  expect(change?.leaves).toHaveLength(1)
})

test('IPv6 `all` is written before `default`, which it overwrites', () => {
  const plan = planOf(
    { 'net.ipv6.conf.default.forwarding': 0, 'net.ipv6.conf.all.forwarding': 1 },
    { devices: ['eth0'] },
  )
  expect(told(plan)).toEqual([
    {
      change: 'net.ipv6.conf.all.forwarding: 0 → 1',
      steps: ['net/ipv6/conf/all/forwarding=1', 'net/ipv6/conf/default/forwarding=0'],
      undo: ['net/ipv6/conf/all/forwarding=0'],
    },
  ])
})

test('variables outside conf, with several numbers', () => {
  const host = { values: { 'net/ipv4/tcp_rmem': '4096\t131072\t6291456' } }
  expect(told(planOf({ 'net.ipv4.tcp_rmem': '4096 131072 0x600000' }, host))).toEqual([])
  expect(told(planOf({ 'net.ipv4.tcp_rmem': '4096  87380 6291456' }, host))).toEqual([
    {
      change: 'net.ipv4.tcp_rmem: 4096 131072 6291456 → 4096 87380 6291456',
      steps: ['net/ipv4/tcp_rmem=4096 87380 6291456'],
      undo: ['net/ipv4/tcp_rmem=4096 131072 6291456'],
    },
  ])
})

const closed = { 'net/ipv4/conf/all/arp_ignore': '1', 'net/ipv4/conf/all/arp_announce': '2' }
const vip = ['lo inet 192.0.2.80/32 scope host lo']

test.each<[string, Value, KernelHost, string]>([
  [
    'an interface that is not there',
    { [conf('eht0', 'arp_ignore')]: 1 },
    { devices: ['eth0'] },
    'net.ipv4.conf.eht0.arp_ignore: this host has no interface `eht0` (did you mean `eth0`?)',
  ],
  [
    'one that is nearly there',
    { [conf('eth0.10', 'arp_ignore')]: 1 },
    { devices: ['eth0.100'] },
    'net.ipv4.conf.eth0.10.arp_ignore: this host has no interface `eth0.10` (did you mean `eth0.100`?)',
  ],
  [
    'an unknown key',
    { [conf('all', 'arp_ignores')]: 1 },
    {},
    "this host's kernel has no net.ipv4.conf.all.arp_ignores (a misspelt name, or one that needs a module that is not loaded)",
  ],
  [
    'a key of a module',
    { 'net.ipv4.vs.expire_nodest_conn': 1 },
    {},
    "this host's kernel has no net.ipv4.vs.expire_nodest_conn (it appears when the module ip_vs is loaded)",
  ],
  [
    'text for a number',
    { 'net.ipv4.ip_forward': 'on' },
    {},
    'net.ipv4.ip_forward holds a number, and `on` is none (it reads `0` now)',
  ],
  [
    'arp_ignore 8 on all',
    { [conf('all', 'arp_ignore')]: 8 },
    { devices: ['eth0'] },
    'arp_ignore 8 on all would take the host off the network: it answers no ARP then, not even for its own address (arp_ignore 1 keeps the VIP silent and the host reachable)',
  ],
  [
    'arp_ignore 8 on an interface',
    { [conf('eth0', 'arp_ignore')]: '0x8' },
    { devices: ['eth0'], values: closed },
    'arp_ignore 8 on eth0 would take the host off the network: it answers no ARP then, not even for its own address (arp_ignore 1 keeps the VIP silent and the host reachable)',
  ],
  [
    'a guard relaxed under a VIP',
    { [conf('all', 'arp_ignore')]: 0 },
    { devices: ['eth0'], values: closed, addresses: vip },
    'eth0 would have effective arp_ignore 0 while 192.0.2.80 is on lo (remove it with vip-on-lo and state: absent first)',
  ],
  [
    'a guard set to what does not guard, under a VIP',
    { [conf('eth0', 'arp_announce')]: 3 },
    { devices: ['eth0'], values: closed, addresses: vip },
    'eth0 would have effective arp_announce 3 while 192.0.2.80 is on lo (remove it with vip-on-lo and state: absent first)',
  ],
  [
    'IPv6 off under a VIP',
    { 'net.ipv6.conf.all.disable_ipv6': 1 },
    { addresses: ['lo inet6 2001:db8::80/128 scope global '] },
    'disable_ipv6 would take 2001:db8::80 off lo (remove it with vip-on-lo and state: absent first)',
  ],
])('refused: %s', (_, input, host, problem) => {
  expect(refusal(planOf(input, host))).toBe(problem)
})

test('a variable that cannot be read is refused', () => {
  const outputs = new Map(outputsOf({})).set('sysctl:net/ipv4/route/flush', { exitCode: 1, stdout: '', stderr: '' })
  const plan = sysctlTask.plan(argsOf({ 'net.ipv4.route.flush': 1 }), factsFrom(outputs), setting())
  expect(refusal(plan)).toContain('net.ipv4.route.flush cannot be read')
})

test('guards move from `all` to the interfaces under a VIP in the order that never opens one', () => {
  const host = { devices: ['eth0'], values: closed, addresses: [...vip, ...addressed] }
  const plan = planOf({ [conf('all', 'arp_ignore')]: 0, [conf('eth0', 'arp_ignore')]: 1 }, host)
  expect(told(plan).map(({ change }) => change)).toEqual([
    'net.ipv4.conf.eth0.arp_ignore: 0 → 1',
    'net.ipv4.conf.all.arp_ignore: 1 → 0',
  ])
})

test('guards that are tightened under a VIP are taken back only once it is gone', () => {
  const plan = planOf({ [conf('all', 'arp_ignore')]: 1 }, { devices: ['eth0'], addresses: vip })
  const [change] = changesOf(plan)
  expect(change?.steps).toEqual([{ kind: 'set', path: 'net/ipv4/conf/all/arp_ignore', value: '1' }])
  expect(change?.undo).toEqual([
    {
      kind: 'set',
      path: 'net/ipv4/conf/all/arp_ignore',
      value: '0',
      requires: [{ kind: 'addresses', device: 'lo', are: ['127.0.0.1/8 host', '::1/128'] }],
    },
  ])
})

test('a guard is relaxed only while lo, asked again just before, has no VIP', () => {
  const [change] = changesOf(planOf({ [conf('all', 'arp_announce')]: 0 }, { devices: ['eth0'], values: closed }))
  expect(change?.steps[0]?.requires).toEqual([
    { kind: 'addresses', device: 'lo', are: ['127.0.0.1/8 host', '::1/128'] },
  ])
})

test('IPv6 off takes the addresses along; undo brings the lasting ones back', () => {
  const addresses = [
    'eth0 inet 198.51.100.1/24 scope global eth0',
    'eth0 inet6 2001:db8:1::7/64 scope global dynamic ',
    'eth0 inet6 2001:db8:1::1/64 scope global ',
    'eth0 inet6 fe80::1/64 scope link ',
  ]
  const [change] = changesOf(planOf({ 'net.ipv6.conf.eth0.disable_ipv6': 1 }, { devices: ['eth0'], addresses }))
  expect(change?.steps[0]?.requires?.map((question) => question.kind === 'not-session' && question.address)).toEqual([
    '2001:db8:1::7',
    '2001:db8:1::1',
    'fe80::1',
  ])
  expect(change?.undo.map(text)).toEqual([
    'net/ipv6/conf/eth0/disable_ipv6=0',
    '{"kind":"run","command":["ip","addr","add","2001:db8:1::1/64","dev","eth0"]}',
  ])
  expect(change?.leaves.at(-1)).toMatchObject({ reading: { key: 'addresses:eth0' }, value: [{ family: 4 }] })
})

test('what a reboot must bring back, in the words of the kernel', () => {
  const facts = factsFrom(outputsOf({ devices: ['eth0.100'] }))
  const lasting = (input: Value) => sysctlTask.lasting?.(argsOf(input), facts, setting())
  expect(lasting({ [conf('eth0.100', 'arp_ignore')]: '0x1', 'net.ipv4.conf.all.forwarding': 1 })).toEqual([
    { kind: 'sysctl', path: 'net/ipv4/conf/eth0.100/arp_ignore', value: '1' },
    { kind: 'sysctl', path: 'net/ipv4/ip_forward', value: '1' },
  ])
  expect(lasting({ name: 'net.ipv4.ip_forward', state: 'absent' })).toEqual([
    { kind: 'sysctl', path: 'net/ipv4/ip_forward' },
  ])
})

test('state absent leaves the live value alone', () => {
  expect(planOf({ name: 'net.ipv4.ip_forward', state: 'absent' }, {})).toEqual({
    kind: 'changes',
    changes: [],
    wishes: [],
  })
})
