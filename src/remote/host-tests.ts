import { posix } from 'node:path'
import type { FileState, Test } from '../model/task-type.ts'
import { quote, quoteAll } from './quote.ts'
import { type Part, timeLimit } from './shell.ts'

/**
 * A test as one shell command that succeeds exactly while the test holds, and leaves in $F what it found instead.
 * The caller defines $S (/proc/sys), $C (the words of SSH_CONNECTION), $L (seconds a command may take) and `environment`.
 */
export const testCommand = (test: Test): { readonly part: Part; readonly command: string } => {
  switch (test.kind) {
    case 'value':
      return { part: value, command: `value ${quoteAll([systemPath(test.path), ...test.is.map(collapsed)])}` }
    case 'addresses':
      return { part: addresses, command: `addresses ${quoteAll([test.device, ...test.are])}` }
    case 'guarded':
      return { part: guarded, command: 'guarded' }
    case 'not-session':
      return { part: notSession, command: `not_session ${quote(bareAddress(test.address))}` }
    case 'file':
      return { part: file, command: `file ${quoteAll([absolutePath(test.path), ...fileWords(test.is)])}` }
    case 'succeeds':
      return { part: succeeds, command: `succeeds ${quoteAll(test.command)}` }
  }
}

/** A path below /proc/sys. Throws where it could lead elsewhere. */
export const systemPath = (path: string): string => {
  if (path.split('/').some((name) => name === '' || name === '.' || name === '..'))
    throw new Error(`not a path below /proc/sys: ${JSON.stringify(path)}`)
  return path
}

/** An absolute path without dots in it and without a slash at its end. Throws on any other. */
export const absolutePath = (path: string): string => {
  if (!path.startsWith('/') || path.endsWith('/')) throw new Error(`not an absolute path: ${JSON.stringify(path)}`)
  return posix.normalize(path)
}

/** As the shell sees it after splitting a value into words. */
const collapsed = (text: string): string => text.trim().replace(/\s+/g, ' ')

/** As sshd writes it in SSH_CONNECTION: no prefix length, IPv6 in its shortest form. */
const bareAddress = (address: string): string => {
  const bare = (address.split('/')[0] ?? '').toLowerCase()
  return bare.includes(':') ? new URL(`http://[${bare}]/`).hostname.slice(1, -1) : bare
}

const fileWords = (state: FileState): readonly string[] => {
  switch (state.kind) {
    case 'absent':
      return ['absent']
    case 'link':
      return ['link', state.to]
    case 'other':
      return [state.what === 'directory' ? 'directory' : 'special']
    case 'file':
      return ['file', state.sha256, octal(state.mode), state.owner ?? '', state.group ?? '']
  }
}

/** `0644` as `stat` prints it: `644`. */
const octal = (mode: string | undefined): string => (mode === undefined ? '' : mode.replace(/^0+(?=.)/, ''))

/**
 * $F becomes the words of a value, one blank between them. Below /proc/sys `cat` must read: dash and busybox `read` ask for
 * one byte at a time, and a second read of such a file finds its end, so that 2048 reads as 2.
 */
const value: Part = {
  lines: `words() { F=$*; }
value() {
f=$S/$1; shift
if [ ! -e "$f" ]; then F='no such file'; [ $# = 0 ]; return; fi
if ! x=$(cat "$f" 2>/dev/null); then F='not readable'; return 1; fi
words $x
for x; do [ "$F" = "$x" ] && return; done
return 1
}`,
}

const newline: Part = { lines: `NL='\n'` }

/**
 * The addresses of a device as a set of `A/P SCOPE` (IPv4) and `A/P` (IPv6): the field after the family, the word after
 * `scope`. iproute2 and busybox print the same line. A device that is not there has none.
 */
