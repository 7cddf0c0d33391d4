import { command, type Suspect, suspectsIn } from '../command-lines.ts'
import type { Rule } from '../rule.ts'

const services = '(?:networking|network|NetworkManager|systemd-networkd|wicked|dhcpcd|connman)(?:\\.service)?'
const instead = 'set what differs with `sysctl`, `vip-on-lo` and `persist`; no task needs the network restarted'

const restarts = { summary: 'this command restarts or stops the network', hint: instead }
const takesDown = { summary: 'this command takes an interface down', hint: instead }

const suspects: readonly Suspect[] = [
  {
    ...restarts,
    pattern: command(
      'systemctl',
      `\\b.*\\b(?:restart|try-restart|reload-or-restart|stop)\\b.*\\b${services}(?=["']?(?:\\s|$|[;&|]))`,
    ),
  },
  { ...restarts, pattern: command('(?:rc-)?service', `\\s+${services}\\s+(?:restart|stop|force-reload)\\b`) },
  { ...restarts, pattern: command(`/etc/init\\.d/${services}`, '\\s+(?:restart|stop|force-reload)\\b') },
  {
    pattern: command('netplan', '\\s+(?:apply|try)\\b'),
    summary: 'this command sets the network up anew',
    hint: instead,
  },
  {
    ...takesDown,
    pattern: command(
      'nmcli',
      '\\b.*\\b(?:networking\\s+off|(?:con(?:nection)?|c|dev(?:ice)?|d)\\s+(?:down|disconnect|reapply))\\b',
    ),
  },
  { ...takesDown, pattern: command('if(?:down|reload)') },
  { ...takesDown, pattern: command('ifconfig', '\\s+\\S+\\s+down\\b') },
  { ...takesDown, pattern: command('ip', '\\b.*\\bl(?:i(?:n(?:k)?)?)?\\s+set\\b.*\\bdown\\b') },
  {
    pattern: command('ip', '\\b.*\\ba(?:d(?:d(?:r(?:e(?:s(?:s)?)?)?)?)?)?\\s+(?:flush|f)\\b'),
    summary: 'this command flushes addresses, the one that the connection uses among them',
    hint: 'remove a VIP with `vip-on-lo: {address: …, state: absent}`',
  },
  {
    pattern: command('ip', '\\b.*\\br(?:o(?:u(?:t(?:e)?)?)?)?\\s+(?:flush|f)\\b'),
    summary: 'this command flushes routes',
    hint: instead,
  },
  {
    pattern: command('sysctl', '\\s+(?:.*\\s)?(?:-p|--load|--system)(?=\\b|\\/)'),
    summary: 'this command loads files over the guards',
    hint: 'set the variables with `sysctl`, keep them with `persist`',
  },
  {
    pattern: command('ipvsadm', '\\s+(?:.*\\s)?(?:-C|--clear)\\b'),
    summary: 'this command empties the IPVS table: all traffic stops',
    hint: 'change single services instead',
  },
]

/** Commands that restart networks, flush addresses or reset guards behind the runner's back. */
export const networkCommand: Rule = {
  id: 'network-command',
  severity: 'error',
  inWork: (work, fleet) => suspectsIn(work, fleet, suspects),
}
