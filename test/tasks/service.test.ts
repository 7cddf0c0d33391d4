import { expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import service from '../../src/tasks/service.ts'
import { answered, factsFrom, setting } from '../host-facts.ts'

const planned = (input: Value, stdout: string) => {
  const parsed = service.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return service.plan(parsed.args, factsFrom(new Map([['service:x', answered(stdout)]])), setting())
}
const systemd = (active: string, boot: string) => `init=systemd1\nboot=${boot}\nactive=${active}\nLoadState=loaded\n`
const openrc = (active: string, boot: string) => `init=openrc1\nboot=${boot}\nactive=${active}\n`
const off = (boot: string) => `init=systemd\nboot=${boot}\n`

const table: readonly { wish: { [key: string]: Value }; now: string; told: string[]; run: string[]; undo: string[] }[] =
  [
    { wish: { state: 'started' }, now: systemd('yes', 'disabled'), told: [], run: [], undo: [] },
    {
      wish: { state: 'started', enabled: true },
      now: systemd('no', 'disabled'),
      told: ['x at boot: disabled → enabled', 'x: stopped → running'],
      run: ['systemctl enable -- x', 'systemctl start -- x'],
      undo: ['systemctl disable -- x', 'systemctl stop -- x'],
    },
    {
      wish: { state: 'stopped', enabled: false, daemon_reload: true },
      now: systemd('yes', 'enabled'),
      told: ['x at boot: enabled → disabled', 'x: running → stopped'],
      run: ['systemctl daemon-reload', 'systemctl disable -- x', 'systemctl stop -- x'],
      undo: ['systemctl enable -- x', 'systemctl start -- x'],
    },
    {
      wish: { state: 'stopped', enabled: false },
      now: `${openrc('yes', 'enabled')}levels= boot default\n`,
      told: ['x at boot: enabled → disabled', 'x: running → stopped'],
      run: ['rc-update del x boot', 'rc-update del x default', 'rc-service -- x stop'],
      undo: ['rc-update add x boot', 'rc-update add x default', 'rc-service -- x start'],
    },
    {
      wish: { enabled: true },
      now: openrc('yes', 'disabled'),
      told: ['x at boot: disabled → enabled'],
      run: ['rc-update add x default'],
      undo: ['rc-update del x default'],
    },
    { wish: { enabled: true }, now: systemd('no', 'static'), told: [], run: [], undo: [] },
    {
      wish: { enabled: true },
      now: off('disabled'),
      told: ['x at boot: disabled → enabled'],
      run: ['systemctl enable -- x'],
      undo: ['systemctl disable -- x'],
    },
    { wish: { state: 'stopped' }, now: systemd('no', 'masked'), told: [], run: [], undo: [] },
  ]
test.each(table)('$wish where it says $now', ({ wish, now, told, run, undo }) => {
  const plan = planned({ name: 'x', ...wish }, now)
  if (plan.kind !== 'changes') throw new Error(JSON.stringify(plan))
  const lines = (steps: readonly object[]) =>
    steps.map((step) => ('command' in step ? (step.command as string[]).join(' ') : ''))
  expect(plan.changes.map(({ what, from, to }) => `${what}: ${from} → ${to}`)).toEqual(told)
  expect(lines(plan.changes.flatMap(({ steps }) => steps))).toEqual(run)
  expect(lines(plan.changes.flatMap((change) => change.undo))).toEqual(undo)
  expect(plan.unsettles ?? false).toBe(told.some((line) => line.startsWith('x:')))
})

test.each<[string, string, string]>([
  ['restarted', 'yes', 'restart'],
  ['restarted', 'no', 'start'],
  ['reloaded', 'yes', 'reload'],
  ['reloaded', 'no', 'start'],
])('%s where it is active: %s does %s, each time', (state, active, verb) => {
  expect(planned({ name: 'x', state, enabled: true }, systemd(active, 'disabled'))).toMatchObject({
    kind: 'opaque',
    steps: [{ command: ['systemctl', 'enable', '--', 'x'] }, { command: ['systemctl', verb, '--', 'x'] }],
    foretold: [{ what: 'x at boot' }, { what: 'x', to: `${verb}ed` }],
  })
})

test('daemon_reload alone changes nothing that is told', () => {
  const plan = planned({ daemon_reload: true }, '')
  expect(plan).toMatchObject({ kind: 'opaque', foretold: [], steps: [{ command: ['systemctl', 'daemon-reload'] }] })
  expect(plan.kind === 'opaque' && plan.changed?.([])).toBe(false)
})

test.each<[{ [key: string]: Value }, string, string]>([
  [{ state: 'started' }, '', 'neither systemd nor OpenRC'],
  [{ state: 'started' }, off('enabled'), 'systemd is installed and does not run: x cannot be started'],
  [{ state: 'started' }, systemd('no', 'masked'), 'x is masked'],
  [{ enabled: true }, off('masked'), 'x is masked'],
  [{ enabled: false }, systemd('no', 'static'), 'x has no link of its own'],
  [{ enabled: true }, 'init=systemd1\nboot=not-found\nactive=no\nLoadState=not-found\n', 'there is no service x'],
])('%j is refused where it says %j', (wish, now, summary) => {
  expect(planned({ name: 'x', ...wish }, now)).toMatchObject({
    kind: 'refuse',
    problem: { summary: expect.stringContaining(summary) },
  })
})

test.each<[Value, string]>([
  [{ name: 'x' }, 'names nothing to do'],
  [{ state: 'started' }, 'missing key `name`'],
  [{ name: 'x', state: 'running' }, 'must be `started`, `stopped`, `restarted` or `reloaded`'],
  [{ name: 'x*', state: 'started' }, 'must be the name of one service'],
  [{ name: 'networking', state: 'restarted' }, '`networking` carries the network of the host: no task restarts it'],
  [{ name: 'NetworkManager.service', state: 'stopped' }, 'no task stops it'],
  [{ name: 'net.eth0', state: 'restarted' }, 'carries the network'],
  [{ name: 'sshd', state: 'stopped' }, 'without `sshd` no run reaches the host again'],
  [{ name: 'x', masked: true }, 'is not supported'],
])('%j is a mistake: %s', (input, summary) => {
  const parsed = service.parse(input)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toContain(summary)
})

test('what is foretold of a service after a daemon-reload is no longer behind its unit file', () => {
  const plan = planned(
    { name: 'x', enabled: true, daemon_reload: true },
    `${systemd('yes', 'disabled')}NeedDaemonReload=yes\n`,
  )
  const left = plan.kind === 'changes' ? plan.changes.flatMap(({ leaves }) => leaves) : []
  expect(left.map(({ value }) => value)).toEqual([expect.objectContaining({ atBoot: 'enabled', stale: false })])
})
