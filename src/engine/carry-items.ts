/** A task alone, item by item: tried again, on other hosts, with pauses, and on behind an item that failed. */
import { renderCount } from '../schedule/count.ts'
import { isPatient } from '../schedule/round-rules.ts'
import { advance, failed } from './advance.ts'
import type { Engine } from './engine.ts'
import type { Carried } from './interpreter.ts'
import { isReached, judged, wrong } from './judge.ts'
import { itemScope } from './learned.ts'
import { type ItemOutcome, planOutcome } from './outcome.ts'
import { pause } from './pause.ts'
import { reportTask, taskRef } from './report.ts'
import { changesOf, type PlannedItem, type PlannedTask, type Round } from './round.ts'
import type { Session } from './session.ts'
import { type Stopped, stopAt } from './stop-at.ts'
import { forget, type WalkState } from './walk-state.ts'
import { endOutcome } from './work-end.ts'
import { createWriting } from './writing.ts'

export interface Carrier {
  readonly walk: WalkState
  readonly engine: Engine
  readonly replan: () => Promise<Round | undefined>
}

/** Does its way differ from that of a script which ends with the first failure? */
export const goesItemByItem = ({ task, items }: PlannedTask): boolean =>
  isPatient(task) ||
  items.some(({ on }) => on !== undefined) ||
  (items.length > 1 && items.some(({ plan }) => plan.kind === 'opaque' || plan.kind === 'refuse'))

type Sent =
  | { readonly kind: 'outcome'; readonly outcome: ItemOutcome }
  | { readonly kind: 'moved' }
  | { readonly kind: 'stopped'; readonly ended: Stopped }

export const carryItems = async (round: Round, planned: PlannedTask, carrier: Carrier): Promise<Carried> => {
  const { walk, engine } = carrier
  const { task } = planned
  const outcomes: ItemOutcome[] = []
  const begun = performance.now()
  let now = { round, planned }
  const together = !isPatient(task) && planned.items.every(({ on }) => on === undefined)
  for (let index = 0; index < planned.items.length; index = outcomes.length) {
    if (together) {
      const sent = await sendFrom(index, now, carrier)
      if (sent.kind === 'stopped') {
        forget(walk)
        return stopAt(planned, sent.ended, { walk, engine }) === 'again' ? 'on' : 'stopped'
      }
      outcomes.push(...sent.outcomes)
      continue
    }
    if (index > 0 && task.loop?.pause !== undefined) await pause(task.loop.pause, engine.run.halt)
    const tried = await tryItem(index, now, carrier)
    now = tried.now
    if (tried.sent.kind === 'stopped') {
      forget(walk)
      return stopAt(planned, tried.sent.ended, { walk, engine }) === 'again' ? 'on' : 'stopped'
    }
    outcomes.push(tried.sent.kind === 'outcome' ? tried.sent.outcome : moved)
  }
  // What was done elsewhere, and what a command did here, is not known.
  forget(walk)
  const whole = reportTask(now.planned, outcomes, (performance.now() - begun) / 1000, { walk, engine })
  if (whole.status === 'failed' && !task.ignoreErrors) return failed(planned, walk, engine)
  keepLasting(now.planned, walk, engine)
  advance(planned, whole.status === 'failed' ? { ...whole, status: 'ok' } : whole, walk)
  return 'on'
}

const moved: ItemOutcome = {
  status: 'failed',
  differences: [],
  reason: 'moved: the host changed again after it was read anew',
  hint: 'another program on the host writes it too',
}

/** What a task on another host made to last, lasts there. */
const keepLasting = ({ items, lasting }: PlannedTask, walk: WalkState, engine: Engine): void => {
  const [on] = items.flatMap((item) => item.on ?? [])
  engine.hosts(on ?? walk.host.name).lasting.push(...lasting)
}

interface Now {
  readonly round: Round
  readonly planned: PlannedTask
}

/** One item, as often as it may be tried. */
const tryItem = async (
  index: number,
  first: Now,
  carrier: Carrier,
): Promise<{ readonly sent: Sent; readonly now: Now }> => {
  const { walk, engine } = carrier
  const { task } = first.planned
  const scope = itemScope(first.planned, index, walk, engine)
  const retries =
    isPatient(task) && (task.until.length > 0 || task.retries !== undefined) ? renderCount(task.retries, 3, scope) : 0
  let now = first
  let movedOnce = false
  for (let attempt = 1; ; attempt++) {
    const sent = await sendItem(index, now, carrier)
    if (sent.kind === 'stopped') return { sent, now }
    if (sent.kind === 'moved') {
      if (movedOnce) return { sent, now }
      movedOnce = true
      attempt--
    } else if (retries === 0 || sent.outcome.status === 'skipped') return { sent, now }
    else {
      const outcome = withAttempts(sent.outcome, attempt)
      const reached = isReached(outcome, task, itemScope(now.planned, index, walk, engine))
      // Trying again would not mend it.
      if (reached.kind === 'problem') return { sent: { kind: 'outcome', outcome: wrong(outcome, reached) }, now }
      if (reached.value) return { sent: { kind: 'outcome', outcome }, now }
      if (attempt > retries || engine.run.halt.because !== undefined)
        return { sent: { kind: 'outcome', outcome: exhausted(outcome, attempt) }, now }
      tellRetry(now.planned, index, { attempt, left: retries - attempt + 1, outcome }, walk, engine)
      await pause(renderCount(task.delay, 5, scope), engine.run.halt)
      if (engine.run.halt.because !== undefined)
        return { sent: { kind: 'outcome', outcome: exhausted(outcome, attempt) }, now }
    }
    forget(walk)
    const again = await carrier.replan()
    const planned = again?.tasks[0]
    if (again === undefined || planned === undefined)
      return { sent: { kind: 'stopped', ended: { kind: 'lost', reason: 'it could not be read again' } }, now }
    now = { round: again, planned }
  }
}

