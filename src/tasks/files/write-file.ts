import { createHash } from 'node:crypto'
import type { Change, Prediction, Reading, Step } from '../../model/task-type.ts'
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

type Effect = Pick<Change, 'steps' | 'undo' | 'leaves'>
type RegularFile = Extract<FileReading, { kind: 'file' }>

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
const afterPut = ({ content, mode, owner, group }: Wish, now: FileReading): RegularFile => {
  const kept = now.kind === 'file' ? now : undefined
  return {
    kind: 'file',
    sha256: sha256(content),
    size: content.length,
    mode: mode ?? (kept ? kept.mode : '0644'),
    ...owned(owner, kept && { owner: kept.owner, uid: kept.uid }),
    ...grouped(group, kept && { group: kept.group, gid: kept.gid }),
    ...(content.length > 65_536 ? {} : { bytes: content }),
  }
}

const isNumber = (name: string): boolean => /^\d+$/.test(name)
const owned = (wish: string | undefined, kept: Partial<RegularFile> = {}): Partial<RegularFile> =>
  wish === undefined ? kept : isNumber(wish) ? { uid: Number(wish) } : { owner: wish }
const grouped = (wish: string | undefined, kept: Partial<RegularFile> = {}): Partial<RegularFile> =>
  wish === undefined ? kept : isNumber(wish) ? { gid: Number(wish) } : { group: wish }

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
export const restore = ({ path, now }: Place): readonly Step[] => {
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
