import type { CommandResult, Reading } from '../model/task-type.ts'

/** Our own file; it is not part of this reading. Its name sorts after Debian's 99-sysctl.conf. */
export const ownSysctlFile = '/etc/sysctl.d/99-zz-ipvs-play.conf'

/** A file that a loader may apply at boot, with its lines that are neither blank nor comment. */
export interface SysctlFile {
  readonly path: string
  readonly lines: readonly string[]
}

// An empty file, or a link to /dev/null, counts too: it hides the file of that name in a later directory.
const script = `set --
for f in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf /lib/sysctl.d/*.conf /etc/sysctl.conf; do
case $f in ${ownSysctlFile}) continue;; /lib/*) [ ! -L /lib ] || continue;; esac
if [ -e "$f" ]; then set -- "$@" "$f"; echo "$f"; fi
done
echo
[ $# = 0 ] || exec grep -sH '^[[:blank:]]*[^#;[:blank:]]' "$@"`

/** Every sysctl.d file of this host but ours, in one command. */
export const sysctlFiles = (): Reading<readonly SysctlFile[]> => ({
  key: 'sysctl-d',
  source: { key: 'sysctl-d', command: ['sh', '-c', script] },
  parse: ({ stdout }: CommandResult) => {
    const all = stdout.split('\n')
    const end = all.indexOf('')
    const paths = all.slice(0, Math.max(end, 0))
    const body = all.slice(end + 1)
    return paths.map((path) => ({
      path,
      lines: body.filter((line) => line.startsWith(`${path}:`)).map((line) => line.slice(path.length + 1)),
    }))
  },
  test: () => [],
})

/** One line of a sysctl.d file. Without a value it only takes its key out of globs (systemd: `-key`). */
export interface Assignment {
  /** Below /proc/sys; may hold a glob. */
  readonly key: string
  readonly value?: string
}

/** undefined: not an assignment. CR and blanks around key and value do not count. */
export const parseAssignment = (line: string): Assignment | undefined => {
  const text = line.trim()
  if (text === '' || text.startsWith('#') || text.startsWith(';')) return undefined
  const equals = text.indexOf('=')
  const left = (equals < 0 ? text : text.slice(0, equals)).trim()
  const key = loaderPath(left.startsWith('-') ? left.slice(1) : left)
  if (equals >= 0) return { key, value: text.slice(equals + 1).trim() }
  return left.startsWith('-') ? { key } : undefined
}

/**
 * A key as the loaders read it, as a path below /proc/sys: the first separator decides. `a/b.c/d` stays;
 * in `a.b/c.d` dots and slashes change places (sysctl.d(5), procps does the same).
 */
const loaderPath = (key: string): string => {
  const first = /[./]/.exec(key)?.[0]
  return first === '.' ? key.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : key
}
