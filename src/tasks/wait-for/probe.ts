import type { Command } from '../../model/task-type.ts'

/** What is waited for, in words of one probe. Ports are numbers, seconds are whole. */
export type Awaited =
  | { readonly kind: 'port'; readonly host: string; readonly port: number; readonly within: number }
  | { readonly kind: 'drained'; readonly port: number }
  | { readonly kind: 'path'; readonly path: string; readonly holds?: string }
  | { readonly kind: 'url'; readonly url: string; readonly within: number }
  | { readonly kind: 'command'; readonly command: Command }

/**
 * One look: exit 0 it holds, 1 not yet, 2 that cannot be told, with the reason on stderr. Parameters after the script's
 * name. A port is asked with what the host has: bash, nc, python3 or perl; a URL with curl or wget.
 */
const probes = {
  port: `probe() {
if command -v bash >/dev/null; then T $3 bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$1" "$2"
elif command -v nc >/dev/null; then T $3 nc -z -w "$3" "$1" "$2"
elif busybox nc 2>&1 | grep -q -- -w; then T $3 busybox nc -w "$3" "$1" "$2"
elif command -v python3 >/dev/null; then T $3 python3 -c 'import socket,sys; socket.create_connection((sys.argv[1],int(sys.argv[2])),float(sys.argv[3])).close()' "$@"
elif command -v perl >/dev/null; then T $3 perl -MIO::Socket::IP -e 'exit(IO::Socket::IP->new(PeerHost=>$ARGV[0],PeerPort=>$ARGV[1],Timeout=>$ARGV[2])?0:1)' "$@"
else lost 'this host has neither bash, nc, python3 nor perl to try a port with'; fi
}`,
  drained: `probe() {
[ -r /proc/net/tcp ] || lost '/proc/net/tcp cannot be read'
p=$(printf %04X "$1")
! cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | awk -v p=":$p" 'substr($2,length($2)-4)==p && $4 ~ /^0[1-6]$/ {n=1} END {exit !n}'
}`,
  path: `probe() {
[ -e "$1" ] || return 1
[ $# = 1 ] || grep -Eq -e "$2" -- "$1"
}`,
  url: `probe() {
if command -v curl >/dev/null; then curl -fsSL -o /dev/null --max-time "$2" -- "$1"
elif command -v wget >/dev/null; then wget -q -T "$2" -O /dev/null -- "$1"
else lost 'this host has neither curl nor wget to ask a URL with'; fi
}`,
  command: `probe() { "$@"; }`,
} as const

const parameters = (awaited: Awaited): readonly string[] => {
  switch (awaited.kind) {
    case 'port':
      return [awaited.host, `${awaited.port}`, `${awaited.within}`]
    case 'drained':
      return [`${awaited.port}`]
    case 'path':
      return awaited.holds === undefined ? [awaited.path] : [awaited.path, awaited.holds]
    case 'url':
      return [awaited.url, `${awaited.within}`]
    case 'command':
      return awaited.command
  }
}

export interface Patience {
  /** Does it wait for the end of what is probed? */
  readonly gone: boolean
  readonly delay: number
  readonly timeout: number
  readonly sleep: number
}

const common = `lost() { echo "$1" >&3; exit 2; }
T() { t=$1; shift; if command -v timeout >/dev/null; then timeout "$t" "$@"; else "$@"; fi; }
look() { (probe "$@") </dev/null >/dev/null 2>&1; r=$?; [ $r != 2 ] || exit 2; case $gone$r in 00|1[1-9]*) return 0 ;; esac; return 1; }`

/** One look, for the reading. */
export const lookOnce = (awaited: Awaited, gone: boolean): Command => [
  'sh',
  '-c',
  `exec 3>&2\n${common}\n${probes[awaited.kind]}\ngone=${gone ? 1 : 0}\nlook "$@"`,
  'sh',
  ...parameters(awaited),
]

/** Looks again and again until it holds; says what it waited for when time is up. The clock is that of the boot. */
export const lookUntil = (awaited: Awaited, { gone, delay, timeout, sleep }: Patience, what: string): Command => [
  'sh',
  '-c',
  `exec 3>&2
${common}
now() { read -r u x </proc/uptime; u=\${u%%.*}; }
${probes[awaited.kind]}
gone=${gone ? 1 : 0} what=$1; shift
sleep ${delay}
now; end=$((u+${timeout}))
until look "$@"; do
now; [ $u -lt $end ] || { echo "waited ${timeout} s: $what" >&2; exit 1; }
sleep ${sleep}
done`,
  'sh',
  what,
  ...parameters(awaited),
]
