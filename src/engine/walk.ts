import type { Identity } from '../model/connection.ts'
import type { Play } from '../model/schedule.ts'
import type { Source } from '../model/task-type.ts'
import type { Engine } from './engine.ts'
import { firstSources, learnFacts, serverAddresses } from './first-reading.ts'
import { bookOf, type Need, planRound } from './plan-round.ts'
import { reportRest, reportTask, stopWalk } from './report.ts'
import { changesOf, identityKey, type Round, roundActs } from './round.ts'
import type { Ended, Session } from './session.ts'
import type { HostState, WalkState } from './walk-state.ts'

/** One host's way through one play. */
export interface Walk {
  /** Reads and plans until something is to be written: that round, or undefined when the host is done without. */
  prepare(): Promise<Round | undefined>
  /** Goes on to the end of the play, its notified handlers included. */
  finish(): Promise<void>
}

export const startWalk = (play: Play, host: HostState, session: Session, engine: Engine): Walk => {
  const walk: WalkState = {
    host,
    play,
    session,
    queue: play.tasks,
    cursor: 0,
    books: new Map(),
    predicted: new Map(),
    facts: new Map(),
    nicProblem: undefined,
    notified: new Set(),
    maybeNotified: new Map(),
    handled: new Set(),
    wouldChange: undefined,
    wouldUnsettle: undefined,
    behindUnknown: undefined,
    lastingUnknown: undefined,
    moved: undefined,
  }
  let planned: Round | undefined
  const advance = async (until: 'write' | 'end'): Promise<Round | undefined> => {
    // A round that was planned before other hosts had their turn: the fleet is asked again.
    if (planned !== undefined && (await unmetDemands(planned, walk, engine)).size > 0) planned = undefined
    for (;;) {
      planned ??= await nextRound(walk, engine)
      if (planned === undefined || isHalted(walk, engine)) return leave(walk, engine)
      if (until === 'write' && engine.interpreter.writes && roundActs(planned)) return planned
      const round = planned
      planned = undefined
      await engine.interpreter.carry(round, walk, engine)
    }
  }
  return { prepare: () => advance('write'), finish: async () => void (await advance('end')) }
}

/** The run was halted: nothing more is sent to this host. */
const isHalted = (walk: WalkState, engine: Engine): boolean => {
  if (engine.run.halt.because === undefined) return false
  stopWalk(walk, engine)
  return true
}

/** The end of a host's way; handlers that are still due are told, since no later run would know of them. */
const leave = (walk: WalkState, engine: Engine): undefined => {
  const due = dueHandlers(walk)
  if (due.length === 0) return undefined
  if (walk.host.condition === 'well') walk.host.condition = 'stopped'
  walk.queue = due
  walk.cursor = 0
  for (const handler of due) walk.handled.add(handler.id)
  reportRest(walk, engine, 'notified, but the run ended before its turn', (task) => [
    `handler "${task.name}" is still due: a later run does not know that it was notified`,
  ])
  return undefined
}

const nextRound = async (walk: WalkState, engine: Engine): Promise<Round | undefined> => {
  const { host } = walk
  if (host.condition === 'unreachable' || host.condition === 'locked' || isHalted(walk, engine)) return undefined
  if (walk.cursor >= walk.queue.length && !queueHandlers(walk)) return undefined
  return plan(walk, engine)
}

const dueHandlers = (walk: WalkState) =>
  walk.play.handlers.filter(
    ({ name, id }) => (walk.notified.has(name) || walk.maybeNotified.has(name)) && !walk.handled.has(id),
  )

/** Handlers of proven changes have their turn, also when a later task failed. */
const queueHandlers = (walk: WalkState): boolean => {
  const due = dueHandlers(walk)
  for (const handler of due) walk.handled.add(handler.id)
  walk.queue = due
  walk.cursor = 0
  return due.length > 0
}

const plan = async (walk: WalkState, engine: Engine): Promise<Round | undefined> => {
  const refusals = new Map()
  for (;;) {
    const planning = planRound(walk, engine, refusals)
    const needs = planning.kind === 'read' ? planning.needs : []
    if (planning.kind === 'read' || walk.facts.size === 0) {
      const ended = await readAll(walk.facts.size === 0 ? withFirst(needs, walk, engine) : needs, walk)
      if (ended !== undefined) return endHost(ended, walk, engine)
      if (walk.facts.size === 0) learnFacts(walk, engine)
      continue
    }
    const unmet = await unmetDemands(planning.round, walk, engine)
    if (unmet.size === 0) return planning.round
    for (const [key, problem] of unmet) refusals.set(key, problem)
  }
}

/** The first command always brings the facts, beside what the tasks need. */
const withFirst = (needs: readonly Need[], walk: WalkState, engine: Engine): readonly Need[] => {
  const identity = engine.identityOf(walk.host.name, walk.play)
  const own = needs.find((need) => identityKey(need.identity) === identityKey(identity))
  const sources = new Map<string, Source>()
  for (const source of firstSources(walk, engine)) sources.set(source.key, source)
  for (const [key, source] of own?.sources ?? []) sources.set(key, source)
  return [{ identity, sources }, ...needs.filter((need) => need !== own)]
}

const readAll = async (needs: readonly Need[], walk: WalkState): Promise<Ended | undefined> => {
  for (const { identity, sources } of needs) {
    const asked = [...sources.values()]
    const results = await walk.session.read(identity, asked)
    if ('kind' in results) return results
    const book = bookOf(walk, identity)
    for (const [index, source] of asked.entries())
      book.learn(source, results[index] ?? { exitCode: 255, stdout: '', stderr: 'no answer' })
  }
  return undefined
}

const endHost = (ended: Ended, walk: WalkState, engine: Engine): undefined => {
  const { host } = walk
  const hint = ended.hint === undefined ? {} : { hint: ended.hint }
  if (ended.kind === 'lost') {
    host.condition = 'unreachable'
    engine.emit({ type: 'host-unreachable', host: host.name, reason: ended.reason, ...hint, touched: host.touched })
    return undefined
  }
  if (ended.wrongPassword)
    engine.run.halt.request(`the become password was refused on ${host.name}: no other host is tried with it`, 'run')
  host.condition = 'failed'
  const task = walk.queue[walk.cursor]
  if (task !== undefined) {
    const identity: Identity = engine.identityOf(host.name, walk.play, task)
    const failed = { status: 'failed', differences: [], reason: ended.reason, ...hint } as const
    reportTask({ task, name: task.name, identity, items: [], lasting: [] }, [failed], 0, { walk, engine })
    walk.cursor++
    reportRest(walk, engine, `"${task.name}" failed earlier`)
  }
  return undefined
}

/** What the fleet refuses of this round: `task id/item index` → why. */
const unmetDemands = async (round: Round, walk: WalkState, engine: Engine) => {
  const unmet = new Map()
  for (const { task, items } of round.tasks) {
    for (const [index, item] of items.entries()) {
      for (const { address } of changesOf(item).flatMap(({ demands }) => demands ?? [])) {
        const query = {
          host: walk.host.name,
          vip: address,
          serverAddresses: () => serverAddresses(address, walk, engine),
        }
        const problem = await engine.rotation.refuses(query)
        if (problem !== undefined) unmet.set(`${task.id}/${index}`, problem)
      }
    }
  }
  return unmet
}
