import type { Task } from '../model/schedule.ts'
import type { Plan } from '../model/task-type.ts'
import type { Engine } from './engine.ts'
import type { ForeseenOutcome } from './outcome.ts'
import type { Round } from './round.ts'
import type { WalkState } from './walk-state.ts'

/** How a round ended. `again`: plan from the cursor anew; `stopped`: this host's tasks are over. */
export type Carried = 'on' | 'stopped'

/**
 * What is done with a plan. There are two, chosen at the composition root: `carryOut` and `foretell`.
 * No task type and nothing else in the engine knows which one it is.
 */
export interface Interpreter {
  readonly writes: boolean
  /** May the same round go on behind this task? */
  goesOnAfter(task: Task, plan: Plan): boolean
  /** What is known of the outcome before it is carried out. */
  foresee(plan: Plan): ForeseenOutcome
  /** `replan`: reads and plans the next round anew. */
  carry(round: Round, walk: WalkState, engine: Engine, replan: () => Promise<Round | undefined>): Promise<Carried>
}
