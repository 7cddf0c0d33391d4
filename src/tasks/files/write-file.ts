import { createHash } from 'node:crypto'
import type { Change, Difference, Prediction, Reading, Step } from '../../model/task-type.ts'
import type { FileReading } from '../../readings/file.ts'

/** A file to be written. Owner and group: a name or a number. What is not named stays, or is the writer's default. */
export interface Wish {
  readonly path: string
  readonly content: Uint8Array
  readonly mode?: string | undefined
  readonly owner?: string | undefined
  readonly group?: string | undefined
  readonly validate?: string | undefined
}

/** A path with what is there now. */
export interface Place {
  readonly path: string
  readonly reading: Reading<FileReading>
  readonly now: FileReading
}

export type Effect = Pick<Change, 'steps' | 'undo' | 'leaves'>
export type RegularFile = Extract<FileReading, { kind: 'file' }>

export const sha256 = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')

/** Puts the file there, whole. `after` follows in the same change. */
export const putFile = (wish: Wish, place: Place, after: readonly Step[] = []): Effect => {
  const { path, content, mode, owner, group, validate } = wish
  const put: Step = {
    kind: 'put',
    path,
    content,
    ...(mode === undefined ? {} : { mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(validate === undefined ? {} : { validate }),
  }
  return {
    steps: [put, ...after],
    undo: restore(place),
    leaves: [{ reading: place.reading, value: afterPut(wish, place.now) }],
  }
}

/** The reading of a file that was put: what the wish does not name is kept, or not known where there was none. */
const afterPut = (wish: Wish, now: FileReading): RegularFile => {
  const { content } = wish
  const kept: Attributes = now.kind === 'file' ? attributesOf(now) : { mode: '0644' }
  return {
    kind: 'file',
    sha256: sha256(content),
    size: content.length,
    ...(content.length > 65_536 ? {} : { bytes: content }),
    ...attributesAfter(wish, kept),
  }
}

type Attributes = Pick<RegularFile, 'mode' | 'owner' | 'group' | 'uid' | 'gid'>

const attributesOf = ({ mode, owner, group, uid, gid }: RegularFile): Attributes => ({ mode, owner, group, uid, gid })

const isNumber = (name: string): boolean => /^\d+$/.test(name)

/** Of a name the number is not known, and of a number not the name. */
const attributesAfter = ({ mode, owner, group }: Wish, kept: Attributes): Attributes => {
  const { owner: oldOwner, uid: oldUid, group: oldGroup, gid: oldGid } = kept
  return {
    mode: mode ?? kept.mode,
    ...(owner === undefined
      ? { owner: oldOwner, uid: oldUid }
      : isNumber(owner)
        ? { owner: undefined, uid: Number(owner) }
        : { owner, uid: undefined }),
    ...(group === undefined
      ? { group: oldGroup, gid: oldGid }
      : isNumber(group)
        ? { group: undefined, gid: Number(group) }
        : { group, gid: undefined }),
  }
}

/** Owner, group and mode that are not as wished. What an earlier task of the round leaves open is told as `unknown`. */
export const attributeDifferences = ({ path, owner, group, mode }: Wish, now: RegularFile): readonly Difference[] => {
  const difference = (what: string, wish: string | undefined, is: readonly (string | undefined)[]): Difference[] =>
    wish === undefined || is.includes(wish)
      ? []
      : [{ what: `${what} of ${path}`, from: is.find((name) => name !== undefined) ?? 'unknown', to: wish }]
  return [
    ...difference('owner', owner, [now.owner, now.uid?.toString()]),
    ...difference('group', group, [now.group, now.gid?.toString()]),
    ...difference('mode', mode, [now.mode]),
  ]
}

/** Gives a file that is there the owner, group and mode of the wish. */
export const changeAttributes = (wish: Wish, place: Place & { readonly now: RegularFile }): Effect => {
  const { path, reading, now } = place
  const old = attributesOf(now)
  return {
    steps: attributeSteps(path, { owner: wish.owner, group: wish.group, mode: wish.mode ?? now.mode }),
    undo: attributeSteps(path, {
      owner: wish.owner && (old.owner ?? old.uid?.toString()),
      group: wish.group && (old.group ?? old.gid?.toString()),
      mode: old.mode,
    }),
    leaves: [{ reading, value: { ...now, ...attributesAfter(wish, old) } }],
  }
}

/** The mode comes last: a change of owner takes set-user-ID bits away. */
const attributeSteps = (
  path: string,
  { owner, group, mode }: Pick<Wish, 'owner' | 'group' | 'mode'>,
): readonly Step[] => {
  const steps: Step[] = []
  if (owner ?? group) steps.push({ kind: 'run', command: ['chown', `${owner ?? ''}${group ? `:${group}` : ''}`, path] })
  if (mode) steps.push({ kind: 'run', command: ['chmod', mode, path] })
  return steps
}

/**
 * One effect told as several differences: the first carries it, so that none is reported done when it fails.
 * The others have no steps of their own.
 */
export const toldAs = (differences: readonly Difference[], effect: Effect): readonly Change[] =>
  differences.map((difference, index) =>
    index === 0 ? { ...difference, ...effect } : { ...difference, steps: [], undo: [], leaves: [] },
  )

/** Takes whatever lies there away; a link itself, not what it points to. */
export const removeFile = (place: Place, after: readonly Step[] = []): Effect => ({
  steps: [{ kind: 'run', command: ['rm', '-f', '--', place.path] }, ...after],
  undo: restore(place),
  leaves: [{ reading: place.reading, value: { kind: 'absent' } }],
})

/** Makes a link where nothing is. */
export const putLink = (to: string, place: Place, after: readonly Step[] = []): Effect => ({
  steps: [{ kind: 'run', command: ['ln', '-s', to, place.path] }, ...after],
  undo: restore(place),
  leaves: [{ reading: place.reading, value: { kind: 'link', to } } satisfies Prediction<FileReading>],
})

/** Can what is there be put back exactly? */
export const restorable = (now: FileReading): boolean =>
  now.kind === 'absent' || now.kind === 'link' || (now.kind === 'file' && now.bytes !== undefined)

/** Puts back what is there now; nothing where that cannot be done (see `restorable`). */
const restore = ({ path, now }: Place): readonly Step[] => {
  if (now.kind === 'absent') return [{ kind: 'run', command: ['rm', '-f', '--', path] }]
  if (now.kind === 'link') return [{ kind: 'run', command: ['ln', '-sfn', now.to, path] }]
  if (now.kind !== 'file' || now.bytes === undefined) return []
  const owner = now.owner ?? now.uid?.toString()
  const group = now.group ?? now.gid?.toString()
  return [
    {
      kind: 'put',
      path,
      content: now.bytes,
      ...(now.mode === undefined ? {} : { mode: now.mode }),
      ...(owner === undefined ? {} : { owner }),
      ...(group === undefined ? {} : { group }),
    },
  ]
}