const withAttempts = (outcome: ItemOutcome, attempts: number): ItemOutcome => ({
  ...outcome,
  fields: { ...outcome.fields, attempts },
})

/** As Ansible counts: the last of them is not among the `attempts` of a result that was not reached. */
const exhausted = (outcome: ItemOutcome, attempts: number): ItemOutcome => ({
  ...outcome,
  status: 'failed',
  wasChanged: outcome.wasChanged === true || outcome.status === 'changed',
  fields: { ...outcome.fields, attempts: Math.max(1, attempts - 1) },
  reason: `not reached after ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}${outcome.reason === undefined ? '' : `: ${outcome.reason}`}`,
})

const tellRetry = (
  planned: PlannedTask,
  index: number,
  { attempt, left, outcome }: { readonly attempt: number; readonly left: number; readonly outcome: ItemOutcome },
  walk: WalkState,
  engine: Engine,
): void => {
  const { noLog, loop } = planned.task
  const item = planned.items[index]?.label ?? planned.items[index]?.item ?? null
  engine.emit({
    type: 'task-retrying',
    ...taskRef(walk, planned),
    ...(loop === undefined ? {} : { item: noLog ? '***' : item }),
    attempt,
    retries_left: left,
    ...(outcome.reason === undefined || noLog ? {} : { reason: outcome.reason }),
  })
}

const sendItem = async (index: number, { round, planned }: Now, { walk, engine }: Carrier): Promise<Sent> => {
  const item = planned.items[index] as PlannedItem
  const outcomeOf = (outcome: ItemOutcome): Sent => ({
    kind: 'outcome',
    outcome: judged(outcome, planned.task, itemScope(planned, index, walk, engine)),
  })
  const session = item.on === undefined ? walk.session : await reach(item.on, engine)
  if ('problem' in session) return outcomeOf({ status: 'failed', differences: [], reason: session.problem })
  const alone: PlannedTask = { ...planned, items: [item] }
  const part: Round = { ...round, tasks: [alone], wishes: [] }
  const where = item.on === undefined ? {} : { on: item.on }
  const writing = createWriting({ first: 0, tasks: [alone] }, part, { walk, engine, session, ...where })
  const ended = await writing.send()
  const work = writing.endOf(0, 0)
  if (work === 'nothing-sent') return outcomeOf(planOutcome(item.plan, 'changed'))
  if (work === undefined) {
    if (item.on === undefined) return { kind: 'stopped', ended }
    return outcomeOf({ status: 'failed', differences: [], reason: `${item.on}: ${whyEnded(ended)}` })
  }
  if (work.end.kind === 'moved') return { kind: 'moved' }
  if (item.on === undefined && work.end.kind === 'done') {
    const laid = new Map(walk.predicted)
    for (const { leaves } of changesOf(item)) for (const { reading, value } of leaves) laid.set(reading.key, value)
    walk.predicted = laid
  }
  return outcomeOf(endOutcome(work))
}

/** The items from here on in one script, up to the first that fails. */
const sendFrom = async (
  from: number,
  { round, planned }: Now,
  { walk, engine }: Carrier,
): Promise<
  { readonly kind: 'outcomes'; readonly outcomes: readonly ItemOutcome[] } | Extract<Sent, { kind: 'stopped' }>
> => {
  const rest: PlannedTask = { ...planned, items: planned.items.slice(from) }
  const part: Round = { ...round, tasks: [rest], wishes: [] }
  const writing = createWriting({ first: 0, tasks: [rest] }, part, { walk, engine, session: walk.session })
  const ended = await writing.send()
  const outcomes: ItemOutcome[] = []
  for (const [offset, item] of rest.items.entries()) {
    const work = writing.endOf(0, offset)
    // A script ends with the first failure: the items behind it go out in another.
    if (work === undefined && outcomes.length > 0) break
    if (work === undefined) return { kind: 'stopped', ended }
    const outcome = work === 'nothing-sent' ? planOutcome(item.plan, 'changed') : endOutcome(work)
    outcomes.push(judged(outcome, planned.task, itemScope(planned, from + offset, walk, engine)))
    if (work !== 'nothing-sent' && work.end.kind !== 'done') break
  }
  return { kind: 'outcomes', outcomes }
}

/**
 * The items of a loop behind one that failed: the host is read anew, for what was planned behind that item no longer holds.
 * @param outcomes  of the items so far; those of the others are put behind them
 */
export const carryRest = async (
  planned: PlannedTask,
  outcomes: ItemOutcome[],
  carrier: Carrier,
): Promise<Extract<Sent, { kind: 'stopped' }> | undefined> => {
  while (outcomes.length < planned.items.length) {
    forget(carrier.walk)
    const round = await carrier.replan()
    const again = round?.tasks[0]
    if (round === undefined || again?.items.length !== planned.items.length) return undefined
    const sent = await sendFrom(outcomes.length, { round, planned: again }, carrier)
    if (sent.kind === 'stopped') return sent
    outcomes.push(...sent.outcomes)
  }
  return undefined
}

const whyEnded = (ended: Stopped): string => {
  if (ended === undefined) return 'the script ended early'
  return ended.kind === 'locked' ? `locked by ${ended.owner}` : ended.reason
}

const reach = async (host: string, engine: Engine): Promise<Session | { readonly problem: string }> => {
  const session = await engine.sessions.open(host)
  return 'kind' in session ? { problem: `${host} cannot be reached: ${session.reason}` } : session
}
