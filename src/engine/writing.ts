import type { Task } from '../model/schedule.ts'
import type { Change, Facts, Prediction } from '../model/task-type.ts'
import type { Frame, TaskEnd } from '../remote/frames.ts'
import { type WriteChange, type WriteTask, writeScript } from '../remote/write-script.ts'
import { bookOf } from './draft.ts'
import type { Engine } from './engine.ts'
import type { ItemOutcome } from './outcome.ts'
import { taskRef } from './report.ts'
import { changesOf, type PlannedItem, type PlannedTask, type Round, unsettles, writes } from './round.ts'
import { type Ended, newNonce, type Session } from './session.ts'
import type { WalkState } from './walk-state.ts'
import { didNotTake, type WorkEnd } from './work-end.ts'

/** Seconds a step may take on the host where neither task nor user says otherwise (the contract's limits). */
const stepLimit = 60
const commandLimit = 300
/** Characters of one stream that an event tells. */
const mostOutput = 65_536
/** Frames of the last reading-back carry the task's place in the segment beyond this. */
const atEndFrom = 1_000_000

/** Neighbouring tasks of one identity: one script. `first` is the index of its first task in the round. */
export interface Segment {
  readonly first: number
  readonly tasks: readonly PlannedTask[]
}

/** One write script and what came back of it. */
export interface Writing {
  send(): Promise<Ended | { readonly kind: 'locked'; readonly owner: string } | undefined>
  /** undefined: the script did not get there. */
  endOf(offset: number, item: number): WorkEnd | 'nothing-sent' | undefined
  /** What the task wished no longer held at the end of the script. */
  undone(offset: number): ItemOutcome | undefined
  /** From its begin frame to its end frame, as received. */
  seconds(offset: number): number
}

interface Work {
  readonly offset: number
  readonly index: number
  readonly item: PlannedItem
}

export interface Writer {
  readonly walk: WalkState
  readonly engine: Engine
  readonly session: Session
  /** Another host, which the session reaches. */
  readonly on?: string
}

export const createWriting = (segment: Segment, round: Round, { walk, engine, session, on }: Writer): Writing => {
  const works: readonly Work[] = segment.tasks.flatMap((task, offset) =>
    task.items.flatMap((item, index) => (writes(item) ? [{ offset, index, item }] : [])),
  )
  const ends = new Map<number, TaskEnd>()
  const clock = new Map<number, { begun: number; ended: number }>()
  const started = new Set<number>()
  let locked: string | undefined

  const onFrame = (frame: Frame) => {
    if (frame.kind === 'locked') locked = frame.owner
    if (frame.kind === 'waiting')
      engine.emit({ type: 'notice', text: `${walk.host.name} is locked by ${frame.owner}: waiting` })
    if (frame.kind === 'notice') engine.emit({ type: 'warning', text: `${walk.host.name}: ${frame.text}` })
    if (frame.kind === 'begin') begun(frame.index)
    if (frame.kind === 'end') {
      ends.set(frame.index, frame.end)
      tellOutput(frame.index, frame.end)
      const times = clock.get(works[frame.index]?.offset ?? -1)
      if (times !== undefined) times.ended = performance.now()
    }
  }
  const begun = (index: number) => {
    const work = works[index]
    if (work === undefined || started.has(work.offset)) return
    started.add(work.offset)
    engine.hosts(on ?? walk.host.name).touched = 'yes'
    clock.set(work.offset, { begun: performance.now(), ended: performance.now() })
    engine.emit({ type: 'task-started', ...taskRef(walk, segment.tasks[work.offset] as PlannedTask) })
  }

  /** What a command printed, as far as it is kept; a task of ours prints nothing worth telling. */
  const tellOutput = (index: number, end: TaskEnd) => {
    const work = works[index]
    const planned = work && segment.tasks[work.offset]
    if (work?.item.plan.kind !== 'opaque' || planned === undefined || planned.task.noLog) return
    const results = end.kind === 'done' ? end.results : end.kind === 'failed' ? [end.result] : []
    for (const result of results) {
      for (const stream of ['stdout', 'stderr'] as const) {
        const text = result[stream].slice(0, mostOutput)
        if (text !== '')
          engine.emit({ type: 'task-output', task_id: planned.task.id, host: walk.host.name, stream, text })
      }
    }
  }

  /** Under no_log only how a task ended is kept: its output may hold the secret. */
  const endsToKeep = () =>
    [...ends].map(([number, end]) => {
      const offset = number >= atEndFrom ? number - atEndFrom : works[number]?.offset
      const silent = offset !== undefined && segment.tasks[offset]?.task.noLog === true
      return [number, silent ? { kind: end.kind } : end]
    })

  return {
    send: async () => {
      if (works.length === 0) return undefined
      const nonce = newNonce()
      const target = on ?? walk.host.name
      const script = scriptOf(works, segment, round, { walk, engine, nonce, ...(on === undefined ? {} : { on }) })
      await engine.journal({ host: target, nonce, tasks: works.map((work) => journaled(work, segment)) })
      const identity =
        on === undefined
          ? (segment.tasks[0] as PlannedTask).identity
          : engine.identityOf(on, walk.play, segment.tasks[0]?.task)
      const limit = works.reduce(
        (sum, work) => sum + workLimit(work, taskOf(work, segment), engine),
        engine.run.lockWait,
      )
      const ended = await session.write({ identity, nonce, script, run: engine.run.id, limit, onFrame })
      await engine.journal({ host: target, nonce, ended: ended ?? 'to the end', ends: endsToKeep() })
      if (locked !== undefined) return { kind: 'locked', owner: locked }
      if (ended?.kind === 'failed' && ended.wrongPassword) {
        engine.run.halt.request(
          `the become password was refused on ${walk.host.name}: no other host is tried with it`,
          'run',
        )
      }
      return ended
    },
    endOf: (offset, index) => {
      const number = works.findIndex((work) => work.offset === offset && work.index === index)
      const work = works[number]
      if (work === undefined) return 'nothing-sent'
      const end = ends.get(number)
      return end === undefined ? undefined : { item: work.item, end }
    },
    undone: (offset) => {
      const end = ends.get(atEndFrom + offset)
      return end === undefined ? undefined : didNotTake(end)
    },
    seconds: (offset) => {
      const times = clock.get(offset)
      return times === undefined ? 0 : (times.ended - times.begun) / 1000
    },
  }
}

