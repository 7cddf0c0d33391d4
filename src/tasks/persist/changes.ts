import type { Change, Difference, Step } from '../../model/task-type.ts'
import { textOf } from '../../readings/file.ts'
import { type Effect, type Place, putFile, putLink, removeFile, toldAs } from '../files/write-file.ts'
import { scriptPath } from './boot-script.ts'
import type { IpvsEntries, NicVipEntries, SysctlEntries, VipEntries } from './entries.ts'
import type { Starter } from './starters.ts'

/** The text of a file of ours; '' where there is none. */
export const textAt = ({ now }: Place): string => (now.kind === 'file' && now.bytes && textOf(now.bytes)) || ''

const entryDifference = (what: string, from: string | undefined, to: string | undefined): Difference[] =>
  from === to ? [] : [{ what: `boot ${what}`, from: from ?? 'absent', to: to ?? 'absent' }]

export const sysctlDifferences = (from: SysctlEntries, to: SysctlEntries): readonly Difference[] =>
  [...new Set([...to.keys(), ...from.keys()])].flatMap((path) =>
    entryDifference(path.replaceAll('/', '.'), from.get(path), to.get(path)),
  )

export const vipDifferences = (from: VipEntries, to: VipEntries): readonly Difference[] => {
  const told = (entries: VipEntries, address: string): string | undefined => {
    const entry = entries.get(address)
    return entry && `on lo, scope ${entry.scope}${entry.label === undefined ? '' : `, label ${entry.label}`}`
  }
  return [...new Set([...to.keys(), ...from.keys()])].flatMap((address) =>
    entryDifference(address, told(from, address), told(to, address)),
  )
}

export const nicVipDifferences = (from: NicVipEntries, to: NicVipEntries): readonly Difference[] => {
  const told = (entries: NicVipEntries, address: string): string | undefined => {
    const device = entries.get(address)
    return device && `on ${device}`
  }
  return [...new Set([...to.keys(), ...from.keys()])].flatMap((address) =>
    entryDifference(address, told(from, address), told(to, address)),
  )
}

/** Server by server, in the words of ipvsadm. */
export const ipvsDifferences = (from: IpvsEntries, to: IpvsEntries): readonly Difference[] =>
  [...new Set([...to.keys(), ...from.keys()])].flatMap((name) => {
    const [old, next] = [serverLines(from.get(name)), serverLines(to.get(name))]
    return [...new Set([...next.keys(), ...old.keys()])].flatMap((server) =>
      entryDifference(server === '' ? name : `${server} of ${name}`, old.get(server), next.get(server)),
    )
  })

/** By server, what follows it in its line; the service itself under the empty text. */
const serverLines = (lines: readonly string[] = []): ReadonlyMap<string, string> =>
  new Map(
    lines.map((line) => {
      const [, server, rest] = / -r (\S+) (.*)$/.exec(line) ?? []
      return [server ?? '', rest ?? line.replace(/^\S+ (?:-A .* (?=-s ))?/, '')] as const
    }),
  )

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Makes a file of ours hold this text; undefined: makes it go. `differences` tell what of its content is new. */
export const contentChanges = (
  place: Place,
  text: string | undefined,
  differences: readonly Difference[],
): readonly Change[] => {
  if (text === undefined) {
    const gone = entryDifference(`file ${place.path}`, 'present', undefined)
    return place.now.kind === 'absent' ? [] : toldAs(differences.length > 0 ? differences : gone, removal(place))
  }
  if (place.now.kind === 'file' && textAt(place) === text) return []
  const from = place.now.kind === 'absent' ? 'absent' : 'another text'
  const whole = entryDifference(`file ${place.path}`, from, 'as persist writes it')
  return toldAs(differences.length > 0 ? differences : whole, written(place, text, '0644'))
}

/** A new file gets this mode, one that is there keeps its own. */
const written = (place: Place, text: string, mode: string, after: readonly Step[] = []): Effect => {
  const wish = { path: place.path, content: encode(text), ...(place.now.kind === 'absent' ? { mode } : {}) }
  const effect = putFile(wish, place, after)
  return place.now.kind === 'absent'
    ? { ...effect, undo: [...effect.undo, ...tidy(place), ...after] }
    : { ...effect, undo: [...effect.undo, ...after] }
}

const removal = (place: Place, after: readonly Step[] = []): Effect => {
  const effect = removeFile(place, [...tidy(place), ...after])
  return { ...effect, undo: [...effect.undo, ...after] }
}

const ownDirectory = scriptPath.slice(0, scriptPath.lastIndexOf('/'))

/** Our own directory goes with the last file in it. */
const tidy = ({ path }: Place): readonly Step[] =>
  path.startsWith(`${ownDirectory}/`)
    ? [{ kind: 'run', command: ['sh', '-c', 'rmdir "$1" 2>/dev/null; :', 'sh', ownDirectory] }]
    : []

/** Makes the init system run the boot script. `reload`: steps that tell a running one. */
export const starterChanges = (
  starter: Starter,
  at: { readonly file: Place; readonly link: Place },
  reload: readonly Step[],
): readonly Change[] => {
  const changes: Change[] = []
  if (textAt(at.file) !== starter.content) {
    const from = at.file.now.kind === 'absent' ? 'absent' : 'another text'
    const differences = entryDifference(`file ${starter.path}`, from, 'as persist writes it')
    changes.push(...toldAs(differences, written(at.file, starter.content, starter.mode, reload)))
  }
  if (at.link.now.kind === 'absent') {
    const directory = starter.link.slice(0, starter.link.lastIndexOf('/'))
    const effect = putLink(starter.path, at.link, reload)
    const steps: readonly Step[] = [{ kind: 'run', command: ['mkdir', '-p', directory] }, ...effect.steps]
    changes.push({ ...started('no', 'yes'), ...effect, steps, undo: [...effect.undo, ...reload] })
  }
  return changes
}

const started = (from: string, to: string): Difference => ({ what: 'boot script starts at boot', from, to })

/** Takes a starter away: first the link, so that nothing is started half. */
export const starterRemovals = (
  at: { readonly file: Place; readonly link: Place },
  reload: readonly Step[],
): readonly Change[] => [
  ...(at.link.now.kind === 'absent' ? [] : [{ ...started('yes', 'no'), ...removal(at.link, reload) }]),
  ...(at.file.now.kind === 'absent'
    ? []
    : toldAs(entryDifference(`file ${at.file.path}`, 'present', undefined), removal(at.file, reload))),
]
