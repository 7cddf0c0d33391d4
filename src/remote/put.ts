import { posix } from 'node:path'
import type { Step } from '../model/task-type.ts'
import { quote, quoteAll } from './quote.ts'
import { type Part, timeLimit } from './shell.ts'

type PutStep = Extract<Step, { kind: 'put' }>

/** The step's lines: a function that prints the content, then the call. The path is absolute and normal. */
export const putLines = (step: PutStep, nonce: string): readonly string[] => {
  const temporary = posix.join(posix.dirname(step.path), `.${posix.basename(step.path)}.${nonce}`)
  const words = [step.path, temporary, step.mode ?? '', step.owner ?? '', step.group ?? '']
  return [
    'content() {',
    ...contentLines(step.content),
    '}',
    `put ${quoteAll([...words, step.validate === undefined ? '' : validation(step.validate, temporary)])}`,
  ]
}

/** `%s` may stand in quotes of the user's own; a plain path is right there too. */
const validation = (command: string, temporary: string): string =>
  command.replaceAll('%s', /^[\w./@:+-]+$/.test(temporary) ? () => temporary : () => quote(temporary))

/** Bytes a `printf` gets at once: below the limit for one argument of a process, should it not be built in. */
const CHUNK = 32_768

/** Prints exactly these bytes. Text goes as it is; bytes that a string cannot carry go as octal escapes. */
const contentLines = (content: Uint8Array): string[] => {
  const text = textOf(content)
  const words =
    text === undefined
      ? chunks(content.length, CHUNK / 4, (from, to) => `printf '${escaped(content.subarray(from, to))}' || return`)
      : chunks(text.length, CHUNK / 4, (from, to) => `printf %s ${quote(text.slice(from, to))} || return`, text)
  return [...words, ':']
}

const textOf = (content: Uint8Array): string | undefined => {
  if (content.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return undefined
  }
}

const chunks = (length: number, size: number, line: (from: number, to: number) => string, text?: string): string[] => {
  const lines: string[] = []
  for (let from = 0; from < length; ) {
    let to = Math.min(from + size, length)
    // A pair of surrogates is one character of UTF-8 and stays together.
    if (text !== undefined && to < length && isLowSurrogate(text.charCodeAt(to))) to++
    lines.push(line(from, to))
    from = to
  }
  return lines
}

const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** For the format of printf: letters and digits as they are, three octal digits for all else. */
const escaped = (bytes: Uint8Array): string => {
  let text = ''
  for (const byte of bytes) text += OCTAL[byte]
  return text
}

const OCTAL: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9 ._:/=]/.test(character) ? character : `\\${byte.toString(8).padStart(3, '0')}`
})

/**
 * Writes the content to a new file beside the target and renames it over. $1 target, $2 temporary file, $3 mode, $4 owner,
 * $5 group, $6 validation. An existing target gives owner, mode and label where nothing else is wished; a new one is 0644.
 * A link is followed only within its directory. Whatever fails, no temporary file stays. dash says only "I/O error" where
 * the kernel said why: `cat` then tries once more and has the kernel's word.
 */
export const put: Part = {
  needs: [timeLimit],
  lines: `unfit() { failed 1 '' "$1"; }
undo() { r=$?; rm -f "$X"; failed \${2:-$r} '' "$1"; }
place() {
d=\${P%/*}; d=\${d:-/}
[ -d "$d" ] || case $d/ in
/etc/*) x=$(mkdir -p "$d" 2>&1) || unfit "$x" ;;
*) unfit "$d: no such directory" ;;
esac
d=$(cd "$d" && pwd -P) || unfit "$d cannot be entered"
if [ -L "\${P%/*}" ]; then
x=\${P%/*}; x=$(cd "\${x%/*}/" && pwd -P)
case $d in "\${x%/}"/*) ;; *) unfit "\${P%/*} is a link to $d, out of its directory" ;; esac
fi
if [ -L "$P" ]; then
x=$(readlink -f "$P")
[ "\${x%/*}" = "\${d%/}" ] || unfit "$P is a link to \${x:-nowhere}, out of its directory"
P=$x
fi
[ ! -d "$P" ] || unfit "$P is a directory"
[ ! -e "$P" ] || [ -f "$P" ] || unfit "$P is a special file"
}
attributes() {
if [ -e "$P" ]; then
set -- $(stat -c '%a %u %g' "$P")
M=\${M:-$1} O=\${O:-$2} G=\${G:-$3}
if [ -d /sys/fs/selinux ]; then chcon --reference="$P" "$X" 2>/dev/null; fi
fi
[ -z "$O$G" ] || chown "$O\${G:+:$G}" "$X" || return
chmod "\${M:-644}" "$X"
}
told() { rm -f "$X"; x=$( { set -C; umask 077; content 2>/dev/null | cat >"$X"; } 2>&1); }
put() {
P=$1 X=$2 M=$3 O=$4 G=$5
place
[ ! -e "$X" ] || unfit "$X is there already"
x=$( { set -C; umask 077; content >"$X"; } 2>&1) || told || undo "$x"
x=$(attributes 2>&1) || undo "$x"
if [ "$6" ]; then x=$(environment; trap - PIPE TERM; exec 2>&1 8>&- 9>&-; $T $L sh -c "$6") || undo "validation failed: $x"; fi
y=; [ -e "$P" ] || y=new
x=$(mv -f "$X" "$P" 2>&1) || undo "$x"
if [ "$y" ] && [ -d /sys/fs/selinux ]; then restorecon "$P" 2>/dev/null; fi
:
}`,
}
