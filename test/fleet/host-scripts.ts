import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunEvent } from '../../src/model/event.ts'
import type { Fleet, RunEnded } from './fleet.ts'

/**
 * Everything that a write would change: young files with their times, sysctls, addresses.
 * Not their ctime: a readdir of overlayfs may drop its `impure` mark from a directory. Nor whether the kernel still looks
 * for a duplicate of its own link-local address, as it does in the first seconds of a host.
 */
export const fingerprint = `find /etc /var /root /home /usr/local /opt -mmin -600 ! -path '/var/log/*' -printf '%p %T@ %s\\n' 2>/dev/null | sort
grep -r . /proc/sys/net/ipv4/conf 2>/dev/null; cat /proc/sys/net/ipv4/ip_forward; ip -o addr | sed 's/ tentative//'; ls -lA --time-style=full-iso /run/ipvs-play 2>&1`

/** A host as the lab booted it: no VIP, no guards, nothing kept. */
export const pristine = `ip -o -4 addr show dev lo | while read -r n d f a more; do case $a in 127.*) ;; *) ip addr del $a dev lo ;; esac; done
ip addr del 10.88.0.100/32 dev eth0 2>/dev/null
cd /proc/sys/net/ipv4
echo 0 >ip_forward
for f in conf/*/arp_ignore conf/*/arp_announce; do echo 0 >$f; done
for f in conf/*/send_redirects; do echo 1 >$f; done
rm -rf /etc/sysctl.d/99-zz-ipvs-play.conf /etc/ipvs-play /run/ipvs-play
rm -f /etc/systemd/system/ipvs-play.service /etc/systemd/system/*.wants/ipvs-play.service`

/** Prints nothing when the host is a real server as site.yml wants it, running and kept. */
export const wrongWithServer = `cd /proc/sys/net/ipv4/conf
for f in all/arp_ignore eth0/arp_ignore; do [ "$(cat $f)" = 1 ] || echo "$f $(cat $f)"; done
for f in all/arp_announce eth0/arp_announce; do [ "$(cat $f)" = 2 ] || echo "$f $(cat $f)"; done
[ "$(ip -o -4 addr show dev lo | grep -c '10\\.88\\.0\\.100/32 scope host')" = 1 ] || ip -o -4 addr show dev lo
grep -q 'all/arp_ignore *= *1' /etc/sysctl.d/99-zz-ipvs-play.conf || cat /etc/sysctl.d/99-zz-ipvs-play.conf
[ -s /etc/systemd/system/multi-user.target.wants/ipvs-play.service ] || echo no unit
find /etc -name '*ipvs-play*' | grep -v -e '^/etc/ipvs-play' -e '/ipvs-play.service$' -e '/99-zz-ipvs-play.conf$'
:`

/** The VIPs on lo. */
export const vipsOnLo = `ip -o -4 addr show dev lo | awk '$4 !~ /^127/ { print $4 }'`

/** How many commands the host's sshd has started; it must log at VERBOSE. */
export const commandsSent = async (fleet: Fleet, host: string): Promise<number> =>
  Number((await fleet.exec(host, `grep -c 'Starting session: command' /var/log/sshd.log`)).stdout)

/** sshd then logs every command that it starts. */
export const verboseSshd = ['--sshd-option', 'LogLevel VERBOSE'] as const

/**
 * Writes a playbook into a folder of its own, with variables that overrule the inventory's for these hosts.
 * @returns the playbook's path
 */
export const playWith = (
  fleet: Fleet,
  name: string,
  text: string,
  hostVars: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {},
): string => {
  const folder = join(fleet.folder, name)
  mkdirSync(join(folder, 'host_vars'), { recursive: true })
  for (const [host, vars] of Object.entries(hostVars))
    writeFileSync(join(folder, 'host_vars', `${host}.json`), JSON.stringify(vars))
  writeFileSync(join(folder, 'play.yml'), text)
  return join(folder, 'play.yml')
}

type Finished = Extract<RunEvent, { type: 'task-finished' }>

/** The ends of a host's tasks, without those of single items. */
export const tasksOf = ({ events }: RunEnded, host: string): readonly Finished[] =>
  events.flatMap((event) =>
    event.type === 'task-finished' && event.host === host && event.item === undefined ? [event] : [],
  )

/** The one task of this name on a host. Throws when there is none, or another number. */
export const taskOf = (ended: RunEnded, host: string, name: string): Finished => {
  const [found, more] = tasksOf(ended, host).filter(({ task }) => task === name)
  if (found === undefined || more !== undefined) throw new Error(`not one end of "${name}"\n${ended.stdout}`)
  return found
}

/** The last event of this type, or undefined. */
export const lastOf = <T extends RunEvent['type']>(
  { events }: RunEnded,
  type: T,
): Extract<RunEvent, { type: T }> | undefined =>
  events.findLast((event): event is Extract<RunEvent, { type: T }> => event.type === type)

/** A shell loop that ends when this file is there. */
export const waitFor = (path: string): string => `until [ -e ${path} ]; do sleep 0.05; done`
