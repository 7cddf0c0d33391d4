import type { Engine } from '../engine/engine.ts'
import type { HostState } from '../engine/walk-state.ts'
import type { Play } from '../model/schedule.ts'
import { runPlay } from './play.ts'

/** Hosts that did not come through all their plays, in inventory order of the plays. */
export interface Ran {
  readonly left: readonly string[]
}

/** All plays, one after the other; a host that failed or vanished is out of the later ones. */
export const runPlays = async (plays: readonly Play[], engine: Engine, forks: number): Promise<Ran> => {
  const states = new Map<string, HostState>()
  for (const name of plays.flatMap(({ hosts }) => hosts)) states.set(name, engine.hosts(name))
  const seen = new Set<Play>()
  for (const play of plays) {
    if (engine.run.halt.because !== undefined) break
    const hosts = play.hosts.flatMap((name) => states.get(name) ?? []).filter(({ condition }) => condition === 'well')
    seen.add(play)
    if (hosts.length === 0) continue
    const tasks = play.tasks.map(({ id, name }) => ({ task_id: id, task: name }))
    engine.emit({
      type: 'play-started',
      play: play.name,
      number: play.number,
      hosts: hosts.map(({ name }) => name),
      tasks,
    })
    const over = await runPlay(play, hosts, engine, forks)
    if (over !== undefined) engine.run.halt.request(over, 'run')
  }
  const left = leftOver(plays, states, seen, engine)
  if (engine.run.halt.because !== undefined && !engine.run.halt.interrupted)
    engine.emit({ type: 'rollout-halted', why: engine.run.halt.because, hosts_left: left })
  return { left }
}

const leftOver = (
  plays: readonly Play[],
  states: ReadonlyMap<string, HostState>,
  seen: ReadonlySet<Play>,
  engine: Engine,
): readonly string[] => {
  const unseen = new Set(plays.filter((play) => !seen.has(play)).flatMap(({ hosts }) => hosts))
  const halted = engine.run.halt.because !== undefined
  return [...states.values()]
    .filter(({ name, condition }) => condition !== 'well' || (halted && unseen.has(name)))
    .map(({ name }) => name)
}
