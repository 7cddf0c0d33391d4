import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import type { RunEvent, Status } from '../model/event.ts'
import { type Paint, symbols } from './paint.ts'
import { oneLine, plural } from './printable.ts'

/** What the live list shows, as a value that events change and a pure function draws. */
export interface View {
  readonly check: boolean
  readonly plays: readonly PlayView[]
  readonly notice: string
}

export interface PlayView {
  readonly name: string
  readonly number: number
  readonly hosts: number
  batch: string
  readonly tasks: Map<string, TaskView>
  readonly unreachable: Map<string, string>
  over: boolean
}

export interface TaskView {
  name: string
  readonly counts: Map<Status, number>
  /** Hosts whose begin frame came, and when (ms). */
  readonly running: Map<string, number>
  readonly failed: Map<string, string>
  readonly changed: Map<string, string>
}

interface MutableView {
  check: boolean
  plays: PlayView[]
  notice: string
}
export const newView = (): MutableView => ({ check: false, plays: [], notice: '' })

const newTask = (name: string): TaskView => ({
  name,
  counts: new Map(),
  running: new Map(),
  failed: new Map(),
  changed: new Map(),
})

/** Lays one event over the view; `now` in milliseconds. */
export const showEvent = (view: MutableView, event: RunEvent, now: number): void => {
  const play = view.plays.at(-1)
  switch (event.type) {
    case 'run-started':
      view.check = event.check
      break
    case 'play-started':
      if (play !== undefined) play.over = true
      view.plays.push({
        name: event.play,
        number: event.number,
        hosts: event.hosts.length,
        batch: '',
        tasks: new Map(event.tasks.map(({ task_id, task }) => [task_id, newTask(task)])),
        unreachable: new Map(),
        over: false,
      })
      break
    case 'batch-started':
      if (play !== undefined) play.batch = `batch ${event.batch} of ${event.batches}`
      break
    case 'task-started':
      if (play !== undefined) taskOf(play, event).running.set(event.host, now)
      break
    case 'task-finished':
      if (play !== undefined && event.item === undefined) finish(taskOf(play, event), event)
      break
    case 'host-unreachable':
      play?.unreachable.set(event.host, event.reason)
      for (const task of play?.tasks.values() ?? []) task.running.delete(event.host)
      break
    case 'notice':
    case 'warning':
      view.notice = event.text
      break
    case 'interrupted':
      view.notice = `${event.signal}: hosts in flight finish the round they were sent; again to quit at once`
      break
    case 'run-finished':
      if (play !== undefined) play.over = true
      break
  }
}

/** Handlers and included tasks are not listed beforehand: they appear when they run. */
const taskOf = (play: PlayView, { task_id, task }: { task_id: string; task: string }): TaskView => {
  const known = play.tasks.get(task_id) ?? newTask(task)
  play.tasks.set(task_id, known)
  return known
}

const finish = (task: TaskView, event: Extract<RunEvent, { type: 'task-finished' }>): void => {
  task.running.delete(event.host)
  task.counts.set(event.status, (task.counts.get(event.status) ?? 0) + 1)
  if (event.status === 'failed') task.failed.set(event.host, event.reason ?? '')
  if (event.status === 'changed' || event.status === 'would-change')
    task.changed.set(event.host, event.differences.map(({ what, to }) => `${what} → ${to}`).join(', '))
}

export interface Size {
  readonly rows: number
  readonly columns: number
}

/** Host lines in all. */
const mostHostLines = 5

/**
 * The view as lines: never more than `rows`, never wider than `columns`.
 * Finished plays are one line each; of the current one a row per task, finished and waiting rows folded when they do not fit.
 */
export const drawView = (
  view: View,
  { rows, columns }: Size,
  { paint, now, spinner }: { paint: Paint; now: number; spinner: string },
): readonly string[] => {
  const old = view.plays.slice(0, -1)
  const current = view.plays.at(-1)
  const head: string[] = []
  if (view.check) head.push(paint.dim('check mode: nothing is written on any host'))
  const room = rows - head.length - (view.notice === '' ? 0 : 1)
  const currentLines =
    current === undefined ? [] : drawPlay(current, Math.max(3, room - Math.min(old.length, 2)), { paint, now, spinner })
  const oldRoom = Math.max(0, room - currentLines.length)
  const oldLines =
    old.length <= oldRoom
      ? old.map((play) => playHeading(play, paint, spinner))
      : foldPlays(old, oldRoom, paint, spinner)
  const notice = view.notice === '' ? [] : [paint.cyan(oneLine(view.notice))]
  return [...head, ...oldLines, ...currentLines, ...notice].slice(0, rows).map((line) => fit(line, columns))
}

/** cli-truncate and a terminal differ on the width of some joined characters: it is cut until it fits. */
const fit = (line: string, columns: number): string => {
  let cut = cliTruncate(line, columns)
  for (let width = columns - 1; stringWidth(cut) > columns && width > 0; width--) cut = cliTruncate(line, width)
  return cut
}

const foldPlays = (plays: readonly PlayView[], room: number, paint: Paint, spinner: string): string[] => {
  if (room <= 0) return []
  const shown = room === 1 ? [] : plays.slice(-(room - 1))
  return [
    paint.dim(`  + ${plural(plays.length - shown.length, 'finished play')}`),
    ...shown.map((play) => playHeading(play, paint, spinner)),
  ]
}

const totals = (play: PlayView): ReadonlyMap<Status, number> => {
  const sum = new Map<Status, number>()
  for (const { counts } of play.tasks.values())
    for (const [status, n] of counts) sum.set(status, (sum.get(status) ?? 0) + n)
  return sum
}

