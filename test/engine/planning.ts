import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { carryOut } from '../../src/engine/carry-out.ts'
import { bookOf } from '../../src/engine/draft.ts'
import { createHalt, type Engine } from '../../src/engine/engine.ts'
import { foretell } from '../../src/engine/foretell.ts'
import type { Interpreter } from '../../src/engine/interpreter.ts'
import { createNeighbours } from '../../src/engine/neighbours.ts'
import { type Planning, planRound } from '../../src/engine/plan-round.ts'
import { createHosts, newWalk, type WalkState } from '../../src/engine/walk-state.ts'
import { readInventory } from '../../src/inventory/read.ts'
import type { CommandResult } from '../../src/model/task-type.ts'
import { schedule } from '../../src/schedule/schedule.ts'
import { taskTypes } from '../../src/tasks/index.ts'

/** A walk over the first play of a playbook, for one host of a small inventory, with nothing read yet. */
export const walkOver = async (
  playbook: string,
  interpreter: Interpreter,
): Promise<{ walk: WalkState; engine: Engine }> => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-planning-'))
  try {
    writeFileSync(join(folder, 'hosts.ini'), '[realserver]\nrs1 vip=192.0.2.100\n')
    const file = join(folder, 'play.yml')
    writeFileSync(file, playbook)
    const { value: inventory } = await readInventory([join(folder, 'hosts.ini')], { playbookDirectories: [] })
    const { value, problems } = await schedule({
      playbooks: [file],
      inventory,
      taskTypes,
      tags: [],
      skipTags: [],
      extraVars: [],
      check: !interpreter.writes,
      allowEmpty: false,
    })
    const play = value?.playbooks[0]?.plays[0]
    if (value === undefined || play === undefined || problems.length > 0)
      throw new Error(JSON.stringify(problems, null, 2))
    const never = () => {
      throw new Error('planning does no I/O')
    }
    const engine: Engine = {
      schedule: value,
      inventory,
      sessions: { open: never, forget: never, close: never },
      rotation: { refuses: never },
      neighbours: createNeighbours(),
      hosts: createHosts(inventory),
      interpreter,
      modes: { run: carryOut, check: foretell },
      emit: never,
      ask: never,
      journal: never,
      identityOf: (_host, _play, task) => ({ become: task?.become === true, becomeUser: 'root' }),
      run: { id: 'r', owner: 'o', lockWait: 30, halt: createHalt() },
    }
    const walk = newWalk(play, engine.hosts('rs1'), { read: never, write: never, close: never })
    return { walk, engine }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Plans the next round; what it asks for is answered from `answers` (source key → output), else with an empty failure. */
export const planWith = (
  walk: WalkState,
  engine: Engine,
  answers: Readonly<Record<string, string>> = {},
): { planning: Planning; asked: string[] } => {
  const asked: string[] = []
  for (;;) {
    const planning = planRound(walk, engine, new Map())
    if (planning.kind === 'round' && walk.facts.size > 0) return { planning, asked }
    if (planning.kind === 'read')
      for (const need of planning.needs) {
        for (const source of need.sources.values()) {
          asked.push(source.key)
          const stdout = answers[source.key]
          const result: CommandResult = { exitCode: stdout === undefined ? 1 : 0, stdout: stdout ?? '', stderr: '' }
          bookOf(walk, need).learn(source, result)
        }
      }
    // As the walk does after its first command.
    walk.facts.set('nic', { kind: 'value', value: 'eth0' })
  }
}
