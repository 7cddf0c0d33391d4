import * as v from 'valibot'
import type { Change, Command, Difference, Plan, Reading, Step } from '../model/task-type.ts'
import { type ServiceReading, service } from '../readings/service.ts'
import { unsupported } from './arguments/unsupported.ts'
import { defineTask } from './define-task.ts'
import { lockOut, obstacle } from './service/refusals.ts'

const args = v.strictObject({
  name: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_@:.\\-]+$/, 'must be the name of one service'),
      v.description('The service: a unit of systemd or a script of OpenRC.'),
    ),
  ),
  state: v.optional(
    v.pipe(
      v.picklist(['started', 'stopped', 'restarted', 'reloaded']),
      v.description('What it shall be now. `restarted` and `reloaded` do so each time, and start what is stopped.'),
    ),
  ),
  enabled: v.optional(v.pipe(v.boolean(), v.description('Whether it starts at boot.'))),
  daemon_reload: v.optional(
    v.pipe(v.boolean(), v.description('Have systemd read its unit files first, where they changed.')),
    false,
  ),
  masked: unsupported('use `command: {argv: [systemctl, mask, …], creates: …}`'),
  no_block: unsupported('a task ends when its work is done'),
  scope: unsupported('services of the system are meant'),
  force: unsupported('an enabling that would overwrite links fails'),
  daemon_reexec: unsupported('use `command: systemctl daemon-reexec`'),
  use: unsupported('systemd and OpenRC are told apart by themselves'),
  arguments: unsupported('write them into the configuration of the service'),
  pattern: unsupported('the init system says whether it runs'),
  runlevel: unsupported('OpenRC services go into the runlevel `default`'),
  sleep: unsupported('a restart is what the init system makes of it'),
})
type Args = v.InferOutput<typeof args>
type Named = Args & { readonly name: string }

export default defineTask({
  name: 'service',
  summary: 'Starts, stops, restarts or reloads a service, and says whether it starts at boot',
  example: `- service: {name: nginx, state: started, enabled: true}

- name: restart nginx
  service: {name: nginx, state: restarted}
`,
  mayBeOpaque: true,
  args,
  check: ({ name, state, enabled, daemon_reload }) => {
    if (name !== undefined && state === undefined && enabled === undefined && !daemon_reload)
      return [{ path: [], summary: 'names nothing to do', hint: 'give `state` or `enabled`' }]
    if (name !== undefined) return lockOut(name, state)
    if (daemon_reload && state === undefined && enabled === undefined) return []
    return [{ path: [], summary: 'missing key `name`' }]
  },
  readings: ({ name }) => (name === undefined ? [] : [service(name)]),
  plan: (wish, facts) => {
    if (wish.name === undefined) return onlyReload('of systemd')
    const named: Named = { ...wish, name: wish.name }
    const reading = service(wish.name)
    const now = facts.of(reading)
    const problem = obstacle(named, now)
    return problem ? { kind: 'refuse', problem } : planService(named, reading, now)
  },
})

const run = (...command: Command): Step => ({ kind: 'run', command })
const daemonReload = run('systemctl', 'daemon-reload')

/** Tells systemd of new unit files: no state of a service is another after it. */
const onlyReload = (what: string): Plan => ({
  kind: 'opaque',
  steps: [daemonReload],
  because: `the unit files ${what} are read anew`,
  changed: () => false,
  foretold: [],
})

const planService = (wish: Named, reading: Reading<ServiceReading>, now: ServiceReading): Plan => {
  const { name, state } = wish
  const reload = wish.daemon_reload && now.init === 'systemd' && now.running ? [daemonReload] : []
  const fresh = reload.length > 0 ? { ...now, stale: false } : now
  const boot = bootChange(wish, reading, fresh)
  if (state === 'restarted' || state === 'reloaded' || (state === 'started' && now.once)) {
    const verb = state === 'started' || now.active !== true ? 'start' : state === 'reloaded' ? 'reload' : 'restart'
    const told: Difference = { what: name, from: now.active === true ? 'running' : 'stopped', to: `${verb}ed` }
    return {
      kind: 'opaque',
      steps: [...reload, ...(boot?.steps ?? []), act(now, verb, name)],
      because: 'a restart is one each time',
      foretold: [...(boot === undefined ? [] : [differenceOf(boot)]), told],
    }
  }
  const after = boot === undefined ? fresh : (boot.leaves[0]?.value as ServiceReading)
  const active = activeChange(wish, reading, after)
  const [first, ...others] = [boot, active].filter((change) => change !== undefined)
  if (first === undefined) return now.stale && reload.length > 0 ? onlyReload(`of ${name}`) : none(reading)
  return {
    kind: 'changes',
    changes: [{ ...first, steps: [...reload, ...first.steps] }, ...others],
    wishes: [reading],
    ...(active === undefined ? {} : { unsettles: true }),
  }
}

const none = (reading: Reading<ServiceReading>): Plan => ({ kind: 'changes', changes: [], wishes: [reading] })

const differenceOf = ({ what, from, to }: Change): Difference => ({ what, from, to })

const act = ({ init }: ServiceReading, verb: 'start' | 'stop' | 'restart' | 'reload', name: string): Step => ({
  kind: 'run',
  command: init === 'systemd' ? ['systemctl', verb, '--', name] : ['rc-service', '--', name, verb],
  limit: 300,
})

const links = ({ init, levels = ['default'] }: ServiceReading, verb: 'enable' | 'disable', name: string): Step[] =>
  init === 'systemd'
    ? [run('systemctl', verb, '--', name)]
    : levels.map((level) => run('rc-update', verb === 'enable' ? 'add' : 'del', name, level))

const bootChange = (
  { name, enabled }: Named,
  reading: Reading<ServiceReading>,
  now: ServiceReading,
): Change | undefined => {
  if (enabled === undefined || now.atBoot === 'fixed' || (now.atBoot === 'enabled') === enabled) return undefined
  const [to, back] = enabled ? (['enable', 'disable'] as const) : (['disable', 'enable'] as const)
  return {
    what: `${name} at boot`,
    from: now.atBoot,
    to: `${to}d`,
    steps: links(now, to, name),
    undo: links(now, back, name),
    leaves: [{ reading, value: { ...now, atBoot: `${to}d` } satisfies ServiceReading }],
  }
}

const activeChange = (
  { name, state }: Named,
  reading: Reading<ServiceReading>,
  now: ServiceReading,
): Change | undefined => {
  if (state === undefined || now.active === (state === 'started')) return undefined
  const start = state === 'started'
  return {
    what: name,
    from: start ? 'stopped' : 'running',
    to: start ? 'running' : 'stopped',
    steps: [act(now, start ? 'start' : 'stop', name)],
    undo: [act(now, start ? 'stop' : 'start', name)],
    leaves: [{ reading, value: { ...now, active: start } satisfies ServiceReading }],
  }
}