const workLimit = ({ item }: Work, task: Task, engine: Engine): number =>
  stepsOf(item).reduce(
    (sum, step) => sum + (step.kind === 'run' && step.limit !== undefined ? step.limit : limitOf(item, task, engine)),
    0,
  )

const taskOf = ({ offset }: Work, segment: Segment): Task => (segment.tasks[offset] as PlannedTask).task

const stepsOf = (item: PlannedItem) =>
  item.plan.kind === 'opaque' ? item.plan.steps : changesOf(item).flatMap(({ steps }) => steps)

const limitOf = (item: PlannedItem, { timeout }: Task, engine: Engine): number =>
  (timeout || undefined) ?? engine.run.taskTimeout ?? (unsettles(item.plan) ? commandLimit : stepLimit)

const scriptOf = (
  works: readonly Work[],
  segment: Segment,
  round: Round,
  { walk, engine, nonce, on }: { walk: WalkState; engine: Engine; nonce: string; on?: string },
): string => {
  // What each change was planned against is known by laying its predecessors over what was read.
  const laid = new Map(on === undefined && round.interpreter.writes === engine.interpreter.writes ? walk.predicted : [])
  const [first] = segment.tasks as [PlannedTask]
  const place =
    on === undefined ? { identity: first.identity } : { identity: engine.identityOf(on, walk.play, first.task), on }
  const facts = bookOf(walk, place).under(laid)
  for (const earlier of round.tasks.slice(0, segment.first)) layOver(earlier, laid)
  const tasks: WriteTask[] = works.map(({ item, offset }, index) => ({
    index,
    opaque: unsettles(item.plan),
    limit: limitOf(item, taskOf({ offset, index, item }, segment), engine),
    environment: item.environment,
    private: saysSecrets(item, segment.tasks[offset]?.task.noLog === true, engine),
    changes:
      item.plan.kind === 'opaque'
        ? [{ from: [], steps: item.plan.steps, proof: [] }]
        : changesOf(item).map((change) => writeChange(change, facts, laid)),
  }))
  return writeScript({
    nonce,
    run: engine.run.id,
    owner: engine.run.owner,
    lockWait: engine.run.lockWait,
    tasks,
    atEnd: atEnd(segment, round),
  })
}

/** A command that is given a secret may say it again. */
const saysSecrets = (item: PlannedItem, noLog: boolean, { tellsSecret }: Engine): boolean => {
  if (noLog || tellsSecret === undefined) return noLog
  const steps = item.plan.kind === 'opaque' ? item.plan.steps : changesOf(item).flatMap((change) => change.steps)
  const given = steps.flatMap((step) => (step.kind === 'run' ? [...step.command, step.stdin ?? ''] : []))
  return given.length > 0 && [...given, ...Object.values(item.environment ?? {})].some(tellsSecret)
}

const layOver = (task: PlannedTask, laid: Map<string, unknown>): void => {
  for (const item of task.items)
    for (const change of changesOf(item)) for (const { reading, value } of change.leaves) laid.set(reading.key, value)
}

const writeChange = (change: Change, facts: Facts, laid: Map<string, unknown>): WriteChange => {
  const from = change.leaves.flatMap(({ reading }) => tests({ reading, value: facts.of(reading) }))
  const proof = change.leaves.flatMap(tests)
  for (const { reading, value } of change.leaves) laid.set(reading.key, value)
  return { from, steps: change.steps, proof }
}

const tests = ({ reading, value }: Prediction) => reading.test(value).map((test) => ({ key: reading.key, test }))

/** Every key that a task of this segment wishes, unless a later segment still touches it. */
const atEnd = (segment: Segment, round: Round) => {
  const beyond = segment.first + segment.tasks.length
  const later = new Set(
    round.tasks
      .slice(beyond)
      .flatMap(({ items }) =>
        items.flatMap((item) => changesOf(item).flatMap(({ leaves }) => leaves.map(({ reading }) => reading.key))),
      ),
  )
  return segment.tasks.flatMap((_, offset) => {
    const wished = round.wishes.filter(
      ({ index, reading }) => index === segment.first + offset && !later.has(reading.key),
    )
    return wished.length === 0 ? [] : [{ index: atEndFrom + offset, tests: wished.flatMap(tests) }]
  })
}

/** The plan with its undo, on disk before anything is sent. Contents under no_log are not kept. */
const journaled = ({ offset, item }: Work, segment: Segment) => {
  const { task, name } = segment.tasks[offset] as PlannedTask
  if (task.noLog) return { task_id: task.id, task: name, undo: 'not kept: the task has no_log' }
  return {
    task_id: task.id,
    task: name,
    changes: changesOf(item).map(({ what, from, to, undo }) => ({ what, from, to, undo: undo.map(storable) })),
    ...(item.plan.kind === 'opaque' ? { opaque: item.plan.because } : {}),
  }
}
const storable = (step: Change['undo'][number]): object =>
  step.kind === 'put' ? { ...step, content: Buffer.from(step.content).toString('base64') } : step
