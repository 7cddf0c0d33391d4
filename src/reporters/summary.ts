import type { HostRecap, RunEvent } from '../model/event.ts'
import type { Difference } from '../model/task-type.ts'
import { textWidth } from '../text-width.ts'
import type { Paint } from './paint.ts'
import { oneLine, plural, printable, someNames } from './printable.ts'

/** Collects what the end of a run tells a person: differences, recap, and last what is wrong and how to go on. */
export interface Summary {
  see(event: RunEvent): void
  /** `rows` and `columns`: the room on a screen; what is wrong is then cut to it, the worst kept, and the rest counted. */
  lines(
    paint: Paint,
    options: { readonly diff: boolean; readonly rows?: number; readonly columns?: number },
  ): readonly string[]
}

interface Trouble {
  readonly kind: 'failed' | 'ignored' | 'rescued' | 'unreachable' | 'locked'
  text: string
  readonly hint: string | undefined
  readonly hosts: string[]
}
/** `(192.0.2.21:22)`: hosts that differ in it alone share one reason. */
const endpoint = / \([^()\s]+:\d+\)/g

interface DiffGroup {
  readonly task: string
  readonly status: string
  readonly differences: readonly Difference[]
  readonly hosts: string[]
  /** The task's own word. */
  readonly diff: boolean | undefined
}

export const createSummary = (): Summary => {
  const troubles = new Map<string, Trouble>()
  const diffs = new Map<string, DiffGroup>()
  const notes = new Map<string, string[]>()
  const behind = new Set<string>()
  let halted: Extract<RunEvent, { type: 'rollout-halted' }> | undefined
  let interrupted: string | undefined
  let finished: Extract<RunEvent, { type: 'run-finished' }> | undefined
  let check = false
  let run = ''

  const trouble = (kind: Trouble['kind'], host: string, text: string, hint: string | undefined) => {
    const shared = text.replace(endpoint, '')
    const key = `${kind}\n${shared}\n${hint}`
    const known = troubles.get(key)
    if (known === undefined) troubles.set(key, { kind, text, hint, hosts: [host] })
    else {
      known.text = shared
      known.hosts.push(host)
    }
  }
  const seeTask = (event: Extract<RunEvent, { type: 'task-finished' }>) => {
    if (event.behind_unknown) behind.add(event.task_id)
    for (const note of event.notes ?? []) notes.set(note, [...(notes.get(note) ?? []), event.host])
    if (event.status === 'failed')
      trouble(
        event.ignored ? 'ignored' : event.rescued ? 'rescued' : 'failed',
        event.host,
        `${event.task} (${event.where})\n${event.reason ?? ''}`,
        event.hint,
      )
    if (event.differences.length === 0) return
    const key = `${event.task_id}\n${event.status}\n${JSON.stringify(event.differences)}`
    const group = diffs.get(key) ?? {
      task: event.task,
      status: event.status,
      differences: event.differences,
      hosts: [],
      diff: event.diff,
    }
    group.hosts.push(event.host)
    diffs.set(key, group)
  }
  return {
    see: (event) => {
      if (event.type === 'run-started') ({ check, run } = event)
      if (event.type === 'task-finished' && event.item === undefined) seeTask(event)
      if (event.type === 'host-unreachable')
        trouble(
          event.ignored ? 'ignored' : 'unreachable',
          event.host,
          `${event.reason} (touched: ${event.touched})`,
          event.hint,
        )
      if (event.type === 'host-locked') trouble('locked', event.host, `locked by ${event.owner}`, undefined)
      if (event.type === 'rollout-halted') halted = event
      if (event.type === 'interrupted') interrupted = event.signal
      if (event.type === 'run-finished') finished = event
    },
    lines: (paint, { diff, rows = Number.POSITIVE_INFINITY, columns = 80 }) => {
      if (finished === undefined) return []
      const before = [
        [...diffs.values()].filter((group) => group.diff ?? diff).flatMap((group) => showDiff(group, paint)),
        showRecap(finished.recap, paint),
        [...notes].flatMap(([note, hosts]) => [
          `${paint.yellow('note')} ${printable(note)} ${paint.dim(`(${someNames(hosts)})`)}`,
        ]),
        behind.size > 0
          ? [
              paint.magenta(
                `${plural(behind.size, 'task')} stand${behind.size === 1 ? 's' : ''} behind an unknown: foretold as if it touched nothing of theirs`,
              ),
            ]
          : [],
      ]
      const after = [
        halted === undefined
          ? []
          : [
              `${paint.red('HALTED')} ${printable(halted.why)}${halted.hosts_left.length === 0 ? '' : `; ${plural(halted.hosts_left.length, 'host')} left: ${someNames(halted.hosts_left)}`}`,
            ],
        interrupted === undefined ? [] : [paint.red(`INTERRUPTED by ${interrupted}`)],
        [verdict(finished, check, paint)],
        finished.resume === undefined ? [] : [`to go on: ${paint.bold(finished.resume)}`],
      ]
      const worst = [...troubles.values()].sort((a, b) => rank(a) - rank(b))
      const room = rows - height(spaced(before), columns) - height(spaced(after), columns) - 1
      return spaced([...before, showTroubles(worst, { room, columns, run }, paint), ...after])
    },
  }
}

/** Parts with an empty line before each. */
const spaced = (parts: readonly (readonly string[])[]): string[] =>
  parts.filter((part) => part.length > 0).flatMap((part) => ['', ...part])

/** Rows on a terminal that wraps long lines. */
export const height = (lines: readonly string[], columns: number): number =>
  lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(textWidth(line) / columns)), 0)

