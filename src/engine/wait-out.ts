import { setTimeout as sleep } from 'node:timers/promises'
import type { Halt } from './engine.ts'
import type { Round } from './round.ts'

/** How long an interruption may go unnoticed, in milliseconds. */
const look = 200

/** The pauses of a round, one after the other; a halt of the run ends them. */
export const waitOut = async ({ tasks }: Round, halt: Halt): Promise<void> => {
  const seconds = tasks
    .flatMap(({ items }) => items)
    .reduce((sum, { plan }) => (plan.kind === 'wait' ? sum + plan.seconds : sum), 0)
  const end = performance.now() + seconds * 1000
  while (halt.because === undefined) {
    const left = end - performance.now()
    if (left <= 0) return
    await sleep(Math.min(left, look))
  }
}
