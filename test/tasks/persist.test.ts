import { expect, test } from 'vitest'
import type { Facts, Lasting, Plan } from '../../src/model/task-type.ts'
import type { FileReading } from '../../src/readings/file.ts'
import type { InitSystem } from '../../src/readings/init-system.ts'
import type { SysctlFile } from '../../src/readings/sysctl-d.ts'
import { scriptPath, vipsPath } from '../../src/tasks/persist/boot-script.ts'
import { starters } from '../../src/tasks/persist/starters.ts'
import persist from '../../src/tasks/persist.ts'

const sysctls = '/etc/sysctl.d/99-zz-ipvs-play.conf'
const { path: unit, link: unitLink } = starters.systemd
const { path: service, link: serviceLink } = starters.openrc
const systemd: InitSystem = { kind: 'systemd', running: true }

interface Machine {
  readonly init?: InitSystem
  readonly files?: { readonly [path: string]: FileReading }
  readonly others?: readonly SysctlFile[]
}
const factsOf = ({ init = systemd, files = {}, others = [] }: Machine): Facts => ({
  of: <T>(reading: { key: string }) => {
    if (reading.key === 'init-system') return init as T
    if (reading.key === 'sysctl-d') return others as T
    return (files[reading.key.slice('file:'.length)] ?? { kind: 'absent' }) as T
  },
})

const file = (text: string): FileReading => ({
  kind: 'file',
  sha256: 'whatever',
  size: text.length,
  mode: '0640',
  owner: 'root',
  group: 'adm',
  uid: 0,
  gid: 4,
  bytes: Buffer.from(text),
})
const sysctl = (path: string, value?: string): Lasting => ({
  kind: 'sysctl',
  path,
  ...(value === undefined ? {} : { value }),
})
const vip = (address: string, more: object = {}): Lasting => ({ kind: 'vip', address, scope: 'host', ...more })

const plan = (machine: Machine, lasting: readonly Lasting[], input: object | null = null): Plan => {
  const parsed = persist.parse(input as never)
  if (!parsed.ok) throw new Error(parsed.problems.map(({ summary }) => summary).join())
  return persist.plan(parsed.args, factsOf(machine), { host: 'rs1', groups: [], lasting, files: new Map() })
}
const changes = (made: Plan) => {
  if (made.kind !== 'changes') throw new Error(`not changes: ${JSON.stringify(made)}`)
  return made.changes
}
const differences = (made: Plan) => changes(made).map(({ what, from, to }) => `${what}: ${from} → ${to}`)
/** The machine once the plan is carried out. */
const after = (machine: Machine, made: Plan): Machine => ({
  ...machine,
  files: {
    ...machine.files,
    ...Object.fromEntries(
      changes(made).flatMap(({ leaves }) =>
        leaves.map(({ reading, value }) => [reading.key.slice(5), value as FileReading]),
      ),
    ),
  },
})
const textAt = (machine: Machine, path: string): string | undefined => {
  const found = machine.files?.[path]
  return found?.kind === 'file' && found.bytes ? Buffer.from(found.bytes).toString() : undefined
}

const realServer = [
  sysctl('net/ipv4/conf/eth0.100/arp_ignore', '1'),
  sysctl('net/ipv4/conf/all/arp_announce', '2'),
  sysctl('net/ipv4/conf/all/arp_ignore', '1'),
  vip('10.88.0.100/32'),
]
const all = [scriptPath, vipsPath, sysctls, unit, unitLink]

test('a first run writes the script, the data, and what starts it', () => {
  const made = plan({}, realServer)
  expect(differences(made)).toEqual([
    `boot file ${scriptPath}: absent → as persist writes it`,
    'boot 10.88.0.100/32: absent → on lo, scope host',
    'boot net.ipv4.conf.all.arp_announce: absent → 2',
    'boot net.ipv4.conf.all.arp_ignore: absent → 1',
    'boot net.ipv4.conf.eth0.100.arp_ignore: absent → 1',
    `boot file ${unit}: absent → as persist writes it`,
    'boot script starts at boot: no → yes',
  ])
  const then = after({}, made)
  expect(Object.keys(then.files ?? {}).sort()).toEqual([...all].sort())
  expect(textAt(then, sysctls)?.split('\n').slice(1)).toEqual([
    'net/ipv4/conf/all/arp_announce = 2',
    'net/ipv4/conf/all/arp_ignore = 1',
    'net/ipv4/conf/eth0.100/arp_ignore = 1',
    '',
  ])
  expect(textAt(then, vipsPath)?.split('\n').slice(1)).toEqual(['10.88.0.100/32 host', ''])
  expect(made.kind === 'changes' && made.wishes.map(({ key }) => key).sort()).toEqual(
    all.map((path) => `file:${path}`).sort(),
  )
})

