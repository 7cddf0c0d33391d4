import type { RunEvent, Status } from '../model/event.ts'

/** What the live list shows, as a value that events change and a pure function draws. */
export interface View {
  readonly check: boolean
  /** Check: tasks that are carried out all the same. */
  readonly carriedOut: number
  readonly playbook: string
  readonly hosts: number
  /** When the first event came (ms). */
  readonly since: number
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
  /** The worst that each host's tasks came to. */
  readonly fates: Map<string, Status>
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
  carriedOut: number
  playbook: string
  hosts: number
  since: number
  plays: PlayView[]
  notice: string
}
export const newView = (): MutableView => ({
  check: false,
  carriedOut: 0,
  playbook: '',
  hosts: 0,
  since: 0,
  plays: [],
  notice: '',
})

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
      view.carriedOut = event.carried_out ?? 0
      view.playbook = event.playbook
      view.hosts = event.hosts.length
      view.since = now
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
        fates: new Map(),
        over: false,
      })
      break
    case 'batch-started':
      if (play !== undefined) play.batch = `batch ${event.batch} of ${event.batches}`
      break
    case 'task-started':
      if (play !== undefined) begin(play, event, now)
      break
    case 'task-finished':
      if (play !== undefined && event.item === undefined) finish(play, taskOf(play, event), event)
      break
    case 'host-unreachable':
      play?.unreachable.set(event.host, event.reason)
      for (const task of play?.tasks.values() ?? []) task.running.delete(event.host)
      break
    case 'task-retrying':
      view.notice = `${event.host}: ${event.task}, attempt ${event.attempt} did not do, ${event.retries_left} left`
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

/** A host works on one task at a time, though what became of the one before may be told later. */
const begin = (play: PlayView, event: Extract<RunEvent, { type: 'task-started' }>, now: number): void => {
  for (const task of play.tasks.values()) task.running.delete(event.host)
  taskOf(play, event).running.set(event.host, now)
}

/** Handlers and included tasks are not listed beforehand: they appear when they run. */
const taskOf = (play: PlayView, { task_id, task }: { task_id: string; task: string }): TaskView => {
  const known = play.tasks.get(task_id) ?? newTask(task)
  play.tasks.set(task_id, known)
  return known
}

/** The worst first: in this order they are told, and the first of a host's is its fate. */
export const byWeight = ['failed', 'changed', 'would-change', 'unknown', 'ok', 'skipped', 'not-run'] as const

const worse = (one: Status, other: Status | undefined): Status =>
  other === undefined || byWeight.indexOf(one) < byWeight.indexOf(other) ? one : other

const finish = (play: PlayView, task: TaskView, event: Extract<RunEvent, { type: 'task-finished' }>): void => {
  const { host, status } = event
  task.running.delete(host)
  task.counts.set(status, (task.counts.get(status) ?? 0) + 1)
  play.fates.set(host, worse(event.ignored || event.rescued ? 'ok' : status, play.fates.get(host)))
  if (status === 'failed') task.failed.set(host, event.reason ?? '')
  if (status === 'changed' || status === 'would-change')
    task.changed.set(host, event.differences.map(({ what, to }) => `${what} → ${to}`).join(', '))
}
