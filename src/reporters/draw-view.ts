import type { Status } from '../model/event.ts'
import { textWidth } from '../text-width.ts'
import { fit } from './fit.ts'
import { type Paint, symbols } from './paint.ts'
import { checkMode, oneLine, plural } from './printable.ts'
import { byWeight, type PlayView, type TaskView, type View } from './view.ts'

interface Size {
  readonly rows: number
  readonly columns: number
}

/** Host lines in all. */
const mostHostLines = 5

interface Drawing {
  readonly paint: Paint
  readonly now: number
  readonly spinner: string
  readonly columns: number
}

/**
 * The view as lines: never more than `rows`, never wider than `columns`.
 * Finished plays are one line each; of the current one a row per task, finished and waiting rows folded when they do not fit.
 */
export const drawView = (
  view: View,
  { rows, columns }: Size,
  how: { paint: Paint; now: number; spinner: string },
): readonly string[] => {
  const drawing = { ...how, columns }
  const old = view.plays.slice(0, -1)
  const current = view.plays.at(-1)
  const room = rows - 1 - (view.notice === '' ? 0 : 1)
  const currentLines =
    current === undefined ? [] : drawPlay(current, Math.max(2, room - Math.min(old.length, 2)), drawing)
  const oldLines = drawOldPlays(old, Math.max(0, room - currentLines.length), drawing)
  const notice = view.notice === '' ? [] : [how.paint.cyan(oneLine(view.notice))]
  return [runHeading(view, drawing), ...oldLines, ...currentLines, ...notice]
    .slice(0, rows)
    .map((line) => fit(line, columns))
}

const runHeading = ({ playbook, hosts, check, carriedOut, since }: View, { paint, now }: Drawing): string => {
  const seconds = `${Math.max(0, Math.round((now - since) / 1000))} s`
  const mode = check ? [paint.yellow(checkMode(carriedOut))] : []
  return [`${paint.bold(oneLine(playbook))} on ${plural(hosts, 'host')}`, ...mode, paint.dim(seconds)].join(' · ')
}

const drawOldPlays = (plays: readonly PlayView[], room: number, how: Drawing): string[] => {
  if (plays.length <= room) return plays.map((play) => playHeading(play, how))
  if (room <= 0) return []
  const shown = room === 1 ? [] : plays.slice(-(room - 1))
  return [
    how.paint.dim(`  + ${plural(plays.length - shown.length, 'finished play')}`),
    ...shown.map((play) => playHeading(play, how)),
  ]
}

/** The numbers matter more than the name: it is the name that is cut. */
const playHeading = (play: PlayView, { paint, spinner, columns }: Drawing): string => {
  const fates = countFates(play)
  const bad = play.unreachable.size > 0 || fates.has('failed')
  const mark = bad ? paint.red(symbols.failed) : play.over ? paint.green(symbols.ok) : paint.cyan(spinner)
  const size = paint.dim(`(${plural(play.hosts, 'host')}${play.batch === '' || play.over ? '' : `, ${play.batch}`})`)
  const lost = play.unreachable.size === 0 ? [] : [paint.red(`unreachable ${play.unreachable.size}`)]
  const told = play.over ? showCounts(fates, paint) : showCounts(new Map([...fates].filter(isFailed)), paint)
  const rest = [size, ...lost, ...(told === '' ? [] : [told])].join(' ')
  return `${mark} ${paint.bold(fit(oneLine(play.name), Math.max(8, columns - textWidth(rest) - 3)))} ${rest}`
}

const isFailed = ([status]: readonly [Status, number]): boolean => status === 'failed'

/** Hosts by their fate; one that vanished is told as unreachable alone. */
const countFates = ({ fates, unreachable }: PlayView): ReadonlyMap<Status, number> => {
  const counts = new Map<Status, number>()
  for (const [host, status] of fates) if (!unreachable.has(host)) counts.set(status, (counts.get(status) ?? 0) + 1)
  return counts
}

const showCounts = (counts: ReadonlyMap<Status, number>, paint: Paint): string =>
  byWeight
    .flatMap((status) => (counts.get(status) ? [paint.status(status, `${status} ${counts.get(status)}`)] : []))
    .join(' ')

const finishedOn = ({ counts }: TaskView): number => [...counts.values()].reduce((sum, n) => sum + n, 0)

type Standing = 'done' | 'moving' | 'waiting'

const standingOf = (task: TaskView, expected: number): Standing => {
  const finished = finishedOn(task)
  if (task.running.size > 0) return 'moving'
  if (finished === 0) return 'waiting'
  return finished >= expected ? 'done' : 'moving'
}

