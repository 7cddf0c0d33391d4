import { type Assignment, ownSysctlFile, parseAssignment, type SysctlFile } from '../../readings/sysctl-d.ts'
import { canonicalPath, namesOf } from './entries.ts'

/** How the files of a host come together at boot. systemd-sysctl runs at boot; packages and people run `sysctl --system`. */
export type Loader = 'systemd-sysctl' | 'sysctl --system'

/** Another file that has the last word on one of our keys. `value` is as that file writes it. */
export interface Override {
  readonly key: string
  readonly value: string
  readonly path: string
  readonly loaders: readonly Loader[]
}

const directories = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d']
const loaders: readonly Loader[] = ['systemd-sysctl', 'sysctl --system']

/**
 * The files that would override ours at boot, by key, in the order of ours.
 * `ours`: what our own file will hold, path below /proc/sys → value. A file that sets the same value is no override.
 */
export const overrides = (files: readonly SysctlFile[], ours: ReadonlyMap<string, string>): readonly Override[] => {
  const own = { path: ownSysctlFile, lines: [...ours].map(([key, value]) => `${key} = ${value}`) }
  const parsed = [...files, own].map(assignmentsOf)
  const merged = loaders.map((loader) => winners(parsed, loader, ours))
  return [...ours].flatMap(([key, value]) => {
    const found: Override[] = []
    for (const [index, loader] of loaders.entries()) {
      const winner = merged[index]?.get(key)
      if (winner === undefined || winner.path === ownSysctlFile || sameValue(winner.value, value)) continue
      const same = found.findIndex((other) => other.path === winner.path && other.value === winner.value)
      if (same < 0) found.push({ key, ...winner, loaders: [loader] })
      else found[same] = { ...(found[same] as Override), loaders }
    }
    return found
  })
}

/**
 * The files that a loader applies, in its order. Both sort by base name over all directories, and of one name take the
 * first directory's; procps applies /etc/sysctl.conf last (src/sysctl.c), systemd only knows it through a link.
 */
export const loadOrder = <File extends { readonly path: string }>(
  files: readonly File[],
  loader: Loader,
): readonly File[] => {
  const byName = new Map<string, File>()
  for (const directory of directories) {
    for (const file of files) {
      const name = file.path.slice(file.path.lastIndexOf('/') + 1)
      if (file.path === `${directory}/${name}` && !byName.has(name)) byName.set(name, file)
    }
  }
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file)
  const last = loader === 'sysctl --system' ? files.filter(({ path }) => path === '/etc/sysctl.conf') : []
  return [...sorted, ...last]
}

interface Winner {
  readonly value: string
  readonly path: string
}

interface Parsed {
  readonly path: string
  readonly assignments: readonly (Assignment & { readonly path: string })[]
}

/** Most hosts have the same files, and then the very same objects. */
const known = new WeakMap<SysctlFile, Parsed>()

const assignmentsOf = (file: SysctlFile): Parsed => {
  const parsed = known.get(file) ?? parseFile(file)
  known.set(file, parsed)
  return parsed
}

const parseFile = ({ path, lines }: SysctlFile): Parsed => ({
  path,
  assignments: lines.flatMap((line) => {
    const assignment = parseAssignment(line)
    return assignment === undefined ? [] : [{ ...assignment, path }]
  }),
})

/** The last word on each of our keys. A key that some file names itself is not reached by globs, in whatever order. */
const winners = (
  files: readonly Parsed[],
  loader: Loader,
  ours: ReadonlyMap<string, string>,
): ReadonlyMap<string, Winner> => {
  const entries = loadOrder(files, loader).flatMap(({ assignments }) => assignments)
  const named = new Set(entries.filter(({ key }) => !isGlob(key)).map(({ key }) => key))
  const last = new Map<string, Winner>()
  for (const { key, value, path } of entries) {
    if (value === undefined) continue
    for (const reached of isGlob(key) ? globbed(key, ours, named) : [canonicalPath(key)])
      last.set(reached, { value, path })
  }
  return last
}

const isGlob = (key: Assignment['key']): boolean => /[*?[]/.test(key)

const globbed = (glob: string, ours: ReadonlyMap<string, string>, named: ReadonlySet<string>): string[] => {
  const pattern = globPattern(glob)
  return [...ours.keys()].filter((key) => namesOf(key).some((name) => !named.has(name) && pattern.test(name)))
}

/** A glob matches within one component of the path. */
const globPattern = (glob: string): RegExp => {
  const source = glob.replace(/\[!?[^\]/]+\]|[\s\S]/g, (part) => {
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.length > 1) return part.replace('[!', '[^').replaceAll('\\', '\\\\')
    return part.replace(/[.*+?^${}()|[\]\\]/, '\\$&')
  })
  try {
    return new RegExp(`^${source}$`)
  } catch {
    return /$^/
  }
}

/** Of a line for a number the kernel takes the first word (`1 # comment` is 1), with C's bases. */
const sameValue = (theirs: string, ours: string): boolean => {
  const [wish, ...more] = ours.trim().split(/\s+/)
  const words = theirs.trim().split(/\s+/)
  if (more.length > 0) return words.join(' ') === [wish, ...more].join(' ')
  return words[0] === wish || integer(words[0]) === integer(wish)
}

const integer = (word: string | undefined): number => {
  const [, sign, digits = ''] = /^([+-]?)(0x[\da-f]+|\d+)$/i.exec(word ?? '') ?? []
  const octal = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits)
  return digits === '' ? Number.NaN : sign === '-' ? -octal : octal
}
