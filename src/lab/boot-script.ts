/** The init of a host: one POSIX shell script that makes the root, boots, and ends when its stdin does. */
import { wire } from './fleet.ts'
import { kernelDefaultsScript } from './kernel-defaults.ts'
import { sysctlLoaderScript } from './sysctl-loader.ts'

/** Where a host keeps what the lab itself needs. */
export const labEtc = '/etc/ipvs-play-lab'

/**
 * argv: NAME ADDRESS ADDRESS6 SSH (`openssh` or `embedded`) LAYER…
 * cwd: the disks. A layer is `PATH=ID`: an overlay of ID below NAME/upper over common/ID over the machine's PATH; the first is `/=root`.
 * Says `born PID` on stdout (the PID as the machine counts), waits for a line on stdin, by when eth0 is plugged in,
 * and says `up`. Reads stdin then; at its end it exits, and with it, PID 1 of its namespace, everything else.
 */
export const initScript = (): string => `set -eu
${kernelDefaultsScript()}
${sysctlLoaderScript()}
${makeRoot}
${bootSysctl}
${bootUnits}
${bootNetwork}
${bootSshd}
# One function, read to its end before it runs: the file goes out of sight with the machine's root.
main() {
  name=$1 address=$2 address6=$3 ssh=$4
  shift 4
  exec 3<&0 </dev/null 4>&1 >&2
  read -r pid rest </proc/self/stat
  printf '%s\\n' "$name" >/proc/sys/kernel/hostname
  kernel_defaults
  printf 'born %s\\n' "$pid" >&4
  make_root "$@"
  ip link set dev lo up
  read -r go <&3
  boot_sysctl </dev/null >/var/log/boot.log 2>&1 3<&- 4>&- || printf 'boot: a sysctl loader failed, see /var/log/boot.log\\n'
  boot_units ipvs-play </dev/null >>/var/log/boot.log 2>&1 3<&- 4>&- || printf 'boot: a unit failed, see /var/log/boot.log\\n'
  boot_network 3<&- 4>&-
  boot_units ipvs-play-online </dev/null >>/var/log/boot.log 2>&1 3<&- 4>&- || printf 'boot: a unit failed, see /var/log/boot.log\\n'
  [ "$ssh" != openssh ] || boot_sshd 3<&- 4>&- &
  printf 'up\\n' >&4
  exec 4>&-
  cat <&3 >/dev/null &
  exec 3<&-
  wait $!
}
main "$@"
exit
`

// Nothing of /proc/sys but net belongs to a namespace, so the rest is read-only: a boot must not tune the machine.
const makeRoot = `make_root() {
  for layer in "$@"; do
    path=\${layer%=*} id=\${layer#*=}
    # A former boot's mount of the same disk may still be on its way out.
    tries=0
    until mount -t overlay overlay -o "lowerdir=common/$id:$path,upperdir=$name/upper/$id,workdir=$name/work/$id" "$name/root$path"; do
      tries=$((tries + 1))
      [ $tries -lt 20 ] || return 1
      sleep 0.1
    done
  done
  cd "$name/root"
  mount -t proc -o nosuid,nodev,noexec proc proc
  mount -o bind proc/sys/net proc/sys/net
  mount -o rbind,ro proc/sys proc/sys
  mount -o bind,ro proc/sysrq-trigger proc/sysrq-trigger 2>/dev/null || :
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5,nosuid,noexec devpts dev/pts
  mount -t tmpfs -o mode=0755,nosuid,nodev,size=64m tmpfs run
  mount -t tmpfs -o mode=1777,nosuid,nodev,size=256m tmpfs tmp
  pivot_root . .
  umount -l .
  cd /
  mkdir -p /run/lock /run/sshd
}
`

// The distribution's own loader decides the order. Its exit code tells only whether it could be started at all.
const bootSysctl = `boot_sysctl() {
  for loader in /usr/lib/systemd/systemd-sysctl /lib/systemd/systemd-sysctl; do
    [ -x $loader ] || continue
    $loader && return 0 || [ $? -ge 126 ] || return 0
  done
  case $(sysctl --version 2>&1) in *procps*) sysctl --system || :; return 0 ;; esac
  load_sysctl_d
}
`

// boot_units NAME: as systemd or OpenRC would start our unit of this name.
const bootUnits = `boot_units() {
  failed=0
  for unit in /etc/systemd/system/*.wants/$1.service; do
    [ -f "$unit" ] && [ -s "$unit" ] || continue
    while IFS= read -r line; do
      case $line in ExecStart=*) ;; *) continue ;; esac
      command=\${line#ExecStart=}
      while :; do case $command in [-@:+!]*) command=\${command#?} ;; *) break ;; esac; done
      [ -z "$command" ] || /bin/sh -c "$command" || failed=1
    done <"$unit"
    break
  done
  for service in /etc/runlevels/*/$1; do
    [ -f "$service" ] || continue
    (
      ebegin() { :; }; eend() { return "\${1:-0}"; }
      einfo() { :; }; ewarn() { printf '%s\\n' "$*"; }; eerror() { printf '%s\\n' "$*"; }
      . "$service"
      start
    ) || failed=1
    break
  done
  return $failed
}
`

const bootNetwork = `boot_network() {
  {
    echo link set dev eth0 up
    echo "address add $address/${wire.prefix} brd + dev eth0"
    echo route add default via ${wire.gateway}
    [ ! -e /proc/sys/net/ipv6/conf/eth0 ] || echo "address add $address6/${wire.prefix6} dev eth0 nodad"
  } | ip -batch -
}
`

const bootSshd = `boot_sshd() {
  exec "$(command -v sshd || echo /usr/sbin/sshd)" -D -f ${labEtc}/sshd_config -E /var/log/sshd.log </dev/null >/dev/null 2>&1
}
`
