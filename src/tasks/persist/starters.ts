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

/** After the network: managers of interfaces take away addresses that they do not know when they set theirs. */
const lateSystemd: Starter = {
  path: '/etc/systemd/system/ipvs-play-online.service',
  content: `# Written by ipvs-play (task persist).
[Unit]
Description=ipvs-play: virtual addresses of a director
After=network-online.target ipvs-play.service
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh ${scriptPath} online

[Install]
WantedBy=multi-user.target
`,
  mode: '0644',
  link: '/etc/systemd/system/multi-user.target.wants/ipvs-play-online.service',
}

const lateOpenrc: Starter = {
  path: '/etc/init.d/ipvs-play-online',
  content: `#!/sbin/openrc-run
# Written by ipvs-play (task persist).
description='Virtual addresses of a director'

depend() {
  need net
  after ipvs-play
}

start() {
  ebegin 'Restoring virtual addresses'
  /bin/sh ${scriptPath} online
  eend $?
}

stop() {
  return 0
}
`,
  mode: '0755',
  link: '/etc/runlevels/default/ipvs-play-online',
}

export const starters = { systemd, openrc } as const
export const lateStarters = { systemd: lateSystemd, openrc: lateOpenrc } as const

/** For what comes before the network, and for what comes after it. */
export const startersOf = ({ kind }: InitSystem): { readonly early: Starter; readonly late: Starter } | undefined =>
  kind === 'none' ? undefined : { early: starters[kind], late: lateStarters[kind] }
