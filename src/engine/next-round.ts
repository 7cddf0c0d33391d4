import type { Diagnostic } from '../model/document.ts'
import type { Demand, Source } from '../model/task-type.ts'
import { failed } from './advance.ts'
import { bookOf, type Need } from './draft.ts'
import type { Engine } from './engine.ts'
import { firstSources, learnFacts, serverAddresses } from './first-reading.ts'
import { planRound } from './plan-round.ts'
import { reportTask } from './report.ts'
import { changesOf, type PlannedTask, placeKey, type Round } from './round.ts'
import type { Ended, Session } from './session.ts'
import { forget, type WalkState } from './walk-state.ts'

/** A round, or why there is none: the host's way ended, it goes on elsewhere, or another host's result is waited for. */
export type Next = { readonly kind: 'round'; readonly round: Round } | { readonly kind: 'over' | 'again' | 'elsewhere' }

/** Reads what the coming tasks want to know, and plans them. */
export const nextRound = async (walk: WalkState, engine: Engine): Promise<Next> => {
  const refusals = new Map()
  for (;;) {
    const planning = planRound(walk, engine, refusals)
    const needs = planning.kind === 'read' ? planning.needs : []
    if (planning.kind === 'read' || walk.facts.size === 0) {
      const ended = await readAll(walk.facts.size === 0 ? withFirst(needs, walk, engine) : needs, walk, engine)
      if (ended !== undefined) return { kind: await endHost(ended, walk, engine) }
      if (walk.facts.size > 0) continue
      learnFacts(walk, engine)
      // With the facts it may be one at which hosts meet.
      const entry = walk.queue[walk.cursor]
      if (entry?.kind === 'task' && entry.task.templates !== undefined) return { kind: 'again' }
      continue
    }
    if (planning.kind === 'elsewhere') return planning
    if (planning.kind === 'look') {
      await engine.neighbours.look(planning.at, walk.play, engine)
      continue
    }
    const unmet = await unmetDemands(planning.round, walk, engine)
    if (unmet.size === 0) return planning
    for (const [key, problem] of unmet) refusals.set(key, problem)
  }
}

/** The first command always brings the facts, beside what the tasks need. */
const withFirst = (needs: readonly Need[], walk: WalkState, engine: Engine): readonly Need[] => {
  const identity = engine.identityOf(walk.host.name, walk.play)
  const own = needs.find((need) => placeKey(need) === placeKey({ identity }))
  const sources = new Map<string, Source>()
  for (const source of firstSources(walk, engine)) sources.set(source.key, source)
  for (const [key, source] of own?.sources ?? []) sources.set(key, source)
  return [{ identity, sources }, ...needs.filter((need) => need !== own)]
}

/** A reading that did not come; `on`: it was to come from another host. */
type NotRead = Ended & { readonly on?: string }

const readAll = async (needs: readonly Need[], walk: WalkState, engine: Engine): Promise<NotRead | undefined> => {
  for (const need of needs) {
    const { identity, sources, on } = need
    const session = on === undefined ? walk.session : await elsewhere(on, engine)
    if ('reason' in session) return session
    const asked = [...sources.values()]
    const results = await session.read(identity, asked)
    if ('kind' in results) return { ...results, ...(on === undefined ? {} : { on }) }
    const book = bookOf(walk, need)
    for (const [index, source] of asked.entries())
      book.learn(source, results[index] ?? { exitCode: 255, stdout: '', stderr: 'no answer' })
  }
  return undefined
}

const elsewhere = async (on: string, engine: Engine): Promise<Session | NotRead> => {
  const session = await engine.sessions.open(on)
  return 'kind' in session ? { kind: 'lost', reason: session.reason, on } : session
}

/** `again`: the host goes on, with the next task or with the rescue of a block. */
const endHost = async (ended: NotRead, walk: WalkState, engine: Engine): Promise<'over' | 'again'> => {
  const { host } = walk
  const hint = ended.hint === undefined ? {} : { hint: ended.hint }
  if (ended.kind === 'lost' && ended.on === undefined) return loseTouch(ended, walk, engine)
  if (ended.kind === 'failed' && ended.wrongPassword)
    engine.run.halt.request(`the become password was refused on ${host.name}: no other host is tried with it`, 'run')
  const entry = walk.queue[walk.cursor]
  if (entry?.kind !== 'task') {
    host.condition = 'failed'
    return 'over'
  }
  const { task } = entry
  const identity = engine.identityOf(host.name, walk.play, task)
  const reason = ended.on === undefined ? ended.reason : `${ended.on} cannot be read: ${ended.reason}`
  const outcome = { status: 'failed', differences: [], reason, ...hint } as const
  const planned: PlannedTask = { task, name: task.name, identity, items: [], lasting: [], notify: [] }
  reportTask(planned, [outcome], 0, { walk, engine })
  const on = failed(planned, walk, engine) === 'on' ? 'again' : 'over'
  // Whatever it was told: no script runs here.
  if (ended.on === undefined) host.condition = 'failed'
  return ended.on === undefined ? 'over' : on
}

/** Under ignore_unreachable the host stays: it is tried again for the next task, or for the next play. */
const loseTouch = async (ended: NotRead, walk: WalkState, engine: Engine): Promise<'over' | 'again'> => {
  const { host, play } = walk
  const entry = walk.queue[walk.cursor]
  const ofTask = entry?.kind === 'task' && entry.task.ignoreUnreachable === true
  const ignored = play.ignoreUnreachable === true || ofTask
  const { reason, hint } = ended
  engine.emit({
    type: 'host-unreachable',
    host: host.name,
    reason,
    ...(hint === undefined ? {} : { hint }),
    touched: host.touched,
    ...(ignored ? { ignored } : {}),
  })
  if (ignored) engine.sessions.forget(host.name)
  const again = ofTask ? await engine.sessions.open(host.name) : undefined
  if (again !== undefined && !('kind' in again)) {
    walk.session = again
    forget(walk)
    walk.cursor++
    return 'again'
  }
  if (ignored) walk.gone = true
  else host.condition = 'unreachable'
  return 'over'
}

/** Whether directors still use a VIP is known of the host's own play only. */
const notFromAway = (address: string, on: string): Diagnostic => ({
  severity: 'error',
  summary: `${address} stays on ${on}: a delegated task takes no VIP away`,
  hint: `write a play with \`hosts: ${on}\` for it`,
})

/** What the fleet refuses of this round: `task id/item index` → why. */
export const unmetDemands = async (round: Round, walk: WalkState, engine: Engine) => {
  const asked = round.tasks.flatMap(({ task, items }) =>
    items.flatMap((item, index) =>
      changesOf(item)
        .flatMap(({ demands }) => demands ?? [])
        .map(async (demand) => ({ key: `${task.id}/${index}`, problem: await unmet(demand, item.on, walk, engine) })),
    ),
  )
  const refused = new Map<string, Diagnostic>()
  for (const { key, problem } of await Promise.all(asked))
    if (problem !== undefined && !refused.has(key)) refused.set(key, problem)
  return refused
}

const unmet = (
  demand: Demand,
  on: string | undefined,
  walk: WalkState,
  engine: Engine,
): Promise<Diagnostic | undefined> | Diagnostic => {
  if (demand.kind === 'holds') return engine.neighbours.holds(demand, walk.play, engine)
  const { address } = demand
  if (on !== undefined) return notFromAway(address, on)
  return engine.rotation.refuses({
    host: walk.host.name,
    vip: address,
    serverAddresses: () => serverAddresses({ family: address.includes(':') ? 6 : 4, vip: address }, walk, engine),
  })
}