const drawPlay = (play: PlayView, room: number, how: Drawing): string[] => {
  const { paint } = how
  const tasks = [...play.tasks.values()]
  const expected = play.hosts - play.unreachable.size
  const standing = new Map(tasks.map((task) => [task, standingOf(task, expected)] as const))
  const most = play.over ? 0 : Math.min(mostHostLines, Math.max(0, room - 4))
  const hostLines = pickHostLines(play, tasks, most, how)
  const spoken = [...hostLines.values()].flat().length
  const shown = pickRows(tasks, Math.max(0, room - 1 - spoken), standing, (task) => hostLines.has(task))
  const folded = (kind: Standing) => tasks.filter((task) => !shown.has(task) && standing.get(task) === kind).length
  const done = folded('done')
  const rest = folded('waiting') + folded('moving')
  const width = Math.min(mostNameColumns, Math.max(0, ...[...shown].map(({ name }) => textWidth(oneLine(name)))))
  return [
    playHeading(play, how),
    ...(done > 0 ? [paint.dim(`  ${symbols.ok} ${plural(done, 'task')} finished`)] : []),
    ...[...shown].flatMap((task) => [
      taskRow(task, { standing: standing.get(task) ?? 'waiting', expected, width }, how),
      ...(hostLines.get(task) ?? []),
    ]),
    ...(rest > 0 ? [paint.dim(`  · ${plural(rest, 'task')} waiting`)] : []),
    ...(hostLines.get(play) ?? []),
  ].slice(0, room)
}

/** Names longer than this push their counts to the right. */
const mostNameColumns = 46

/** All tasks where they fit; else those with something to say, then those that move, then the next that wait. */
const pickRows = (
  tasks: readonly TaskView[],
  free: number,
  standing: ReadonlyMap<TaskView, Standing>,
  speaks: (task: TaskView) => boolean,
): ReadonlySet<TaskView> => {
  if (tasks.length <= free) return new Set(tasks)
  const rank = (task: TaskView) =>
    speaks(task) ? 0 : ['moving', 'waiting', 'done'].indexOf(standing.get(task) ?? 'waiting') + 1
  const wanted = tasks.filter((task) => rank(task) < 2).sort((a, b) => rank(a) - rank(b))
  const picked = new Set(wanted.slice(0, Math.max(0, free - 2)))
  return new Set(tasks.filter((task) => picked.has(task)))
}

const taskRow = (
  task: TaskView,
  { standing, expected, width }: { standing: Standing; expected: number; width: number },
  { paint, spinner }: Drawing,
): string => {
  const marks = { done: paint.green(symbols.ok), moving: paint.cyan(spinner), waiting: paint.dim('·') }
  const mark = task.failed.size > 0 ? paint.red(symbols.failed) : marks[standing]
  const toGo = standing === 'moving' ? paint.dim(`to go ${Math.max(0, expected - finishedOn(task))}`) : ''
  const name = oneLine(task.name)
  const gap = ' '.repeat(Math.max(0, width - textWidth(name)))
  const counts = [showCounts(task.counts, paint), toGo].filter((part) => part !== '').join(' ')
  return `  ${mark} ${name}${gap}  ${counts}`.trimEnd()
}

/**
 * At most `most` host lines: failed, then changed, then the slowest that run; under the task they belong to. The very
 * slowest always has its line: it is what everybody waits for.
 */
const pickHostLines = (
  play: PlayView,
  tasks: readonly TaskView[],
  most: number,
  { paint, now }: Drawing,
): Map<TaskView | PlayView, string[]> => {
  const lines: { owner: TaskView | PlayView; text: string }[] = []
  const add = (owner: TaskView | PlayView, text: string) => lines.push({ owner, text: `      ${text}`.trimEnd() })
  for (const task of tasks)
    for (const [host, reason] of task.failed)
      add(task, `${paint.red(`${symbols.failed} ${host}`)} ${paint.dim(oneLine(reason))}`)
  for (const [host, reason] of play.unreachable)
    add(play, `${paint.red(`${symbols.unreachable} ${host}`)} ${paint.dim(oneLine(reason))}`)
  const last = tasks.filter(({ changed }) => changed.size > 0).at(-1)
  for (const [host, what] of [...(last?.changed ?? [])].slice(-most))
    add(
      last as TaskView,
      `${paint.yellow(`${symbols.changed} ${host}`)}${what === '' ? '' : ` ${paint.dim(oneLine(what))}`}`,
    )
  const running = tasks
    .flatMap((task) => [...task.running].map(([host, since]) => ({ task, host, since })))
    .sort((a, b) => a.since - b.since)
  for (const { task, host, since } of running)
    add(task, `${paint.cyan(`… ${host}`)} ${paint.dim(`${((now - since) / 1000).toFixed(0)} s`)}`)
  const picked = new Map<TaskView | PlayView, string[]>()
  const told = lines.length - running.length
  const shown =
    told >= most && running.length > 0
      ? [...lines.slice(0, Math.max(0, most - 1)), ...lines.slice(told, told + 1)]
      : lines
  for (const { owner, text } of shown.slice(0, most)) picked.set(owner, [...(picked.get(owner) ?? []), text])
  return picked
}
