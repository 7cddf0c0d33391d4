import type { Pinged, PingStatus } from '../model/ping.ts'
import { textWidth } from '../text-width.ts'
import { fit } from './fit.ts'
import type { Paint } from './paint.ts'
import { oneLine, plural, someNames } from './printable.ts'

interface How {
  readonly columns: number
  readonly paint: Paint
}

/** With more hosts than this the slow ones stand above the quick ones; fewer stay in the inventory's order. */
const FEW = 20

const WORST_FIRST: readonly PingStatus[] = ['unreachable', 'failed', 'unfit', 'well']
const HEADING = ['', 'HOST', 'ADDRESS', 'USER', 'SYSTEM', 'MS']
/** No column but the last two grows beyond this, whatever an inventory holds. */
const WIDEST = [1, 30, 40, 24, 40, 6]
/** Columns give way in this order where the terminal is narrow, down to so many characters. */
const GIVE_WAY: readonly (readonly [column: number, least: number])[] = [
  [4, 14],
  [2, 12],
  [3, 8],
  [1, 8],
  [4, 6],
]

/** The fleet as lines, none wider than `columns`: a row a host, its trouble below, what to do at the end. */
export const drawPing = (all: readonly Pinged[], { columns, paint }: How): readonly string[] => {
  const sorted = sort(all)
  const rows = sorted.map(cells)
  const widths = fitted([HEADING, ...rows], columns)
  const line = (row: readonly string[]): string =>
    cut(
      row
        .map((cell, at) => pad(cut(cell, widths[at] ?? 0), widths[at] ?? 0, at === row.length - 1))
        .join('  ')
        .trimEnd(),
      columns,
    )
  const lines = [paint.dim(line(HEADING))]
  sorted.forEach((pinged, at) => {
    lines.push(colour(pinged.status, paint)(line(rows[at] ?? [])))
    if (pinged.reason !== undefined)
      lines.push(
        ...wrap(`${pinged.status}: ${oneLine(pinged.reason)}`, columns, '   ').map(colour(pinged.status, paint)),
      )
  })
  return [...lines, '', ...notes(sorted, columns), ...helps(sorted, columns), summary(sorted, { columns, paint })]
}

const sort = (all: readonly Pinged[]): readonly Pinged[] =>
  [...all].sort(
    (a, b) =>
      WORST_FIRST.indexOf(a.status) - WORST_FIRST.indexOf(b.status) ||
      (all.length > FEW && a.status === 'well' ? b.milliseconds - a.milliseconds : 0),
  )

const cells = (pinged: Pinged): readonly string[] => {
  const { host, address, port, via, user, become, os = '', shell = '', status, milliseconds } = pinged
  const endpoint = port === 22 ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  return [
    status === 'well' ? '✔' : '✖',
    oneLine(host),
    oneLine([endpoint, ...(via.length > 0 ? [`via ${via.join(' ')}`] : [])].join(' ')),
    oneLine(become === undefined ? user : `${user} → ${become}`),
    oneLine([shortOs(os), shell].filter((text) => text !== '').join(', ')),
    String(milliseconds),
  ]
}

/** `Debian GNU/Linux 12 (bookworm)` is known by fewer letters. */
const shortOs = (os: string): string => os.replace(/ GNU\/Linux\b/, '').replace(/ \([^)]*\)$/, '')

const fitted = (rows: readonly (readonly string[])[], columns: number): readonly number[] => {
  const widths = HEADING.map((_, at) =>
    Math.min(WIDEST[at] ?? 0, Math.max(...rows.map((row) => textWidth(row[at] ?? '')))),
  )
  const gaps = 2 * (widths.length - 1)
  for (const [column, least] of GIVE_WAY) {
    const over = widths.reduce((sum, width) => sum + width, gaps) - columns
    if (over > 0) widths[column] = Math.max(Math.min(widths[column] ?? 0, least), (widths[column] ?? 0) - over)
  }
  return widths
}

const cut = (text: string, width: number): string => (textWidth(text) <= width ? text : fit(text, width))

const pad = (text: string, width: number, right: boolean): string => {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)))
  return right ? space + text : text + space
}

const wrap = (text: string, columns: number, indent: string): readonly string[] => {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    const longer = line === indent ? `${indent}${word}` : `${line} ${word}`
    if (textWidth(longer) > columns && line !== indent) {
      lines.push(line)
      line = `${indent}${word}`
    } else line = longer
  }
  return [...lines, line]
}

const notes = (all: readonly Pinged[], columns: number): readonly string[] =>
  grouped(all, ({ wanting }) => wanting).flatMap(([tool, names]) =>
    hanging(`note: no ${oneLine(tool)} on ${someNames(names, 4)}`, columns),
  )

/** Hosts with the same trouble mostly have the same way out: it is told once. */
const helps = (all: readonly Pinged[], columns: number): readonly string[] =>
  grouped(all, ({ hint }) => (hint === undefined ? [] : [hint])).flatMap(([hint, names]) => {
    const whose = names.length === all.length ? '' : ` (${someNames(names, 3)})`
    return hanging(`help${whose}: ${oneLine(hint)}`, columns)
  })

/** The hosts of each thing that there is to tell. */
const grouped = (
  all: readonly Pinged[],
  tell: (pinged: Pinged) => readonly string[],
): readonly (readonly [what: string, hosts: readonly string[]])[] => {
  const hosts = new Map<string, string[]>()
  for (const pinged of all)
    for (const what of tell(pinged)) hosts.set(what, [...(hosts.get(what) ?? []), oneLine(pinged.host)])
  return [...hosts]
}

const hanging = (text: string, columns: number): readonly string[] => {
  const [first = '', ...rest] = wrap(text, columns - 2, '')
  return [first, ...rest.map((line) => `  ${line}`)]
}

const summary = (all: readonly Pinged[], { columns, paint }: How): string => {
  const count = (status: PingStatus): number => all.filter((pinged) => pinged.status === status).length
  const parts = WORST_FIRST.flatMap((status) => (count(status) === 0 ? [] : [`${count(status)} ${status}`]))
  const bad = all.filter(({ status }) => status !== 'well').map(({ host }) => oneLine(host))
  const named = bad.length === 0 || all.length === 1 ? '' : `: ${someNames(bad)}`
  const text = `${plural(all.length, 'host')}: ${parts.reverse().join(', ')}${named}`
  return (bad.length === 0 ? paint.green : paint.red)(cut(text, columns))
}

const colour = (status: PingStatus, paint: Paint): ((text: string) => string) => {
  if (status === 'well') return (text) => text.replace('✔', paint.green('✔'))
  return status === 'unfit' ? paint.yellow : paint.red
}
