import fc from 'fast-check'
import { answered } from '../../host-facts.ts'

export const args = fc
  .tuple(
    fc.record(
      { state: fc.constantFrom('started', 'stopped', 'started', 'restarted', 'reloaded'), enabled: fc.boolean() },
      { requiredKeys: [] },
    ),
    fc.boolean(),
  )
  .map(([what, daemon_reload]) => ({ name: 'x', ...what, ...(daemon_reload ? { daemon_reload } : {}) }))

export const outputs = fc
  .record({
    init: fc.constantFrom('systemd1', 'systemd1', 'openrc1', 'systemd', 'none'),
    boot: fc.constantFrom('enabled', 'disabled', 'enabled', 'disabled', 'static', 'masked', 'not-found'),
    active: fc.constantFrom('yes', 'no'),
    rest: fc.constantFrom('', 'LoadState=loaded\nType=oneshot\nNeedDaemonReload=yes\n'),
  })
  .map(
    ({ init, boot, active, rest }) =>
      new Map([
        ['service:x', answered(`init=${init}\nboot=${boot}\n${init.endsWith('1') ? `active=${active}\n${rest}` : ''}`)],
      ]),
  )
