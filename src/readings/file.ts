import { createHash } from 'node:crypto'
import type { Command, CommandResult, FileState, Reading, Source, Test } from '../model/task-type.ts'

/**
 * What is at a path, symbolic links not followed.
 * - `absent`: nothing; `parent` says when the directory that would hold it is missing too (or may not be entered).
 * - `file`: `sha256` in hex; `mode` four digits; `owner` and `group` names, `uid` and `gid` numbers. What a prediction
 *   does not know (the owner of a file that is yet to be made) is undefined. `bytes`: exactly what the file holds;
 *   undefined when that is more than 64 KiB.
 * - `unreadable`: it is there, but this user may not read it.
 */
export type FileReading =
  | { readonly kind: 'absent'; readonly parent?: 'missing' }
  | {
      readonly kind: 'file'
      readonly sha256: string
      readonly size: number
      readonly mode?: string | undefined
      readonly owner?: string | undefined
      readonly group?: string | undefined
      readonly uid?: number | undefined
      readonly gid?: number | undefined
      readonly bytes?: Uint8Array | undefined
    }
  | { readonly kind: 'link'; readonly to: string }
  | { readonly kind: 'other'; readonly what: string }
  | { readonly kind: 'unreadable' }

/** Files up to this size are read whole. */
const wholeUpTo = 65_536

// Sections begin with `@`, which base64 and hex never hold. base64 is not in POSIX, od is. What is read whole is hashed
// by who reads it: every process that a host need not start counts.
const script = `n=0
for f do
printf '@%s ' $n; n=$((n+1))
if [ -L "$f" ]; then printf 'link '; readlink "$f" | tr '\\n' ' '; echo
elif [ -f "$f" ]; then
if [ ! -r "$f" ] || ! s=$(stat -c '%s %a %u %g %U %G' "$f"); then echo unreadable
elif [ "\${s%% *}" -gt ${wholeUpTo} ]; then
if h=$(sha256sum <"$f"); then echo "file $s \${h%% *}"; else echo unreadable; fi
else
echo "file $s"
{ base64 <"$f" || { echo '@hex'; od -An -v -tx1 <"$f"; }; } 2>/dev/null
fi
elif [ -d "$f" ]; then echo 'other directory'
elif [ -e "$f" ]; then echo 'other special file'
elif [ ! -d "\${f%/*}/" ]; then echo orphan
elif [ ! -x "\${f%/*}/" ]; then echo unreadable
else echo absent; fi
done`

/**
 * Several files in one command: the readings share its source. Paths are absolute.
 * Works with dash, bash and busybox; needs sha256sum and stat -c, which coreutils and busybox have.
 */
export const files = (paths: readonly string[]): readonly Reading<FileReading>[] => {
  const command: Command = ['sh', '-c', script, 'sh', ...paths]
  const source: Source = { key: `files:${paths.join(' ')}`, command }
  return paths.map((path, index) => ({
    key: `file:${path}`,
    source,
    parse: (result: CommandResult) => parseSection(result.stdout, index),
    test: (value: FileReading) => tests(path, value),
  }))
}

/** One file. Its key is the same as in `files`. */
export const file = (path: string): Reading<FileReading> => files([path])[0] as Reading<FileReading>

const tests = (path: string, value: FileReading): readonly Test[] =>
  value.kind === 'unreadable' ? [] : [{ kind: 'file', path, is: stateOf(value) }]

const stateOf = (value: Exclude<FileReading, { kind: 'unreadable' }>): FileState => {
  if (value.kind === 'absent') return { kind: 'absent' }
  if (value.kind !== 'file') return value
  const owner = value.owner ?? value.uid?.toString()
  const group = value.group ?? value.gid?.toString()
  return {
    kind: 'file',
    sha256: value.sha256,
    ...(value.mode === undefined ? {} : { mode: value.mode }),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
  }
}

/** A section that is missing (the command did not run) reads as `unreadable`. */
const parseSection = (stdout: string, index: number): FileReading => {
  const mark = `@${index} `
  const start = stdout.startsWith(mark) ? 0 : stdout.indexOf(`\n${mark}`) + 1
  if (start === 0 && !stdout.startsWith(mark)) return { kind: 'unreadable' }
  const lineEnd = stdout.indexOf('\n', start)
  if (lineEnd < 0) return { kind: 'unreadable' }
  const [kind = '', ...words] = stdout.slice(start + mark.length, lineEnd).split(' ')
  const rest = words.join(' ').trimEnd()
  if (kind === 'absent') return { kind }
  if (kind === 'orphan') return { kind: 'absent', parent: 'missing' }
  if (kind === 'link') return { kind, to: rest }
  if (kind === 'other') return { kind, what: rest }
  if (kind !== 'file') return { kind: 'unreadable' }
  const next = stdout.indexOf(`\n@${index + 1} `, lineEnd)
  return parseFile(words, stdout.slice(lineEnd + 1, next < 0 ? undefined : next))
}

const parseFile = (words: readonly string[], body: string): FileReading => {
  const [size = '', mode = '', uid = '', gid = '', owner = '', group = '', sha256] = words
  const bytes = sha256 === undefined ? decode(body) : undefined
  return {
    kind: 'file',
    ...(bytes === undefined
      ? { sha256: sha256 ?? '', size: Number(size) }
      : { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length, bytes }),
    mode: mode.padStart(4, '0'),
    uid: Number(uid),
    gid: Number(gid),
    ...named('owner', owner),
    ...named('group', group),
  }
}

/** `stat` says UNKNOWN for a number without a name. */
const named = (key: 'owner' | 'group', name: string) => (name === 'UNKNOWN' || name === '' ? {} : { [key]: name })

const decode = (body: string): Uint8Array => {
  const hex = body.indexOf('@hex\n')
  return hex < 0 ? Buffer.from(body, 'base64') : Buffer.from(body.slice(hex + 5).replace(/\s+/g, ''), 'hex')
}

/** The bytes as text; undefined when they are not UTF-8 text. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
