import type { Command } from '../../model/task-type.ts'
import { type Arping, arpingWords } from '../../readings/arping.ts'

/** Who asks, for which address, and who may answer. */
export interface Question {
  readonly vip: string
  readonly nic: string
  /** The asking host has the VIP on its own interface: nobody else may answer. */
  readonly holder: boolean
  /** `02:00:…=director lb1`, for every interface that is known. */
  readonly known: readonly string[]
  readonly tool: Arping
}

/**
 * Duplicate detection asks without an address of its own, and the plain form goes on asking after the first answer; both
 * at once, for silence is heard only when time is up.
 */
const askByArp = `ask() {
"$@" -D -c 2 -w 2 -I "$nic" "$vip" &
"$@" -b -c 2 -w 2 -I "$nic" "$vip"
wait
}
macs=$(ask $tool 2>/dev/null | sed -n 's/.*\\[\\([0-9A-Fa-f:]*\\)\\].*/\\1/p')`

/** The kernel asks for us, and remembers the answer. */
const askNeighbour = `ping -c 1 -W 1 -I "$nic" "$vip" >/dev/null 2>&1
macs=$(ip neigh show "$vip" dev "$nic" 2>/dev/null | sed -n 's/.* lladdr \\([0-9A-Fa-f:]*\\).*/\\1/p')`

// 00:00:5e:00:01/02 are those of VRRP: whoever has one is the director of the moment.
const judge = `macs=$(echo "$macs" | tr A-F a-f | sort -u)
wrong='' right=''
for mac in $macs; do
who='nobody of the inventory'
case $mac in 00:00:5e:00:0[12]:*) who='director VRRP' ;; esac
for one; do [ "\${one%%=*}" != "$mac" ] || who=\${one#*=}; done
case $who in
'director '*) right="$right, \${who#director } ($mac)" ;;
'realserver '*) wrong="$wrong, real server \${who#realserver } ($mac)" ;;
*) wrong="$wrong, $mac, $who" ;;
esac
done
right=\${right#, } wrong=\${wrong#, }
fail() { echo "$1" >&2; exit 1; }
[ -z "$wrong" ] || fail "$vip is answered by $wrong"
if [ "$holder" = yes ]; then [ -z "$right" ] || fail "$vip is held here, and answered by $right too"; exit 0; fi
case $right in
'') fail "nobody answers for $vip on $nic" ;;
*,*) fail "$vip is answered by $right" ;;
esac
echo "$right"`

/** Exit status 0: only a director answers, and stdout says who; else stderr says what is wrong. */
export const probe = ({ vip, nic, holder, known, tool }: Question): Command => [
  'sh',
  '-c',
  `vip=$1 nic=$2 holder=$3 tool=$4; shift 4
${tool === undefined || vip.includes(':') ? askNeighbour : askByArp}
${judge}`,
  'sh',
  vip,
  nic,
  holder ? 'yes' : 'no',
  tool === undefined ? '' : arpingWords(tool).join(' '),
  ...known,
]
