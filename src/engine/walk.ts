import type { Play } from '../model/schedule.ts'
import { isForAll, meetsBefore } from '../schedule/round-rules.ts'
import { flush, hearFrom, lose } from './advance.ts'
import type { Engine } from './engine.ts'
import { settle } from './flow.ts'
import { settledTask } from './learned.ts'
import type { Meeting } from './meeting.ts'
import { nextRound, unmetDemands } from './next-round.ts'
import { type Entry, isAt } from './queue.ts'
import { reportRest, stopWalk } from './report.ts'
import { type Round, roundActs } from './round.ts'
import { dueHandlers } from './round-ends.ts'
import type { Session } from './session.ts'
import { type HostState, newWalk, type WalkState } from './walk-state.ts'

/** How far a host came before its batch: `round` is what it would write next, if that is known. */
export type Prepared = { readonly kind: 'done' } | { readonly kind: 'pending'; readonly round?: Round }

/** One host's way through one play. */
export interface Walk {
  /** Reads and plans until something is to be written, or other hosts are to be waited for. */
  prepare(): Promise<Prepared>
  /** Goes on to the end of the play, its notified handlers included; where hosts come together they do so in `meeting`. */
  finish(meeting: Meeting): Promise<void>
}

export const startWalk = (play: Play, host: HostState, session: Session, engine: Engine): Walk => {
  const walk = newWalk(play, host, session)
  let planned: Round | undefined
  /** The next round; undefined at the end, and `waits` before a meeting that there is not yet. */
  const next = async (): Promise<Round | 'waits' | undefined> => {
    for (;;) {
      const entry = nextEntry(walk, engine)
      if (entry === undefined) return undefined
      const met = await meet(entry, walk, engine)
      if (met === 'waits') return 'waits'
      if (met === 'again') continue
      if (entry.kind === 'flush') {
        flush(walk)
        continue
      }
      const planning = await nextRound(walk, engine)
      if (planning.kind === 'round') return planning.round
      if (planning.kind === 'elsewhere' && walk.meeting === undefined) return 'waits'
      if (planning.kind === 'elsewhere') await comeTogether(entry, walk)
    }
  }
  const replan = async (): Promise<Round | undefined> => {
    const planning = await nextRound(walk, engine)
    return planning.kind === 'round' ? planning.round : undefined
  }
  const advance = async (until: 'write' | 'end'): Promise<Prepared> => {
    // A round that was planned before other hosts had their turn: the fleet is asked again.
    if (planned !== undefined && (await unmetDemands(planned, walk, engine)).size > 0) planned = undefined
    for (;;) {
      const now: Round | 'waits' | undefined = planned ?? (await next())
      if (now === 'waits') return { kind: 'pending' }
      if (now === undefined || isHalted(walk, engine)) {
        leave(walk, engine)
        return { kind: 'done' }
      }
      if (until === 'write' && now.interpreter.writes && roundActs(now)) {
        planned = now
        return { kind: 'pending', round: now }
      }
      planned = undefined
      const endTurn = await takeTurn(now, walk)
      await now.interpreter.carry(now, walk, engine, replan)
      endTurn()
    }
  }
  return {
    prepare: () => advance('write'),
    finish: async (meeting) => {
      walk.meeting = meeting
      await advance('end')
    },
  }
}

/** What has its turn; undefined: this host is done, or can go no further. */
const nextEntry = (walk: WalkState, engine: Engine): Entry | undefined => {
  for (;;) {
    const { condition } = walk.host
    if (walk.gone || condition === 'unreachable' || condition === 'locked' || isHalted(walk, engine)) return undefined
    const ended = settle(walk)
    if (ended === undefined) return settleNext(walk, engine)
    lose(walk, engine, `"${ended.failed}" ${engine.interpreter.writes ? 'failed earlier' : 'would fail'}`)
  }
}

/** What has its turn, its keywords settled before hosts meet at it; what waits or is wrong is told when it is planned. */
const settleNext = (walk: WalkState, engine: Engine): Entry | undefined => {
  const entry = walk.queue[walk.cursor]
  if (entry?.kind !== 'task' || entry.task.templates === undefined) return entry
  const settled = settledTask(entry.task, walk, engine)
  if (settled.kind !== 'settled') return entry
  const now = { ...entry, task: settled.value }
  walk.queue = walk.queue.with(walk.cursor, now)
  return now
}

/** Waits for the others where that is due. `again`: meanwhile another host did this task for all. */
const meet = async (entry: Entry, walk: WalkState, engine: Engine): Promise<'here' | 'waits' | 'again'> => {
  const due = walk.meetNext || (entry.kind === 'task' && meetsBefore(entry.task, walk.play))
  if (!due || isAt(walk.met, entry.position)) return 'here'
  if (walk.meeting === undefined) return 'waits'
  await comeTogether(entry, walk)
  if (isHalted(walk, engine)) return 'again'
  const [first] = walk.together
  if (entry.kind !== 'task' || !isForAll(entry.task) || first === undefined || first === walk.host.name) return 'here'
  await hearFrom(first, walk)
  return 'again'
}

const comeTogether = async (entry: Entry, walk: WalkState): Promise<void> => {
  walk.meetNext = false
  walk.together = (await walk.meeting?.arrive(walk.host.name, entry.position)) ?? []
  walk.met = entry.position
}

/** Waits for its turn at a task that only some hosts may be at. */
const takeTurn = async ({ tasks }: Round, walk: WalkState): Promise<() => void> => {
  const task = tasks[0]?.task
  const most = task?.throttle ?? 0
  if (task === undefined || most === 0 || walk.meeting === undefined) return () => undefined
  return walk.meeting.turn(task, most)
}

/** The run was halted: nothing more is sent to this host. */
const isHalted = (walk: WalkState, engine: Engine): boolean => {
  if (engine.run.halt.because === undefined) return false
  stopWalk(walk, engine)
  return true
}

/** The end of a host's way; handlers that are still due are told, since no later run would know of them. */
const leave = (walk: WalkState, engine: Engine): void => {
  const due = dueHandlers(walk)
  walk.meeting?.leave(walk.host.name)
  if (due.length === 0) return
  if (walk.host.condition === 'well') walk.host.condition = 'stopped'
  walk.queue = due.map((task) => ({ kind: 'task', task, path: [], position: [] }))
  walk.cursor = 0
  walk.notified.clear()
  reportRest(walk, engine, 'notified, but the run ended before its turn', (task) => [
    `handler "${task.name}" is still due: a later run does not know that it was notified`,
  ])
}