test('a second run has nothing to do, whatever the order of the tasks', () => {
  const then = after({}, plan({}, realServer))
  expect(differences(plan(then, realServer))).toEqual([])
  expect(differences(plan(then, [...realServer].reverse()))).toEqual([])
  expect(differences(plan(then, []))).toEqual([])
})

const merges: readonly {
  name: string
  lasting: readonly Lasting[]
  input?: object
  differences: string[]
  lines: string[]
}[] = [
  {
    name: 'a new key is added, those that are ours stay',
    lasting: [sysctl('net/ipv4/ip_forward', '1')],
    differences: ['boot net.ipv4.ip_forward: absent → 1'],
    lines: [
      'net/ipv4/ip_forward = 1',
      'net/ipv4/conf/all/arp_announce = 2',
      'net/ipv4/conf/all/arp_ignore = 1',
      'net/ipv4/conf/eth0.100/arp_ignore = 1',
    ],
  },
  {
    name: 'a value is replaced, the last wish wins',
    lasting: [sysctl('net/ipv4/conf/all/arp_ignore', '1'), sysctl('net/ipv4/conf/all/arp_ignore', '2')],
    differences: ['boot net.ipv4.conf.all.arp_ignore: 1 → 2'],
    lines: [
      'net/ipv4/conf/all/arp_announce = 2',
      'net/ipv4/conf/all/arp_ignore = 2',
      'net/ipv4/conf/eth0.100/arp_ignore = 1',
    ],
  },
  {
    name: 'a key goes by state: absent of its own task',
    lasting: [sysctl('net/ipv4/conf/all/arp_announce')],
    differences: ['boot net.ipv4.conf.all.arp_announce: 2 → absent'],
    lines: ['net/ipv4/conf/all/arp_ignore = 1', 'net/ipv4/conf/eth0.100/arp_ignore = 1'],
  },
  {
    name: 'prune drops what this run does not wish',
    lasting: [sysctl('net/ipv4/conf/all/arp_ignore', '1'), vip('10.88.0.100/32')],
    input: { prune: true },
    differences: [
      'boot net.ipv4.conf.all.arp_announce: 2 → absent',
      'boot net.ipv4.conf.eth0.100.arp_ignore: 1 → absent',
    ],
    lines: ['net/ipv4/conf/all/arp_ignore = 1'],
  },
]
test.each(merges)('$name', ({ lasting, input, differences: expected, lines }) => {
  const machine = after({}, plan({}, realServer))
  const made = plan(machine, lasting, input ?? null)
  expect(differences(made)).toEqual(expected)
  const then = after(machine, made)
  expect(textAt(then, sysctls)?.trimEnd().split('\n').slice(1)).toEqual(lines)
  expect(differences(plan(then, lasting, input ?? null))).toEqual([])
})

test('one kernel variable is one entry, under whichever of its names', () => {
  const machine = after({}, plan({}, [sysctl('net/ipv4/ip_forward', '1')]))
  const made = plan(machine, [sysctl('net/ipv4/conf/all/forwarding', '0')])
  expect(differences(made)).toEqual(['boot net.ipv4.ip_forward: 1 → 0'])
})

test('VIPs merge by address; the last one that goes takes the data file along', () => {
  const machine = after({}, plan({}, realServer))
  const more = plan(machine, [vip('10.88.0.101/32', { label: 'lo:web' }), vip('fd00::1/128', { scope: 'global' })])
  expect(differences(more)).toEqual([
    'boot 10.88.0.101/32: absent → on lo, scope host, label lo:web',
    'boot fd00::1/128: absent → on lo, scope global',
  ])
  const gone = plan(machine, [vip('10.88.0.100/32', { gone: true })])
  expect(differences(gone)).toEqual(['boot 10.88.0.100/32: on lo, scope host → absent'])
  const then = after(machine, gone)
  expect(then.files?.[vipsPath]).toEqual({ kind: 'absent' })
  expect(differences(plan(then, []))).toEqual([])
})

