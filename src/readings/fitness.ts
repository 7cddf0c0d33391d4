import type { CommandResult, Source } from '../model/task-type.ts'

/** What is known of a host after one look: whether playbooks can work on it. */
export interface Fitness {
  readonly os: string
  readonly shell: string
  readonly init: 'systemd' | 'openrc' | 'none'
  /** Who the script ran as. */
  readonly actsAs: string
  /** Of the tools that were asked for, those that are not there. */
  readonly lacks: readonly string[]
  /** What else stands in the way of root: `/proc/sys is read-only`. */
  readonly obstacles: readonly string[]
}

/** What scripts on every host call: readings, files, steps, the lock. */
export const NEEDED =
  'cat chmod chown cp dd find grep head id ip kill mkdir mv od readlink rm sed sha256sum sleep sort stat tr wc'.split(
    ' ',
  )

const USEFUL: Readonly<Record<string, readonly string[]>> = {
  director: ['arping', 'ipvsadm', 'modprobe'],
  realserver: ['arping', 'modprobe'],
}

/** What some tasks need on hosts of these groups: modules, tables, announcing and proving VIPs. */
export const usefulFor = (groups: readonly string[]): readonly string[] => [
  ...new Set(groups.flatMap((group) => USEFUL[group] ?? [])),
]

/** $1 is who logs in, the rest are tools. Only root is asked about what only root may write. */
const SCRIPT = `u=$1; shift
field() { IFS=: read -r a b c d e f g; printf 'shell %s\\n' "\${g##*/}"; }
{ getent passwd "$u" || grep "^$u:" /etc/passwd; } 2>/dev/null | field
n=
while IFS='=' read -r a b; do [ "$a" != PRETTY_NAME ] || n=$b; done </etc/os-release 2>/dev/null
printf 'os %s\\n' "\${n:-$(uname -sr)}"
printf 'as %s\\n' "$(id -un 2>/dev/null || id -u)"
if [ -d /run/systemd/system ]; then echo init systemd; elif [ -d /run/openrc ]; then echo init openrc; fi
for t do command -v "$t" >/dev/null 2>&1 || printf 'lacks %s\\n' "$t"; done
[ "$(id -u)" = 0 ] || exit 0
[ -w /proc/sys/net/ipv4/ip_forward ] || echo 'obstacle /proc/sys is read-only'
for t in /etc /run; do [ -w "$t" ] || printf 'obstacle %s is read-only\\n' "$t"; done
:`

/** @param user  who logs in, for the login shell */
export const fitnessSource = (user: string, tools: readonly string[]): Source => ({
  key: `fitness:${user}`,
  command: ['sh', '-c', SCRIPT, 'sh', user, ...tools],
})

export const parseFitness = ({ stdout }: CommandResult): Fitness => {
  const lines = stdout.split('\n').map((line) => /^(\w+) (.*)$/.exec(line) ?? ['', '', ''])
  const all = (key: string): readonly string[] =>
    lines.filter(([, name]) => name === key).map(([, , text = '']) => text)
  const [init] = all('init')
  return {
    os: (all('os')[0] ?? '').replace(/^(["'])(.*)\1$/, '$2'),
    shell: all('shell')[0] ?? '',
    init: init === 'systemd' || init === 'openrc' ? init : 'none',
    actsAs: all('as')[0] ?? '',
    lacks: all('lacks'),
    obstacles: all('obstacle'),
  }
}
