/** What `copy` and `template` have in common: arguments about the file, and the plan that brings it there. */
import * as v from 'valibot'
import type { Diagnostic } from '../../model/document.ts'
import type { ArgumentProblem, Difference, Facts, Plan, Reading } from '../../model/task-type.ts'
import { type FileReading, files } from '../../readings/file.ts'
import { unsupported } from '../arguments/unsupported.ts'
import { modeFrom, modeProblems } from './mode.ts'
import { toldContent, toldContents } from './told.ts'
import {
  attributeDifferences,
  changeAttributes,
  type Place,
  putFile,
  restorable,
  sha256,
  toldAs,
  type Wish,
} from './write-file.ts'

const name = (description: string) =>
  v.optional(v.pipe(v.union([v.string(), v.pipe(v.number(), v.integer())]), v.description(description)))

export const destEntry = v.pipe(
  v.string(),
  v.description('The file to write: an absolute path, or a directory that the file goes into under its own name.'),
)

export const fileEntries = {
  owner: name('Its owner, by name or number. Unnamed, an owner that is there stays.'),
  group: name('Its group, by name or number. Unnamed, a group that is there stays.'),
  mode: v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.description(
        "Its mode, in octal like '0644' or in letters like u=rw,go=r. Unnamed, a mode that is there stays; a new file gets 0644.",
      ),
    ),
  ),
  validate: v.optional(
    v.pipe(
      v.string(),
      v.description('A shell command that must succeed before the file takes its place; %s is the file to look at.'),
    ),
  ),
  force: v.optional(
    v.pipe(v.boolean(), v.description('With `false` a file that is there stays as it is. Default true.')),
  ),
  backup: v.optional(
    v.pipe(
      v.literal(false, 'is not supported\nthe journal of the run keeps what the file held before'),
      v.description('Not supported: the journal of the run keeps what the file held before.'),
    ),
  ),
  follow: unsupported('name the file that a link points to'),
  attributes: unsupported('use `command: {argv: [chattr, …]}`'),
  seuser: unsupported('a file keeps its label, and a new one gets the label of its place'),
  serole: unsupported('a file keeps its label, and a new one gets the label of its place'),
  setype: unsupported('a file keeps its label, and a new one gets the label of its place'),
  selevel: unsupported('a file keeps its label, and a new one gets the label of its place'),
  unsafe_writes: unsupported('a file is always written beside its place and renamed'),
}

export interface FileArgs {
  readonly dest: string
  readonly owner?: string | number | undefined
  readonly group?: string | number | undefined
  readonly mode?: string | number | undefined
  readonly validate?: string | undefined
  readonly force?: boolean | undefined
}

/** The file to write; `into` is its name where `dest` turns out to be a directory. */
export interface FileWish {
  readonly args: FileArgs
  readonly content: Uint8Array
  readonly into: string | undefined
}

export const fileProblems = ({ dest, mode }: FileArgs, into: string | undefined): readonly ArgumentProblem[] => [
  ...destProblems(dest, into),
  ...modeProblems(mode),
]

const destProblems = (dest: string, into: string | undefined): readonly ArgumentProblem[] => {
  const wrong = (summary: string, hint: string) => [{ path: ['dest'], summary, hint }]
  if (!dest.startsWith('/')) return wrong(`\`${dest}\` is not an absolute path`, 'begin it with /')
  if (dest.endsWith('/') && into === undefined) return wrong(`\`${dest}\` names a directory`, 'name the file in it')
  if (/\/\.{0,2}(?:\/|$)/.test(dest.replace(/(?<=.)\/$/, '')))
    return wrong(`\`${dest}\` takes a detour`, 'write it without //, . and ..')
  return []
}

/** Where the file may go: `dest` itself, and in it. */
const pathsOf = (dest: string, into: string | undefined): readonly string[] => {
  const bare = dest.replace(/\/$/, '')
  if (into === undefined) return [dest]
  return dest.endsWith('/') ? [`${bare}/${into}`] : [dest, `${bare}/${into}`]
}

export const fileReadings = (dest: string, into: string | undefined): readonly Reading<FileReading>[] =>
  files(pathsOf(dest, into))

export const planFile = ({ args, content, into }: FileWish, facts: Facts): Plan => {
  const paths = pathsOf(args.dest, into)
  const readings = fileReadings(args.dest, into)
  const at = (index: number): Place | undefined => {
    const [path, reading] = [paths[index], readings[index]]
    return path === undefined || reading === undefined ? undefined : { path, reading, now: facts.of(reading) }
  }
  const first = at(0) as Place
  const place = (isDirectory(first.now) ? at(1) : undefined) ?? first
  if (args.force === false && place.now.kind !== 'absent') return { kind: 'changes', changes: [], wishes: [] }
  const problem = obstacle(place)
  return problem ? { kind: 'refuse', problem } : plan(wishOf(args, content, place), place)
}

const isDirectory = (now: FileReading): boolean => now.kind === 'other' && now.what === 'directory'

const wishOf = ({ owner, group, mode, validate }: FileArgs, content: Uint8Array, { path, now }: Place): Wish => ({
  path,
  content,
  mode: mode === undefined ? undefined : modeFrom(mode, (now.kind === 'file' ? now.mode : undefined) ?? '0644'),
  owner: owner?.toString(),
  group: group?.toString(),
  validate,
})

const plan = (wish: Wish, place: Place): Plan => {
  const { now } = place
  const same = now.kind === 'file' && now.sha256 === sha256(wish.content)
  const attributes = now.kind === 'file' ? attributeDifferences(wish, now) : []
  const changes = same
    ? toldAs(attributes, changeAttributes(wish, { ...place, now }))
    : toldAs([contentDifference(wish, now), ...attributes], putFile(wish, place))
  const notes =
    same || restorable(now) ? [] : [`${place.path} is larger than 64 KiB: its old content cannot be brought back`]
  return { kind: 'changes', changes, wishes: [place.reading], ...(notes.length > 0 ? { notes } : {}) }
}

const contentDifference = ({ path, content }: Wish, now: FileReading): Difference => {
  const after = { sha256: sha256(content), size: content.length, bytes: content }
  if (now.kind === 'file') return { what: path, ...toldContents(now, after) }
  return { what: path, from: 'absent', to: toldContent(after) }
}

/** What is there that no file is written over or through. */
const obstacle = ({ path, now }: Place): Diagnostic | undefined => {
  const refused = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })
  if (isDirectory(now)) return refused(`${path} is a directory`, `name the file in it, like ${path}/NAME`)
  if (now.kind === 'other') return refused(`${path} is a ${now.what}`, 'only regular files are written')
  if (now.kind === 'link')
    return refused(`${path} is a link to ${now.to}`, 'name the file that it points to, or remove the link first')
  if (now.kind === 'unreadable') return refused(`${path} cannot be read by this user`, 'set become: true')
  if (now.kind === 'absent' && now.parent === 'missing')
    return refused(
      `the directory ${path.slice(0, path.lastIndexOf('/'))} is not there`,
      'make it first; where this user may not look into it, set become: true',
    )
  return undefined
}
