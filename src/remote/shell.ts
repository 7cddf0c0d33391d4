import { quote } from './quote.ts'

/** A few lines of POSIX sh that a script holds only when something in it needs them. */
export interface Part {
  readonly needs?: readonly Part[]
  readonly lines: string
}

/** Puts the parts that a script uses in front of it, each once, what it needs before it. */
export const withParts = (used: Iterable<Part>, body: readonly string[]): string[] => {
  const placed = new Set<Part>()
  const place = (part: Part): void => {
    if (placed.has(part)) return
    for (const need of part.needs ?? []) place(need)
    placed.add(part)
  }
  for (const part of used) place(part)
  return [...Array.from(placed, (part) => part.lines), ...body]
}

/**
 * A whole script: one brace group that ends in `exit`, so that half a script is a syntax error and runs nothing.
 * A lost connection does not stop it; what it starts finds no script on stdin.
 */
export const wholeScript = (nonce: string, lines: readonly string[]): string =>
  `{
trap '' HUP PIPE TERM
exec </dev/null
unset IFS CDPATH
set -f
umask 022
PATH=\${PATH:-/usr/bin:/bin}
for i in /usr/sbin /sbin; do case :$PATH: in *:$i:*) ;; *) PATH=$PATH:$i ;; esac; done
LC_ALL=C
export LC_ALL PATH
N=${checkedName('nonce', nonce)}
${lines.join('\n')}
exit
}
`

/** A limit as the shell and every `timeout` can take it: whole seconds, at least one. */
export const wholeSeconds = (seconds: number): number => Math.max(1, Math.ceil(seconds))

/** A nonce or the name of a run: it becomes part of file names and of frames. Throws on anything but plain characters. */
export const checkedName = (what: string, name: string): string => {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/.test(name)) throw new Error(`not a ${what}: ${JSON.stringify(name)}`)
  return name
}

/** Exports of an environment; '' for none. Never on a command line, where `ps` would show it. Throws on a bad name. */
export const exportLine = (environment: Readonly<Record<string, string>> | undefined): string =>
  Object.entries(environment ?? {})
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw new Error(`not a variable name: ${JSON.stringify(name)}`)
      return `export ${name}=${quote(value)}`
    })
    .join('; ')

/** `now` sets $U to the seconds since the host booted: no clock that somebody sets. */
export const uptime: Part = { lines: `now() { U=0; read -r U x </proc/uptime; U=\${U%%.*}; } 2>/dev/null` }

/**
 * `$T SECONDS COMMAND…`, the last thing a subshell does: ends the command after SECONDS, kills it 5 s later.
 * Exit code 124, 137 or 143 then. A busybox before 1.35 has a `timeout` without -k; a host may have none: then a child
 * of the command looks once a second, and can end the command only, not what that started. The watcher of a busybox's
 * `timeout` stays for up to a second with whatever descriptors it was given: never the lock's or the journal's.
 */
export const timeLimit: Part = {
  lines: `T='exec timeout -k 5'
limited() {
k=$1; shift
read -r p x </proc/self/stat
(i=0; while sleep 1; i=$((i+1)); kill -0 $p; do case $i in $k) kill $p ;; $((k+5))) kill -9 $p; break ;; esac; done) </dev/null >/dev/null 2>&1 &
exec "$@"
}
if [ -e /bin/busybox ] || ! command -v timeout >/dev/null; then timeout -k 5 9 true 2>/dev/null 8>&- 9>&- || T=limited; fi`,
}
