import type { CommandResult, Reading } from '../model/task-type.ts'

/** What starts services at boot. `running`: it is process 1 now, so that it must be told of new units. */
export interface InitSystem {
  readonly kind: 'systemd' | 'openrc' | 'none'
  readonly running: boolean
}

const marks = {
  systemdRuns: '/run/systemd/system',
  openrcRuns: '/run/openrc',
  systemd: ['/usr/lib/systemd/systemd', '/lib/systemd/systemd'],
  openrc: ['/sbin/openrc-run', '/usr/sbin/openrc-run', '/sbin/rc-update', '/usr/sbin/rc-update'],
} as const

/** The init system that runs; where none of the two does (a container, a chroot), the one that is installed. */
export const initSystem = (): Reading<InitSystem> => ({
  key: 'init-system',
  source: {
    key: 'init-system',
    command: [
      'sh',
      '-c',
      'for p do [ -e "$p" ] && echo "$p"; done; :',
      'sh',
      marks.systemdRuns,
      marks.openrcRuns,
      ...marks.systemd,
      ...marks.openrc,
    ],
  },
  parse: ({ stdout }: CommandResult) => {
    const found = new Set(stdout.split('\n'))
    if (found.has(marks.systemdRuns)) return { kind: 'systemd', running: true }
    if (found.has(marks.openrcRuns)) return { kind: 'openrc', running: true }
    if (marks.systemd.some((path) => found.has(path))) return { kind: 'systemd', running: false }
    if (marks.openrc.some((path) => found.has(path))) return { kind: 'openrc', running: false }
    return { kind: 'none', running: false }
  },
  test: () => [],
})