const addresses: Part = {
  needs: [newline],
  lines: `address() {
w=$4
case $3 in
inet) while [ $# -gt 1 ]; do [ "$1" = scope ] && { w="$w $2"; break; }; shift; done ;;
inet6) ;;
*) return ;;
esac
h=$h$w$NL F="$F\${F:+, }$w"
}
addresses() {
x=$1; shift
if ! x=$(ip -o addr show dev "$x" 2>&1); then ip -o addr show >/dev/null 2>&1 || { F=$x; return 1; }; x=; fi
h=$NL F=
IFS=$NL
for l in $x; do unset IFS; address $l; done
unset IFS
F=\${F:-none} x=$NL
for w; do case $h in *"$NL$w$NL"*) x=$x$w$NL ;; *) return 1 ;; esac; done
IFS=$NL
for w in $h; do case $x in *"$NL$w$NL"*) ;; *) unset IFS; return 1 ;; esac; done
unset IFS
}`,
}

/**
 * Effective arp_ignore (the greater of `all` and the interface) is 1 or 2 and effective arp_announce is 2, on every interface
 * but lo, also on one whose name begins with a dot. What cannot be read is not guarded; an interface that vanished
 * between the listing and the reading makes it look a second time. A name holds no slash, colon or blank.
 */
const guarded: Part = {
  needs: [newline],
  lines: `guards() {
F= a= b= n=0
P=$S/net/ipv4/conf
set +f
set -- "$P"/*/arp_ignore "$P"/.[!.]*/arp_ignore "$P"/..?*/arp_ignore "$P"/*/arp_announce "$P"/.[!.]*/arp_announce "$P"/..?*/arp_announce
set -f
for p; do [ ! -e "$p" ] || n=$((n+1)); done
x=$(grep -sH '' "$P/all/arp_ignore" "$P/all/arp_announce" "$@")
n=$((n+2))
IFS=$NL
for l in $x; do
n=$((n-1)) v=\${l##*:} p=\${l%:*}
k=\${p##*/} p=\${p%/*}
p=\${p##*/}
case $v in ''|-|?*-*|*[!0-9-]*) n=-1 ;; esac
case $p:$k in
all:arp_ignore) a=$v ;;
all:arp_announce) b=$v ;;
lo:*|default:*) ;;
*:arp_ignore) [ "$v" -ge "$a" ] || v=$a; case $v in 1|2) ;; *) F="$F\${F:+, }$p arp_ignore $v" ;; esac ;;
*) [ "$v" -ge "$b" ] || v=$b; [ "$v" = 2 ] || F="$F\${F:+, }$p arp_announce $v" ;;
esac
done 2>/dev/null
unset IFS
[ $n = 0 ] && [ "$a" ] && [ "$b" ] || { F='ARP settings that cannot be read'; return 2; }
[ -z "$F" ]
}
guarded() { guards || { [ $? = 2 ] && guards; }; }`,
}

/** The third word of SSH_CONNECTION is the address that this session came in by. */
const notSession: Part = {
  lines: `session() { F=\${3%%%*} F=\${F#::ffff:}; [ $# = 4 ]; }
not_session() { session $C || { F=unknown; return 1; }; [ "$F" != "$1" ]; }`,
}

/** sha256sum reads stdin, since it escapes odd file names. Owners are compared by name or number. */
const file: Part = {
  lines: `same() { [ -z "$1" ] || [ "$1" = "$2" ] || [ "$1" = "$3" ]; }
state() { F="file $1 \${2:-?} \${3:-?}:\${4:-?}"; same "$M" "$2" && same "$O" "$3" "$5" && same "$G" "$4" "$6"; }
file() {
f=$1 k=$2 h=$3 M=$4 O=$5 G=$6
if [ -L "$f" ]; then F="link $(readlink "$f")"; [ "$k" = link ] && [ "$F" = "link $h" ]
elif [ -f "$f" ]; then
if ! x=$(sha256sum 2>/dev/null <"$f"); then F='a file that cannot be read'; return 1; fi
state "\${x%% *}" $(stat -c '%a %U %G %u %g' "$f") && [ "$k" = file ] && [ "\${x%% *}" = "$h" ]
elif [ -d "$f" ]; then F=directory; [ "$k" = directory ]
elif [ -e "$f" ]; then F='a special file'; [ "$k" = special ]
else F=absent; [ "$k" = absent ]; fi
}`,
}

const succeeds: Part = {
  needs: [timeLimit],
  lines: `succeeds() { x=$(environment; trap - PIPE TERM; exec 2>&1 >/dev/null 8>&- 9>&-; $T $L "$@") || { F="exit $? $x"; return 1; }; }`,
}
