import type { CommandResult, Reading } from '../model/task-type.ts'

/**
 * A service as the init system knows it.
 * - `running`: the init system is process 1 now; without it only `atBoot` can be known, and `active` is undefined.
 * - `known`: there is such a unit or init script. `atBoot`: `fixed` is a unit that is not enabled by itself (static).
 * - `levels`: the runlevels of OpenRC that start it.
 * - `once`: it does its work and ends (oneshot without RemainAfterExit). `stale`: its unit file changed on disk.
 */
export interface ServiceReading {
  readonly init: 'systemd' | 'openrc' | 'none'
  readonly running: boolean
  readonly known: boolean
  readonly active?: boolean
  readonly atBoot: 'enabled' | 'disabled' | 'masked' | 'fixed'
  readonly levels?: readonly string[]
  readonly once: boolean
  readonly stale: boolean
}

// A unit that is only starting (a crash loop is, half of the time) is not active.
const words = `init() {
V=
if [ -d /run/systemd/system ]; then I=systemd R=1; elif [ -d /run/openrc ]; then I=openrc R=1
elif command -v systemctl >/dev/null; then I=systemd R=; elif command -v rc-update >/dev/null; then I=openrc R=
else I=none R=; fi
}
active() {
case $I in
systemd) case $(systemctl is-active -- "$1" 2>/dev/null) in active|reloading|refreshing) A=yes ;; *) A=no ;; esac ;;
*) if rc-service -q -- "$1" status >/dev/null 2>&1; then A=yes; else A=no; fi ;;
esac
}
boot() {
case $I in
systemd) B=$(systemctl is-enabled -- "$1" 2>/dev/null); B=\${B:-not-found} ;;
*) B=disabled V=; set +f; for f in /etc/runlevels/*; do [ ! -L "$f/$1" ] || B=enabled V="$V \${f##*/}"; done; set -f; [ -e "/etc/init.d/$1" ] || B=not-found ;;
esac
}
set -f
init`

const read = `${words}
boot "$1"
echo "init=$I$R"; echo "boot=$B"; [ -z "$V" ] || echo "levels=$V"
[ "$R" ] || exit 0
active "$1"; echo "active=$A"
[ $I != systemd ] || systemctl show -p LoadState,Type,RemainAfterExit,NeedDaemonReload -- "$1"`

const compare = `${words}
[ "$2" = - ] || { active "$1"; [ $A = "$2" ] || { echo "$A" >&2; exit 1; }; }
[ "$3" = - ] || { boot "$1"; case $B in enabled|alias) B=enabled ;; esac; [ $B = "$3" ] || { echo "$B" >&2; exit 1; }; }`

const states: { readonly [word: string]: ServiceReading['atBoot'] } = {
  enabled: 'enabled',
  alias: 'enabled',
  masked: 'masked',
  'masked-runtime': 'masked',
  static: 'fixed',
  indirect: 'fixed',
  generated: 'fixed',
  transient: 'fixed',
}

export const service = (name: string): Reading<ServiceReading> => ({
  key: `service:${name}`,
  source: { key: `service:${name}`, command: ['sh', '-c', read, 'sh', name] },
  parse: parseService,
  test: ({ active, atBoot }) => {
    const wanted = [
      active === undefined ? '-' : active ? 'yes' : 'no',
      atBoot === 'enabled' || atBoot === 'disabled' ? atBoot : '-',
    ]
    if (wanted.every((word) => word === '-')) return []
    return [{ kind: 'succeeds', command: ['sh', '-c', compare, 'sh', name, ...wanted] }]
  },
})

const parseService = ({ stdout }: CommandResult): ServiceReading => {
  const fields = new Map(
    stdout
      .split('\n')
      .map((line) => [line.slice(0, Math.max(0, line.indexOf('='))), line.slice(line.indexOf('=') + 1)]),
  )
  const init = fields.get('init') ?? 'none'
  const boot = fields.get('boot') ?? 'not-found'
  const load = fields.get('LoadState')
  const active = fields.get('active')
  const levels = (fields.get('levels') ?? '').split(' ').filter((level) => level !== '')
  return {
    init: init.startsWith('systemd') ? 'systemd' : init.startsWith('openrc') ? 'openrc' : 'none',
    running: init.endsWith('1'),
    known: load === undefined ? boot !== 'not-found' : load !== 'not-found',
    ...(levels.length === 0 ? {} : { levels }),
    ...(active === undefined ? {} : { active: active === 'yes' }),
    atBoot: Object.hasOwn(states, boot) ? (states[boot] ?? 'disabled') : 'disabled',
    once: fields.get('Type') === 'oneshot' && fields.get('RemainAfterExit') !== 'yes',
    stale: fields.get('NeedDaemonReload') === 'yes',
  }
}
