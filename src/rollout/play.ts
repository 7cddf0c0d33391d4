import type { Engine } from '../engine/engine.ts'
import { createMeeting, createSlots } from '../engine/meeting.ts'
import { changesOf, type Round } from '../engine/round.ts'
import { startWalk, type Walk } from '../engine/walk.ts'
import type { HostState } from '../engine/walk-state.ts'
import type { Play, Share } from '../model/schedule.ts'
import { carefulSerial, cutBatches, showSerial } from './batches.ts'
import { arithmetic, type Limits, limitsOf, lossesOf, namesLimit, overLimit } from './limits.ts'

/**
 * One play over the hosts that are well; why it halted the run, or undefined.
 * A play that goes in batches, or may have to, reads and plans all its hosts first: whoever has nothing to do is done
 * with that, and the batches are cut from the others. What moved meanwhile is seen by the tests before each change.
 */
export const runPlay = async (
  play: Play,
  hosts: readonly HostState[],
  engine: Engine,
  forks: number,
): Promise<string | undefined> => {
  const crew = createCrew(play, engine, forks)
  const { writes } = engine.interpreter
  const named = play.serial !== undefined && cutBatches(hosts, play.serial, hosts.length).length > 1
  if (writes && (named || (play.serial === undefined && mayTakeServersAway(play, hosts)))) {
    const pending = await crew.prepare(hosts)
    const serial = play.serial ?? carefully(play, pending, engine)
    if (serial !== undefined) {
      const waiting = pending.map(({ host }) => host)
      return inBatches(cutBatches(waiting, serial, hosts.length), { play, hosts, engine, crew })
    }
  }
  await crew.finish(hosts)
  return namesLimit(play) ? overLimit(lossesOf(hosts), limitsOf(play, hosts.length)) : undefined
}

/** The serial of a play that names none, if several real servers would change VIPs or guards. */
const carefully = (play: Play, pending: readonly Pending[], engine: Engine): readonly Share[] | undefined => {
  const risky = pending.filter(
    ({ host, round }) => host.groups.includes('realserver') && mayChangeRotation(play, round),
  )
  if (risky.length < 2) return undefined
  const text = `${risky.length} real servers would change VIPs or ARP guards (or may) and the play names no serial: it runs as ${showSerial(carefulSerial)}; serial: 100% does all at once`
  engine.emit({ type: 'notice', text })
  return carefulSerial
}

/** Could this play change VIPs or guards on more than one real server? Only then a first reading decides how it runs. */
const mayTakeServersAway = (play: Play, hosts: readonly HostState[]): boolean =>
  [...play.tasks, ...play.handlers].some(({ type }) => type.touchesRotation || type.includes) &&
  hosts.filter(({ groups }) => groups.includes('realserver')).length > 1

/** What stands behind the first round is not planned yet: it counts as if it changed what it can. */
const mayChangeRotation = (play: Play, round: Round | undefined): boolean => {
  const planned = new Set(round?.tasks.map(({ task }) => task.id))
  const last = play.tasks.findLastIndex(({ id }) => planned.has(id))
  const behind = [...play.tasks.slice(last + 1), ...play.handlers]
  return (
    (round !== undefined && changesRotation(round)) || behind.some(({ type }) => type.touchesRotation || type.includes)
  )
}

const changesRotation = (round: Round): boolean =>
  round.tasks.some(({ items }) =>
    items.some((item) =>
      changesOf(item).some(({ leaves }) =>
        leaves.some(({ reading }) => /^addresses:lo$|\/arp_(ignore|announce)$/.test(reading.key)),
      ),
    ),
  )

interface Pending {
  readonly host: HostState
  /** Not known where other hosts are to be waited for. */
  readonly round?: Round
}

interface Rollout {
  readonly play: Play
  readonly hosts: readonly HostState[]
  readonly engine: Engine
  readonly crew: Crew
}

