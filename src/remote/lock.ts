import { type Part, uptime } from './shell.ts'

/**
 * $D: the directory for lock and journal, ours and 0700, or nothing. $J: what the names of this script's files begin with.
 * The caller defines $H, where root has that directory, $R, the run, and $N.
 */
export const directory: Part = {
  lines: `[ "$(id -u)" = 0 ] || H=\${XDG_RUNTIME_DIR:+$XDG_RUNTIME_DIR/ipvs-play}
D= J=$H/$R-$N
private() { [ -d "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }`,
}

/** $A: a process's number and start time, which together name it until the next boot. */
export const writer: Part = {
  lines: `born() { read -r y <"/proc/$1/stat" || return; set -- $1 \${y##*)}; A="$1 \${21}"; } 2>/dev/null`,
}

/** Opens the journal on descriptor 8, with the writer's process in its first line, and throws away those of other days. */
const journal: Part = {
  needs: [directory, writer],
  lines: `exec 8>/dev/null
if [ "$H" ]; then
mkdir -m 700 "$H" 2>/dev/null || { private "$H" && chmod 700 "$H"; } 2>/dev/null
umask 077
if private "$H" && true 2>/dev/null >"$J.frames"; then
D=$H
exec 8>>"$J.frames"
find "$D" -type f -name '*-*.*' -mtime +0 -exec rm -f {} \\; 2>/dev/null
fi
umask 022
fi
born $$
printf '%s\\n' "$A" >&8`,
}

/**
 * Takes the host's lock, waiting up to $W seconds by the host's clock, looking about once a second; $Y is who we are. With flock the lock ends with its holder;
 * without it it is a directory that names the holder's process and boot. Who finds that process dead makes a directory inside, which
 * only one can, looks again, and writes itself in. A lock without a name is one whose maker died at once: seen twice, it is dead.
 */
export const lock: Part = {
  needs: [journal, uptime],
  lines: `if command -v flock >/dev/null; then
holder() { read -r o <"$D/lock"; } 2>/dev/null
take() { flock -n 9 && printf '%s\\n' "$Y" >"$D/lock"; }
leave() { true >"$D/lock"; }
[ -z "$D" ] || exec 9>>"$D/lock"
else
B=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
B="$A \${B:-unknown}" g=0
holder() { a= o=; read -r a b c o <"$D/held/owner"; } 2>/dev/null
dead() {
holder
if [ -z "$a" ]; then g=$((g+1)); [ $g -gt 1 ]; return; fi
A=; born $a
[ "$A" != "$a $b" ] || [ "\${B##* }" != "$c" ]
}
take() {
if mkdir "$D/held" 2>/dev/null; then printf '%s\\n' "$B $Y" >"$D/held/owner"; return; fi
dead && mkdir "$D/held/heir" 2>/dev/null || return
if dead; then printf '%s\\n' "$B $Y" >"$D/held/owner"; y=0; else y=1; fi
rmdir "$D/held/heir"
return $y
}
leave() { rm -rf "$D/held"; }
fi
if [ -z "$D" ]; then
say N 0 0 0 0 0 'no directory of our own on this host: it is not locked, and a lost connection cannot be picked up'
else
i=0
now; u=$U
until take; do
holder
[ $i -gt 0 ] || say W 0 0 0 0 0 "$o"
now
if [ $((U-u)) -ge $W ] || [ $i -ge $W ]; then say L 0 0 0 0 0 "$o"; exit; fi
sleep 1; i=$((i+1))
done
fi`,
}
