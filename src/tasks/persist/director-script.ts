/**
 * The part of the boot script that makes a director: functions `restore_services` and `add_nic_vips`, which use `say`,
 * `fail`, `$ip`, `$services` and `$nic_vips` of the rest. Run again, both leave alone what is there.
 */
export const directorScript = (
  drained: string,
): string => `# tell_ipvsadm WORDS…: what is there already is as good as done, whatever its weight is now
tell_ipvsadm() {
  ipvsadm "$@" </dev/null >/dev/null 2>&1 && return 0
  case $1 in --set) return 1 ;; esac
  words="$*"
  case $(ipvsadm -Sn </dev/null 2>/dev/null) in *"\${words%% -[sgim] *} -"*) ;; *) return 1 ;; esac
}

# at_rest WORDS…: the same with weight 0, in $words
at_rest() {
  words='' before=''
  for word; do
    [ "$before" != -w ] || word=0
    words="$words $word" before=$word
  done
}

restore_services() {
  [ -r "$services" ] || return 0
  [ -e /proc/net/ip_vs ] || modprobe ip_vs </dev/null >/dev/null 2>&1
  command -v ipvsadm >/dev/null || { fail 'ipvsadm is not installed: no IPVS service comes back'; return 0; }
  while read -r name record words; do
    case $name in '' | '#'*) continue ;; esac
    if [ "$record" != - ] && [ -e "${drained}/$record" ]; then
      say "$name: a server is drained and starts with weight 0: $record"
      at_rest $words
    fi
    tell_ipvsadm $words || fail "$name: ipvsadm $words does not work"
  done <"$services"
}

add_nic_vips() {
  [ -r "$nic_vips" ] || return 0
  arping=''
  case $(arping -V 2>&1) in
    *iputils*) arping=arping ;;
    *) if busybox --list 2>/dev/null | grep -qx arping; then arping='busybox arping'; fi ;;
  esac
  while read -r address device rest; do
    case $address in '' | '#'*) continue ;; esac
    "$ip" link show dev "$device" </dev/null >/dev/null 2>&1 || { fail "$address: no interface $device"; continue; }
    add_nic_vip "\${address%/*}" "$address" "$device"
  done <"$nic_vips"
}

held() { case $("$ip" -o addr show dev "$2" </dev/null 2>/dev/null) in *" $1 "*) ;; *) return 1 ;; esac; }

# add_nic_vip VIP VIP/PREFIX DEVICE
add_nic_vip() {
  held "$2" "$3" && return 0
  case $1 in
    *:*)
      "$ip" addr add "$2" dev "$3" nodad preferred_lft 0 </dev/null >/dev/null 2>&1 ||
        "$ip" addr add "$2" dev "$3" </dev/null >/dev/null 2>&1
      held "$2" "$3" || fail "$2: cannot be added to $3"
      return 0 ;;
  esac
  if [ "$arping" ]; then
    other=$($arping -D -c 2 -w 2 -I "$3" "$1" </dev/null 2>/dev/null | sed -n 's/.*\\[\\([0-9A-Fa-f:]*\\)\\].*/\\1/p' | head -n 1)
    [ -z "$other" ] || { fail "$1 stays away from $3: $other answers for it"; return 0; }
  fi
  "$ip" addr add "$2" dev "$3" </dev/null >/dev/null 2>&1
  held "$2" "$3" || { fail "$2: cannot be added to $3"; return 0; }
  [ -z "$arping" ] || for form in -U -A; do $arping -q $form -c 2 -I "$3" "$1" </dev/null >/dev/null 2>&1; done
}
`
