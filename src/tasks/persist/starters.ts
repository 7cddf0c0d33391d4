import type { InitSystem } from '../../readings/init-system.ts'
import { scriptPath } from './boot-script.ts'

/** What makes an init system run the boot script: a file, and the link that enables it. */
export interface Starter {
  readonly path: string
  readonly content: string
  readonly mode: string
  readonly link: string
}

// Before the network: interfaces are still down, so that there is no moment at which a VIP could leak.
// No ExecStop: a restart of the unit must not take VIPs away.
const systemd: Starter = {
  path: '/etc/systemd/system/ipvs-play.service',
  content: `# Written by ipvs-play (task persist).
[Unit]
Description=ipvs-play: ARP guards, then virtual addresses on lo
DefaultDependencies=no
Conflicts=shutdown.target
After=local-fs.target systemd-modules-load.service systemd-sysctl.service
Wants=network-pre.target
Before=network-pre.target shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${scriptPath} start

[Install]
WantedBy=multi-user.target
`,
  mode: '0644',
  link: '/etc/systemd/system/multi-user.target.wants/ipvs-play.service',
}

const openrc: Starter = {
  path: '/etc/init.d/ipvs-play',
  content: `#!/sbin/openrc-run
# Written by ipvs-play (task persist).
description='ARP guards, then virtual addresses on lo'

depend() {
  after sysctl modules loopback
  before net
}

start() {
  ebegin 'Restoring ARP guards and virtual addresses'
  /bin/sh ${scriptPath} start
  eend $?
}

stop() {
  return 0
}
`,
  mode: '0755',
  link: '/etc/runlevels/boot/ipvs-play',
}

export const starters = { systemd, openrc } as const

export const starterOf = (init: InitSystem): Starter | undefined =>
  init.kind === 'none' ? undefined : starters[init.kind]
