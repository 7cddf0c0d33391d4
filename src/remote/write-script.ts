import type { Step, Test } from '../model/task-type.ts'
import { testCommand } from './host-tests.ts'
import { lock } from './lock.ts'
import { quote } from './quote.ts'
import { checkedName, exportLine, type Part, wholeScript, wholeSeconds, withParts } from './shell.ts'
import { stepLines } from './steps.ts'

export { pickUpScript } from './pick-up-script.ts'

/** A test of a reading, with the reading's key for whoever hears that it does not hold. */
export interface KeyedTest {
  readonly key: string
  readonly test: Test
}

/** What must hold before, what is done, and what must hold after. */
export interface WriteChange {
  readonly from: readonly KeyedTest[]
  readonly steps: readonly Step[]
  readonly proof: readonly KeyedTest[]
}

/** `index` names the task in its frames. `limit`: seconds for a step that names none. */
export interface WriteTask {
  readonly index: number
  readonly changes: readonly WriteChange[]
  readonly environment?: Readonly<Record<string, string>>
  /** Guards and VIPs are looked at around each of its steps. */
  readonly opaque: boolean
  readonly limit: number
  /** What its steps say is sent, and not kept in the journal on the host. */
  readonly private?: boolean
}

/** Where the kernel's settings and root's runtime directory are; other than the default only in tests. */
export interface Roots {
  readonly sys?: string
  readonly run?: string
}

export interface WriteRequest {
  readonly nonce: string
  readonly run: string
  /** "user@controller, run R": what another run is told while it waits. */
  readonly owner: string
  /** Seconds to wait for the host's lock. */
  readonly lockWait: number
  readonly tasks: readonly WriteTask[]
  /** What each task wishes to hold when all is done. */
  readonly atEnd: readonly { readonly index: number; readonly tests: readonly KeyedTest[] }[]
  readonly roots?: Roots
}

/**
 * The script that changes a host, under the host's lock and with all its frames in a journal on the host: each task between
 * `begin` and `end`, the last look, then `done`. The first thing that is not as it should be says its `end` and ends the script.
 */
export const writeScript = (request: WriteRequest): string => {
  const parts = new Set<Part>([says, lock])
  const body = request.tasks.flatMap((task) => taskLines(task, request.nonce, parts))
  const look = request.atEnd.flatMap(({ index, tests }) => {
    const task = request.tasks.find((candidate) => candidate.index === index)
    return [
      `t=${index} c=-1 L=${wholeSeconds(task?.limit ?? 60)}`,
      environmentLine(task?.environment),
      ...keyed(tests, 'untaken', parts),
    ]
  })
  return wholeScript(request.nonce, [
    `S=${quote(request.roots?.sys ?? '/proc/sys')} H=${quote(request.roots?.run ?? '/run/ipvs-play')} C=$1`,
    `R=${checkedName('run', request.run)} Y=${quote(request.owner.replace(/\s+/g, ' '))} W=${Math.ceil(request.lockWait)}`,
    ...withParts(parts, [...body, ...look, 'say Z 0 0 0 0 0', 'finish']),
  ])
}

/** Frames, on the channel and in the journal, and the ways out. In $F is what a test found. */
const says: Part = {
  lines: `t=0 c=0 s=0 Q= O=
frame() { printf '%s %s %s %s %s %s %s %s %s\\n%s%s\\n' $N $1 $2 $3 $4 $5 $6 \${#7} \${#8} "$7" "$8"; }
say() { if [ "$O" ]; then frame $1 $2 $3 $4 $5 $6 '' ''; else frame "$@"; fi >&8; frame "$@"; } 2>/dev/null
finish() { [ -z "$D" ] || leave; exit 0; }
result() { say S $t $c $s $1 0 "$2" "$3"; }
failed() { [ -z "$Q" ] || unbroken; say F $t $c $s $1 \${4:-0} "$2" "$3"; finish; }
refused() { say X $t $c $s $1 0 "$F"; finish; }
moved() { say M $t $c 0 0 0 "$1" "$F"; finish; }
untaken() { say D $t $c 0 0 0 "$1" "$F"; finish; }
begin() { t=$1 L=$2 O=$3 Q=; say B $t 0 0 0 0; }
ended() { say E $t 0 0 0 0; O=; }`,
}

/** An opaque step must not leave a VIP on lo answering ARP where none did before. */
const invariants: Part = {
  needs: [testCommand({ kind: 'guarded' }).part],
  lines: `exposed() {
V=
IFS=$NL
for l in $(ip -o -4 addr show dev lo 2>/dev/null); do unset IFS; set -- $l; case $3:$4 in inet:127.*) ;; inet:*) V="$V\${V:+, }$4" ;; esac; done
unset IFS
[ "$V" ] && ! guarded
}
watch() { Q=; exposed || Q=1; }
unbroken() { [ -z "$Q" ] || ! exposed || { say K $t 0 0 0 0 "$V on lo while $F"; finish; }; }`,
}

const taskLines = (task: WriteTask, nonce: string, parts: Set<Part>): string[] => {
  if (task.opaque) parts.add(invariants)
  return [
    environmentLine(task.environment),
    `begin ${task.index} ${wholeSeconds(task.limit)}${task.private ? ' 1' : ''}`,
    ...(task.opaque ? ['watch'] : []),
    ...task.changes.flatMap((change, number) => [
      `c=${number}`,
      ...keyed(change.from, 'moved', parts),
      ...change.steps.flatMap((step, place) => {
        const { parts: used, lines } = stepLines(step, place, { nonce, limit: task.limit })
        for (const part of used) parts.add(part)
        return task.opaque ? [...lines, 'unbroken'] : lines
      }),
      ...keyed(change.proof, 'untaken', parts),
    ]),
    'ended',
  ]
}

const keyed = (tests: readonly KeyedTest[], otherwise: string, parts: Set<Part>): string[] =>
  tests.map(({ key, test }) => {
    const { part, command } = testCommand(test)
    parts.add(part)
    return `${command} || ${otherwise} ${quote(key)}`
  })

const environmentLine = (environment: WriteTask['environment']): string =>
  `environment() { ${exportLine(environment) || ':'}; }`