const playHeading = (play: PlayView, paint: Paint, spinner: string): string => {
  const failed = play.unreachable.size > 0 || (totals(play).get('failed') ?? 0) > 0
  const mark = play.over ? (failed ? paint.red(symbols.failed) : paint.green(symbols.ok)) : paint.cyan(spinner)
  const lost = play.unreachable.size === 0 ? '' : paint.red(` unreachable ${play.unreachable.size}`)
  const sums = play.over ? ` ${showCounts(totals(play), paint)}` : ''
  return `${mark} ${paint.bold(oneLine(play.name))} ${paint.dim(`(${plural(play.hosts, 'host')}${play.batch === '' ? '' : `, ${play.batch}`})`)}${sums}${lost}`
}

const showCounts = (counts: ReadonlyMap<Status, number>, paint: Paint): string =>
  (['ok', 'changed', 'would-change', 'unknown', 'skipped', 'failed', 'not-run'] as const)
    .flatMap((status) => (counts.get(status) ? [paint.status(status, `${status} ${counts.get(status)}`)] : []))
    .join(' ')

const finishedOn = ({ counts }: TaskView): number => [...counts.values()].reduce((sum, n) => sum + n, 0)

const drawPlay = (play: PlayView, room: number, how: { paint: Paint; now: number; spinner: string }): string[] => {
  const { paint, spinner } = how
  const lines = [playHeading(play, paint, spinner)]
  const tasks = [...play.tasks.values()]
  const expected = play.hosts - play.unreachable.size
  const done = tasks.filter((task) => finishedOn(task) >= expected && task.running.size === 0)
  const waiting = tasks.filter((task) => finishedOn(task) === 0 && task.running.size === 0 && !done.includes(task))
  const active = tasks.filter((task) => !done.includes(task) && !waiting.includes(task))
  const hostLines = play.over
    ? new Map<TaskView | PlayView, string[]>()
    : pickHostLines(play, tasks, Math.min(mostHostLines, Math.max(0, room - 4)), how)
  const spoken = [...hostLines.values()].flat().length
  const free = room - 1 - spoken
  const row = (task: TaskView): string[] => [
    taskRow(task, { done: done.includes(task), expected }, how),
    ...(hostLines.get(task) ?? []),
  ]
  if (tasks.length <= free) lines.push(...tasks.flatMap(row))
  else {
    // Rows that move come first; what is finished or waiting is counted.
    const foldDone = done.length > 0 ? 1 : 0
    const foldWaiting = waiting.length > 0 ? 1 : 0
    const shown = active.slice(0, Math.max(1, free - foldDone - foldWaiting))
    if (foldDone) lines.push(paint.dim(`  ${symbols.ok} ${plural(done.length, 'task')} finished`))
    lines.push(...shown.flatMap(row))
    const rest = waiting.length + active.length - shown.length
    if (rest > 0) lines.push(paint.dim(`  · ${plural(rest, 'task')} waiting`))
  }
  lines.push(...(hostLines.get(play) ?? []))
  return lines.slice(0, room)
}

const taskRow = (
  task: TaskView,
  { done, expected }: { done: boolean; expected: number },
  { paint, spinner }: { paint: Paint; spinner: string },
): string => {
  const finished = finishedOn(task)
  const bad = task.failed.size > 0
  const mark = bad
    ? paint.red(symbols.failed)
    : done
      ? paint.green(symbols.ok)
      : finished > 0 || task.running.size > 0
        ? paint.cyan(spinner)
        : paint.dim('·')
  const moving = finished > 0 || task.running.size > 0
  const toGo = !moving || finished >= expected ? '' : paint.dim(` to go ${expected - finished}`)
  return `  ${mark} ${oneLine(task.name)}  ${showCounts(task.counts, paint)}${toGo}`.trimEnd()
}

/** At most `most` host lines: failed, then changed, then the slowest that run; under the task they belong to. */
const pickHostLines = (
  play: PlayView,
  tasks: readonly TaskView[],
  most: number,
  { paint, now }: { paint: Paint; now: number },
): Map<TaskView | PlayView, string[]> => {
  const lines: { owner: TaskView | PlayView; text: string }[] = []
  const add = (owner: TaskView | PlayView, text: string) => lines.push({ owner, text: `      ${text}` })
  for (const [host, reason] of play.unreachable)
    add(play, `${paint.red(`${symbols.unreachable} ${host}`)} ${paint.dim(oneLine(reason))}`)
  for (const task of tasks)
    for (const [host, reason] of task.failed)
      add(task, `${paint.red(`${symbols.failed} ${host}`)} ${paint.dim(oneLine(reason))}`)
  const last = tasks.filter(({ changed }) => changed.size > 0).at(-1)
  for (const [host, what] of [...(last?.changed ?? [])].slice(-most))
    add(last as TaskView, `${paint.yellow(`${symbols.changed} ${host}`)} ${paint.dim(oneLine(what))}`)
  const running = tasks
    .flatMap((task) => [...task.running].map(([host, since]) => ({ task, host, since })))
    .sort((a, b) => a.since - b.since)
  for (const { task, host, since } of running)
    add(task, `${paint.cyan(`… ${host}`)} ${paint.dim(`${((now - since) / 1000).toFixed(0)} s`)}`)
  const picked = new Map<TaskView | PlayView, string[]>()
  for (const { owner, text } of lines.slice(0, most)) picked.set(owner, [...(picked.get(owner) ?? []), text])
  return picked
}
