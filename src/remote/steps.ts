import type { Step } from '../model/task-type.ts'
import { absolutePath, systemPath, testCommand } from './host-tests.ts'
import { put, putLines } from './put.ts'
import { quote, quoteAll } from './quote.ts'
import { type Part, timeLimit, uptime, wholeSeconds } from './shell.ts'

/** Shell lines, and the parts that they call. */
export interface Lines {
  readonly parts: readonly Part[]
  readonly lines: readonly string[]
}

/**
 * A step: its tests, then what it does. What fails says its frame and ends the script.
 * `limit`: seconds for a command that names none.
 */
export const stepLines = (step: Step, number: number, { nonce, limit }: { nonce: string; limit: number }): Lines => {
  const tests = (step.requires ?? []).map(testCommand)
  const action = actionLines(step, nonce, limit)
  return {
    parts: [...tests.map(({ part }) => part), ...action.parts],
    lines: [`s=${number}`, ...tests.map(({ command }, test) => `${command} || refused ${test}`), ...action.lines],
  }
}

const actionLines = (step: Step, nonce: string, limit: number): Lines => {
  switch (step.kind) {
    case 'set':
      return { parts: [set], lines: [`set_value ${quote(systemPath(step.path))} ${quote(step.value)}`] }
    case 'put':
      return { parts: [put], lines: putLines({ ...step, path: absolutePath(step.path) }, nonce) }
    case 'run': {
      const words = `${wholeSeconds(step.limit ?? limit)} ${quote(step.chdir ?? '')} ${quoteAll(step.command)}`
      const lines = [`run ${words}`]
      return { parts: [run], lines: step.stdin === undefined ? lines : [`I=${quote(step.stdin)}`, ...lines, 'unset I'] }
    }
  }
}

/**
 * One write to a file below /proc/sys. dash says only "I/O error" where the kernel said why: `tee` then tries once more and
 * has the kernel's word. Whether the value took is for the proof to say.
 */
const set: Part = {
  lines: `set_value() {
f=$S/$1
[ -e "$f" ] || failed 1 '' "$f: no such file"
x=$( { printf '%s\\n' "$2" >"$f"; } 2>&1) && return
x=$( { printf '%s\\n' "$2" | tee "$f" >/dev/null; } 2>&1) || failed 1 '' "$x"
}`,
}

/** Bytes kept of what a command prints on one stream. */
const CUT = 1_048_576
/** The same where no file may hold it: the line from which nothing is kept. */
const LINES = 20_001

/**
 * A command with its own limit. Its output goes to files, so that a daemon which it leaves behind holds neither the channel
 * nor the lock: a step ends when its process ends. Where the script has no directory of its own, output comes as one text
 * through a `sed` that stops at the last line of ours and passes
 * so many lines at most.
 */
const run: Part = {
  needs: [timeLimit, uptime],
  lines: `start() (
environment
[ -z "$K" ] || cd "$K" >/dev/null || exit 1
exec 8>&- 9>&-
trap - PIPE TERM
$T "$@"
)
feed() { if [ "\${I+x}" ]; then printf %s "$I" 2>/dev/null | start "$@"; else start "$@"; fi; }
caught() { dd bs=${CUT} count=1 <"$1" 2>/dev/null; [ "$(wc -c <"$1")" -le ${CUT} ] || printf '\\n(cut at 1 MiB)\\n'; printf x; }
text() { X=; [ ! -s "$1" ] || X=$(caught "$1"); X=\${X%x}; }
run() {
k=$1 K=$2; shift 2
set -- $k "$@"
now; u=$U
if [ "$D" ]; then
feed "$@" >"$J.out" 2>"$J.err"; r=$?
text "$J.out"; o=$X
text "$J.err"; e=$X
rm -f "$J.out" "$J.err"
else
o=$({ feed "$@" 2>&1; printf '\\n%s %s\\n' $N $?; } | sed -e "/^$N /q" -e '${LINES}s/.*/(cut here)/' -e '${LINES},$!b' -e '${LINES}!d') e=
r=\${o##*$N } o=\${o%?$N *}
fi
now; U=$((U-u)) x=0
case $r in 124|137|143) [ $U -lt $k ] || x=1 ;; esac
if [ $r = 0 ]; then result 0 "$o" "$e"; else failed $r "$o" "$e" $x; fi
}`,
}
