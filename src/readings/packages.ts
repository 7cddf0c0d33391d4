import type { Command, CommandResult, Reading, Source } from '../model/task-type.ts'

/**
 * A package of Debian's as apt and dpkg know it.
 * - `manager`: what installs packages on this host; of another one than apt nothing more is known.
 * - `present`: it is installed; its `version` is undefined where a prediction does not know it.
 * - `candidate`: the version that apt would install; undefined where its lists have none.
 * - `listsAge`: seconds since the lists were fetched.
 */
export interface PackageReading {
  readonly manager: string
  readonly present: boolean
  readonly version?: string
  readonly candidate?: string
  readonly listsAge: number
}

const script = `command -v apt-get >/dev/null || {
for m in dnf yum zypper apk pacman; do command -v $m >/dev/null && { echo "manager=$m"; exit; }; done
echo manager=none; exit
}
echo manager=apt
t=0
for f in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists; do
m=$(stat -c %Y "$f" 2>/dev/null) && [ "$m" -gt $t ] && t=$m
done
echo "age=$(($(date +%s)-t))"
[ $# -gt 0 ] || exit 0
dpkg-query -W -f '=\${Package} \${binary:Package} \${Version} \${db:Status-Status}\\n' -- "$@" 2>/dev/null
echo policy=
apt-cache policy -- "$@" 2>/dev/null`

const same = `x=$(dpkg-query -W -f '\${db:Status-Status} \${Version}' -- "$1" 2>/dev/null)
case $x in
'installed '*) [ "$2" ] && { [ "$2" = any ] || [ "$x" = "installed $2" ]; } || { echo "$x" >&2; exit 1; } ;;
*) [ -z "$2" ] || { echo "not installed" >&2; exit 1; } ;;
esac`

/** Several packages in one command. With none only the manager and the age of its lists are read. */
export const packages = (names: readonly string[]): readonly Reading<PackageReading>[] => {
  const source: Source = { key: `packages:${names.join(' ')}`, command: ['sh', '-c', script, 'sh', ...names] }
  return (names.length === 0 ? [''] : names).map((name) => ({
    key: `package:${name}`,
    source,
    parse: (result: CommandResult) => parsePackage(result.stdout, name),
    test: ({ present, version }: PackageReading) => [
      { kind: 'succeeds', command: ['sh', '-c', same, 'sh', name, present ? (version ?? 'any') : ''] as Command },
    ],
  }))
}

const parsePackage = (stdout: string, name: string): PackageReading => {
  const [head = '', policy = ''] = stdout.split('\npolicy=\n')
  const lines = head.split('\n')
  const field = (key: string) => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1)
  const [, , version] =
    lines
      .map((line) => line.replace(/^=/, '').split(' '))
      .find(([plain, whole, , status]) => (plain === name || whole === name) && status === 'installed') ?? []
  const candidate = candidateIn(policy, name)
  return {
    manager: field('manager') ?? 'none',
    present: version !== undefined,
    ...(version === undefined ? {} : { version }),
    ...(candidate === undefined ? {} : { candidate }),
    listsAge: Number(field('age') ?? 0),
  }
}

/** The section of a package begins with its name at the margin. */
const candidateIn = (policy: string, name: string): string | undefined => {
  const lines = policy.split('\n')
  const start = lines.indexOf(`${name}:`)
  if (start < 0) return undefined
  const found = lines.slice(start + 1, start + 3).find((line) => line.startsWith('  Candidate: '))
  const version = found?.slice('  Candidate: '.length)
  return version === undefined || version === '(none)' ? undefined : version
}