test('an entry that is lasting and let go in one run is as the last task left it', () => {
  expect(differences(plan({}, [vip('10.88.0.100/32'), vip('10.88.0.100/32', { gone: true })]))).toEqual([])
})

test('nothing wished and nothing there is ok, on any host', () => {
  const bare: Machine = { init: { kind: 'none', running: false } }
  for (const input of [null, {}, { prune: true }, { state: 'absent' }])
    expect(differences(plan(bare, [], input))).toEqual([])
})

test('state: absent takes everything of ours away, the starter first, and is quiet the second time', () => {
  const machine = after({}, plan({}, realServer))
  const made = plan(machine, realServer, { state: 'absent' })
  expect(differences(made)).toEqual([
    'boot script starts at boot: yes → no',
    `boot file ${unit}: present → absent`,
    'boot 10.88.0.100/32: on lo, scope host → absent',
    'boot net.ipv4.conf.all.arp_announce: 2 → absent',
    'boot net.ipv4.conf.all.arp_ignore: 1 → absent',
    'boot net.ipv4.conf.eth0.100.arp_ignore: 1 → absent',
    `boot file ${scriptPath}: present → absent`,
  ])
  const then = after(machine, made)
  expect(Object.values(then.files ?? {}).every(({ kind }) => kind === 'absent')).toBe(true)
  expect(differences(plan(then, [], { state: 'absent' }))).toEqual([])
  expect(differences(plan(machine, [], { prune: true }))).toEqual(differences(made))
})

test('the files of the other init system go too when all of ours goes', () => {
  const machine: Machine = { files: { [service]: file('x'), [serviceLink]: { kind: 'link', to: service } } }
  expect(differences(plan(machine, [], { state: 'absent' }))).toEqual([
    'boot script starts at boot: yes → no',
    `boot file ${service}: present → absent`,
  ])
})

test('OpenRC gets a service script that may be run, linked into the runlevel boot', () => {
  const made = plan({ init: { kind: 'openrc', running: true } }, realServer)
  const steps = changes(made).flatMap((change) => change.steps)
  expect(steps).toContainEqual(expect.objectContaining({ kind: 'put', path: service, mode: '0755' }))
  expect(steps).toContainEqual({ kind: 'run', command: ['ln', '-s', service, serviceLink] })
  expect(steps.some((step) => step.kind === 'run' && step.command[0] === 'systemctl')).toBe(false)
})

test.each([
  { init: { kind: 'systemd', running: true } as const, reloads: true },
  { init: { kind: 'systemd', running: false } as const, reloads: false },
])('systemd is told of a unit only where it runs: $init.running', ({ init, reloads }) => {
  for (const made of [
    plan({ init }, realServer),
    plan(after({ init }, plan({ init }, realServer)), [], { state: 'absent' }),
  ]) {
    const reloading = changes(made).filter(({ steps }) =>
      steps.some((step) => step.kind === 'run' && step.command[1] === 'daemon-reload'),
    )
    expect(reloading.length > 0).toBe(reloads)
    for (const change of reloading)
      expect(change.undo.at(-1)).toEqual({ kind: 'run', command: ['systemctl', 'daemon-reload'] })
  }
})

test('a host without a known init system is refused', () => {
  const made = plan({ init: { kind: 'none', running: false } }, realServer)
  expect(made.kind === 'refuse' && made.problem.summary).toMatch(/neither systemd nor OpenRC/)
})