/** From the worst, which stands last, upwards, as many as there is room for; the worst always. */
const showTroubles = (
  troubles: readonly Trouble[],
  { room, columns, run }: { room: number; columns: number; run: string },
  paint: Paint,
): string[] => {
  const blocks = troubles.map((one) => showTrouble(one, paint))
  if (height(blocks.flat(), columns) <= room) return blocks.flat()
  const kept: string[][] = []
  let used = 1
  for (const block of blocks.toReversed()) {
    used += height(block, columns)
    if (kept.length > 0 && used > room) break
    kept.unshift(block)
  }
  const left = troubles.length - kept.length
  if (left === 0) return kept.flat()
  return [paint.dim(`… and ${left} more, in the events.ndjson of run ${run}:`), ...kept.flat()]
}

const rank = ({ kind }: Trouble): number => ['rescued', 'ignored', 'locked', 'unreachable', 'failed'].indexOf(kind)

const showTrouble = ({ kind, text, hint, hosts }: Trouble, paint: Paint): string[] => {
  const [head = '', ...rest] = printable(text).split('\n')
  const mild = kind === 'ignored' || kind === 'rescued'
  const word = (mild ? paint.yellow : paint.red)(kind.toUpperCase())
  const who = paint.bold(someNames(hosts))
  return [
    kind === 'failed' || mild ? `${word} ${head} on ${who}` : `${word} ${who}: ${head}`,
    ...rest.map((line) => `    ${line}`),
    ...(hint === undefined ? [] : [`    ${paint.cyan('help:')} ${printable(hint)}`]),
  ]
}

/** Long texts are shown as blocks, short ones on a line. */
const showDiff = ({ task, status, differences, hosts }: DiffGroup, paint: Paint): string[] => [
  `${paint.bold(printable(task))} ${paint.dim(`${status} on ${plural(hosts.length, 'host')}: ${someNames(hosts)}`)}`,
  ...differences.flatMap(({ what, from, to }) =>
    from.includes('\n') || to.includes('\n')
      ? [`  ${printable(what)}`, ...block('-', from).map(paint.red), ...block('+', to).map(paint.green)]
      : [`  ${printable(what)}: ${paint.red(oneLine(from))} → ${paint.green(oneLine(to))}`],
  ),
]
const block = (mark: string, text: string): string[] =>
  printable(text.replace(/\n$/, ''))
    .split('\n')
    .map((line) => `    ${mark} ${line}`)

const columns = [
  'ok',
  'changed',
  'would-change',
  'unknown',
  'skipped',
  'failed',
  'not-run',
  'unreachable',
  'ignored',
  'rescued',
] as const

/** One row per group of hosts that fared alike; only columns that somebody has. */
const showRecap = (recap: { readonly [host: string]: HostRecap }, paint: Paint): string[] => {
  const groups = new Map<string, { counts: HostRecap; hosts: string[] }>()
  for (const [host, counts] of Object.entries(recap)) {
    const key = columns.map((column) => counts[column]).join()
    const group = groups.get(key) ?? { counts, hosts: [] }
    group.hosts.push(host)
    groups.set(key, group)
  }
  const rows = [...groups.values()].sort((a, b) => badness(a.counts) - badness(b.counts))
  const used = columns.filter((column) => rows.some(({ counts }) => counts[column] > 0))
  const names = rows.map(({ hosts }) =>
    hosts.length <= 3 ? hosts.join(', ') : `${hosts.slice(0, 2).join(', ')} … (${hosts.length})`,
  )
  const width = Math.max(0, ...names.map((name) => textWidth(name)))
  const digits = (column: keyof HostRecap) => Math.max(...rows.map(({ counts }) => `${counts[column]}`.length))
  return rows.map(({ counts }, index) => {
    const name = names[index] ?? ''
    const cells = used.map((column) => {
      const cell = `${column} ${counts[column]}`.padEnd(column.length + 1 + digits(column))
      // A zero is a gap: what a row has in common with nobody is then seen at once, and the row stays short.
      if (counts[column] === 0) return ' '.repeat(cell.length)
      return column === 'ignored' || column === 'rescued' ? paint.yellow(cell) : paint.status(column, cell)
    })
    return `${name}${' '.repeat(width - textWidth(name))}  ${cells.join('  ')}`.trimEnd()
  })
}
const badness = (counts: HostRecap): number =>
  counts.failed * 1e6 + counts.unreachable * 1e3 + counts.changed + counts['would-change']

/** The run ended before this host's turn did; what failed or vanished is told as that. */
const isUnfinished = (counts: HostRecap): boolean =>
  counts['not-run'] > 0 && counts.failed === 0 && counts.unreachable === 0

const verdict = (
  { exit, reasons, seconds, recap }: Extract<RunEvent, { type: 'run-finished' }>,
  check: boolean,
  paint: Paint,
): string => {
  const counts = Object.values(recap)
  const having = (column: (typeof columns)[number]) => counts.filter((one) => one[column] > 0).length
  const told = [
    [having(check ? 'would-change' : 'changed'), check ? 'would change' : 'changed'],
    [having('unknown'), 'unknown'],
    [having('failed'), 'failed'],
    [having('unreachable'), 'unreachable'],
    [counts.filter(isUnfinished).length, 'not finished'],
  ] as const
  const some = told.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`)
  const text = `${plural(counts.length, 'host')}: ${some.length > 0 ? some.join(', ') : exit === 0 ? 'all as wished' : 'not finished'} · ${seconds.toFixed(1)} s${exit === 0 ? '' : ` · exit ${exit}${reasons.length > 1 ? ` (${reasons.join(', ')})` : ''}`}`
  return exit === 0 ? paint.green(text) : exit === 3 ? paint.yellow(text) : paint.red(text)
}
