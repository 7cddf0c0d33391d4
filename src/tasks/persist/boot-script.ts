import { drainFolder } from '../../readings/drained.ts'
import { ownSysctlFile } from '../../readings/sysctl-d.ts'
import { directorScript } from './director-script.ts'

export const scriptPath = '/etc/ipvs-play/apply.sh'
export const vipsPath = '/etc/ipvs-play/vips'
export const nicVipsPath = '/etc/ipvs-play/nic-vips'
export const ipvsPath = '/etc/ipvs-play/ipvs'

/**
 * `apply.sh start` brings back what persist recorded: kernel settings whose file is there, and then, if every interface
 * keeps ARP to its own addresses, the VIPs. It trusts no earlier loader: what it needs it reads back from the kernel.
 * Exit status 0: all is as recorded; 1: something is not, and the log says what; 2: wrong use.
 * Runs under dash, bash --posix and busybox sh; needs cat, grep and ip, and no network.
 * dash and busybox `read` stop at the first byte of a file below /proc/sys, so values are read with cat and grep.
 */
export const bootScript = `#!/bin/sh
# Written by ipvs-play (task persist). Usage: /bin/sh ${scriptPath} start|online|stop
# start: settings of ${ownSysctlFile},
#        then the addresses of ${vipsPath} on lo, if no interface would answer ARP for them,
#        then the IPVS services of ${ipvsPath}.
# online: the addresses of ${nicVipsPath} on their interfaces, unless somebody else answers for them.
# stop:  nothing. An address that traffic still arrives for is never taken away by a service being stopped.
LC_ALL=C
PATH=\${PATH:-/bin}:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
set -f
settings=${ownSysctlFile}
vips=${vipsPath}
nic_vips=${nicVipsPath}
services=${ipvsPath}
failed=0

say() { printf 'ipvs-play: %s\\n' "$*" >&2; }
fail() { say "$@"; failed=1; }

# collapse TEXT: its words with one blank between them, in $collapsed
collapse() { set -- $1; collapsed=$*; }

# live PATH: the kernel's value in $collapsed, false where there is none
live() {
  collapsed=unreadable
  raw=$(cat "/proc/sys/$1" 2>/dev/null) && collapse "$raw"
}

# is WISHED: is $collapsed that value? 0x10 and 16 are one number
is() {
  [ "$collapsed" = "$1" ] && return 0
  case $1 in
    *[!0-9A-Fa-fXx+-]* | '') return 1 ;;
    0[xX]* | 0[0-7]*) [ "$collapsed" = "$(($1))" ] 2>/dev/null ;;
    *) [ "$collapsed" -eq "$1" ] 2>/dev/null ;;
  esac
}

# each COMMAND: COMMAND PATH VALUE for every setting
each() {
  [ -r "$settings" ] || return 0
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in '#'* | ';'*) continue ;; *=*) ;; *) continue ;; esac
    collapse "\${line%%=*}"; key=$collapsed
    collapse "\${line#*=}"
    case $key in
      /* | *..* | *' '*) fail "not a kernel setting: $key" ;;
      */*) "$1" "$key" "$collapsed" ;;
      *) fail "not in slash form: $key" ;;
    esac
  done <"$settings"
}

# of_interface PATH: does it belong to one interface?
of_interface() {
  case $1 in
    net/ipv[46]/conf/all/* | net/ipv[46]/conf/default/* | net/ipv[46]/neigh/default/*) return 1 ;;
    net/ipv[46]/conf/* | net/ipv[46]/neigh/*) return 0 ;;
  esac
  return 1
}

write_common() { of_interface "$1" || write "$1" "$2"; }
write_interface() { if of_interface "$1"; then write "$1" "$2"; fi; }

# An interface that is not there yet gets its settings from udev when it appears.
write() {
  if [ ! -e "/proc/sys/$1" ]; then
    if of_interface "$1" && [ ! -d "/proc/sys/\${1%/*}" ]; then return 0; fi
    fail "$1: this kernel has no such setting"
    return 0
  fi
  wished=$2
  live "$1" && is "$wished" && return 0
  (printf '%s\\n' "$wished" >"/proc/sys/$1") 2>/dev/null || fail "$1: cannot write $wished"
}

check() {
  [ -e "/proc/sys/$1" ] || return 0
  wished=$2
  live "$1" && is "$wished" || fail "$1 is $collapsed, not $wished"
}

# open_interfaces: every interface that would answer or announce ARP for another's address; false: cannot tell.
# The kernel takes the larger of conf/all and conf/IF. Only arp_ignore 1 or 2 and arp_announce 2 are silent.
# Files that are there less lines that were read must be 0: no interface is missed because a tool or a file failed.
open_interfaces() {
  cd /proc/sys/net/ipv4/conf 2>/dev/null || return 1
  set +f
  set -- ./*/arp_ignore ./.[!.]*/arp_ignore ./..?*/arp_ignore ./*/arp_announce ./.[!.]*/arp_announce ./..?*/arp_announce
  set -f
  unread=2 all_ignore='' all_announce=''
  for file; do [ ! -e "$file" ] || unread=$((unread + 1)); done
  lines=$(grep -sH '' ./all/arp_ignore ./all/arp_announce "$@")
  IFS='
'
  for line in $lines; do
    unread=$((unread - 1)) value=\${line##*:} file=\${line%:*}
    name=\${file#./} name=\${name%/*}
    case $value in '' | - | ?*-* | *[!0-9-]*) return 1 ;; esac
    case $file in
      ./all/arp_ignore) all_ignore=$value ;;
      ./all/arp_announce) all_announce=$value ;;
      ./default/* | ./lo/*) ;;
      */arp_ignore)
        [ "$value" -ge "$all_ignore" ] || value=$all_ignore
        case $value in 1 | 2) ;; *) printf '%s: arp_ignore %s, ' "$name" "$value" ;; esac ;;
      *)
        [ "$value" -ge "$all_announce" ] || value=$all_announce
        [ "$value" = 2 ] || printf '%s: arp_announce %s, ' "$name" "$value" ;;
    esac
  done 2>/dev/null
  [ $unread = 0 ] && [ "$all_ignore" ] && [ "$all_announce" ]
}

# add ADDRESS/PREFIX [scope S] [label L]
add() {
  case $1 in *:*) family=inet6 ;; *) family=inet ;; esac
  listed "$1" && return 0
  "$ip" addr add "$@" dev lo </dev/null >/dev/null 2>&1
  listed "$1" || fail "$1: cannot be added to lo"
}
listed() { case $("$ip" -o addr show dev lo </dev/null 2>/dev/null) in *" $family $1 "*) ;; *) return 1 ;; esac; }

ip=ip # busybox' shell would take its own ip for a bare name
for path in /sbin/ip /usr/sbin/ip /bin/ip /usr/bin/ip; do [ -x "$path" ] && ip=$path && break; done

add_vips() {
  [ -r "$vips" ] || return 0
  # The second look is for an interface that vanished between the listing and the reading.
  open=$(open_interfaces) || open=$(open_interfaces) || open='the settings of the interfaces cannot be read'
  while read -r address scope label rest || [ -n "$address" ]; do
    case $address in
      '' | '#'*) ;;
      *[!0-9A-Fa-f.:/]*) fail "not an address: $address" ;;
      *:*/128) add "$address" ;;
      *.*/32)
        if [ -n "$open" ]; then fail "$address stays away from lo, ARP would leak: \${open%, }"
        elif [ -n "$label" ]; then add "$address" scope "\${scope:-host}" label "$label"
        else add "$address" scope "\${scope:-host}"; fi ;;
      *) fail "$address: only /32 and /128 belong on lo" ;;
    esac
  done <"$vips"
}

${directorScript(drainFolder)}
case $1 in
  start)
    each write_common
    each write_interface
    each check
    add_vips
    restore_services
    exit $failed ;;
  online)
    add_nic_vips
    exit $failed ;;
  stop) exit 0 ;;
  *) say "usage: $0 start|online|stop"; exit 2 ;;
esac
`