const obstacles: readonly { path: string; there: FileReading; says: RegExp }[] = [
  { path: unit, there: { kind: 'link', to: '/dev/null' }, says: /ipvs-play.service is a link to \/dev\/null/ },
  { path: sysctls, there: { kind: 'link', to: '/etc/sysctl.conf' }, says: /99-zz-ipvs-play.conf is a link/ },
  { path: scriptPath, there: { kind: 'other', what: 'directory' }, says: /apply.sh is a directory/ },
  { path: unitLink, there: { kind: 'link', to: '/dev/null' }, says: /is a link to \/dev\/null, not to our/ },
  { path: unitLink, there: file(''), says: /is a file, not a link/ },
  { path: sysctls, there: { kind: 'unreadable' }, says: /cannot be read/ },
  { path: vipsPath, there: { kind: 'file', sha256: 'x', size: 70_000 }, says: /larger than 64 KiB/ },
  { path: vipsPath, there: file('a\0b'), says: /not a text file/ },
]
test.each(obstacles)('what others put at $path is not overwritten: $there.kind', ({ path, there, says }) => {
  for (const input of [null, { state: 'absent' }]) {
    const made = plan({ files: { [path]: there } }, realServer, input)
    expect(made.kind === 'refuse' && made.problem.summary).toMatch(says)
    expect(made.kind === 'refuse' && made.problem.hint).toBeTruthy()
  }
})

test('an enabling link in another spelling is left as it is', () => {
  const machine = after({}, plan({}, realServer))
  const files = { ...machine.files, [unitLink]: { kind: 'link', to: '../ipvs-play.service' } as const }
  expect(differences(plan({ files }, realServer))).toEqual([])
})

test('entries that somebody added stay, in slash or dot form; a changed comment is put right', () => {
  const text = '# mine\nnet.ipv4.conf.eth0/100.rp_filter=2\n; old\n\nnet/ipv4/ip_forward =  1\n'
  const machine: Machine = { files: { ...after({}, plan({}, realServer)).files, [sysctls]: file(text) } }
  const made = plan(machine, [sysctl('net/ipv4/ip_forward', '1')])
  expect(differences(made)).toEqual([`boot file ${sysctls}: another text → as persist writes it`])
  const then = after(machine, made)
  expect(textAt(then, sysctls)?.split('\n').slice(1)).toEqual([
    'net/ipv4/ip_forward = 1',
    'net/ipv4/conf/eth0.100/rp_filter = 2',
    '',
  ])
})

test('a file that is there keeps owner and mode; undo puts the very bytes back', () => {
  const before = file('# mine\r\nnet/ipv4/ip_forward = 0\n')
  const made = plan({ files: { [sysctls]: before } }, [sysctl('net/ipv4/ip_forward', '1')])
  const change = changes(made).find(({ what }) => what === 'boot net.ipv4.ip_forward')
  expect(change?.leaves[0]?.value).toMatchObject({ mode: '0640', owner: 'root', group: 'adm' })
  expect(change?.steps[0]).not.toHaveProperty('mode')
  expect(change?.undo).toEqual([
    {
      kind: 'put',
      path: sysctls,
      content: before.kind === 'file' && before.bytes,
      mode: '0640',
      owner: 'root',
      group: 'adm',
    },
  ])
})

test('undo of a new file takes it away, and our directory if it is empty then', () => {
  const undo = changes(plan({}, realServer)).find(({ what }) => what.includes(scriptPath))?.undo
  expect(undo?.[0]).toEqual({ kind: 'run', command: ['rm', '-f', '--', scriptPath] })
  expect(undo?.[1]).toMatchObject({
    kind: 'run',
    command: ['sh', '-c', expect.stringContaining('rmdir'), 'sh', '/etc/ipvs-play'],
  })
})

test('other files that would override ours are named', () => {
  const others = [
    { path: '/etc/sysctl.d/99-zzz.conf', lines: ['net.ipv4.conf.all.arp_ignore = 0'] },
    { path: '/etc/sysctl.conf', lines: ['net.ipv4.conf.all.arp_announce=0'] },
  ]
  const made = plan({ others }, realServer)
  expect(made.kind === 'changes' && made.notes).toEqual([
    '/etc/sysctl.conf sets net.ipv4.conf.all.arp_announce to 0 after our 2 when `sysctl --system` loads the files: take it out there',
    '/etc/sysctl.d/99-zzz.conf sets net.ipv4.conf.all.arp_ignore to 0 after our 1 when systemd-sysctl or `sysctl --system` loads the files: take it out there',
  ])
})

test.each([
  [{ prnue: true }, 'unknown key `prnue`'],
  [{ state: 'gone' }, 'must be `present` or `absent`'],
  [{ prune: 'yes' }, 'must be a boolean'],
  ['now', 'must be'],
])('%j is told as a mistake', (input, summary) => {
  const parsed = persist.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})