const inBatches = async (
  batches: readonly (readonly HostState[])[],
  { play, hosts, engine, crew }: Rollout,
): Promise<string | undefined> => {
  const limits: Limits = limitsOf(play, hosts.length)
  if (batches.length > 0)
    engine.emit({ type: 'notice', text: arithmetic(hosts.length, lossesOf(hosts), limits, batches) })
  const before = overLimit(lossesOf(hosts), limits)
  const stop = (from: number) => {
    for (const host of batches.slice(from).flat()) if (host.condition === 'well') host.condition = 'stopped'
  }
  if (before !== undefined) {
    stop(0)
    return before
  }
  for (const [index, batch] of batches.entries()) {
    if (engine.run.halt.because !== undefined) {
      stop(index)
      return undefined
    }
    const well = batch.filter(({ condition }) => condition === 'well')
    engine.emit({
      type: 'batch-started',
      play: play.name,
      batch: index + 1,
      batches: batches.length,
      hosts: well.map(({ name }) => name),
    })
    await crew.finish(well)
    engine.emit({ type: 'batch-finished', play: play.name, batch: index + 1 })
    const over = overLimit(lossesOf(hosts), limits)
    if (over !== undefined) {
      stop(index + 1)
      return over
    }
  }
  return undefined
}

/** Works on hosts, at most `forks` at once; a host's walk goes on where it stopped. */
interface Crew {
  /** Reads and plans; hosts with nothing to write are done, the others are given back with their first round. */
  prepare(hosts: readonly HostState[]): Promise<readonly Pending[]>
  finish(hosts: readonly HostState[]): Promise<void>
}

const createCrew = (play: Play, engine: Engine, forks: number): Crew => {
  const slots = createSlots(Math.min(forks, play.throttle || forks))
  const atWork = async <T>(work: () => Promise<T>): Promise<T> => {
    await slots.take()
    try {
      return await work()
    } finally {
      slots.giveBack()
    }
  }
  const walks = new Map<string, Walk>()
  /** Unreachable, which the play ignores: told once. */
  const passedOver = new Set<string>()
  const walkOf = async (host: HostState): Promise<Walk | undefined> => {
    const known = walks.get(host.name)
    if (known !== undefined || host.condition !== 'well' || passedOver.has(host.name)) return known
    if (engine.run.halt.because !== undefined) {
      host.condition = 'stopped'
      return undefined
    }
    const session = await engine.sessions.open(host.name)
    if ('kind' in session && engine.run.halt.interrupted) {
      host.condition = 'stopped'
      return undefined
    }
    if ('kind' in session) {
      const ignored = play.ignoreUnreachable === true
      if (ignored) {
        passedOver.add(host.name)
        engine.sessions.forget(host.name)
      } else host.condition = 'unreachable'
      const hint = session.hint === undefined ? {} : { hint: session.hint }
      engine.emit({
        type: 'host-unreachable',
        host: host.name,
        reason: session.reason,
        ...hint,
        touched: 'no',
        ...(ignored ? { ignored } : {}),
      })
      return undefined
    }
    const walk = startWalk(play, host, session, engine)
    walks.set(host.name, walk)
    return walk
  }
  return {
    prepare: async (hosts) => {
      const prepared = await Promise.all(
        hosts.map((host) =>
          atWork(async (): Promise<readonly Pending[]> => {
            const came = await (await walkOf(host))?.prepare()
            if (came === undefined || came.kind === 'done') return []
            return [{ host, ...(came.round === undefined ? {} : { round: came.round }) }]
          }),
        ),
      )
      return prepared.flat()
    },
    finish: async (hosts) => {
      const meeting = createMeeting(
        hosts.map(({ name }) => name),
        slots,
      )
      await Promise.all(
        hosts.map((host) =>
          atWork(async () => {
            const walk = await walkOf(host)
            if (walk === undefined) meeting.leave(host.name)
            else await walk.finish(meeting)
          }),
        ),
      )
    },
  }
}
