import type { Plan } from '../model/task-type.ts'
import type { Engine } from './engine.ts'
import { pause } from './pause.ts'
import type { PlannedItem, PlannedTask, Round } from './round.ts'

type Wait = Extract<Plan, { kind: 'wait' }>

/** Waits the time, or for the answer, which becomes a part of the result. A halt of the run ends both. */
const waitFor = async (plan: Wait, { name }: PlannedTask, engine: Engine): Promise<Wait> => {
  const { hide, run } = engine
  if (typeof plan.for === 'number') {
    if (plan.says !== undefined) engine.emit({ type: 'notice', text: `${plan.says} (waiting ${plan.for} s)` })
    await pause(plan.for, run.halt)
    return plan
  }
  const begun = performance.now()
  const { prompt, echo } = plan.for
  const answer = await engine.ask({ task: name, prompt, echo }, run.halt.signal)
  if (answer === undefined && run.halt.because === undefined)
    engine.emit({
      type: 'warning',
      text: `"${name}" goes on without an answer: standard input is no terminal, so that nobody can be asked`,
    })
  if (answer !== undefined && !echo) hide?.([answer])
  const seconds = (performance.now() - begun) / 1000
  const told = { delta: Math.floor(seconds), stdout: `Paused for ${Math.round(seconds * 100) / 100} seconds` }
  return { ...plan, result: { ...plan.result, ...told, user_input: answer ?? '' } }
}

/** The pauses of a round, one after the other; the round with what was answered. */
export const waitOut = async (round: Round, engine: Engine): Promise<Round> => {
  if (!round.tasks.some(({ items }) => items.some(({ plan }) => plan.kind === 'wait'))) return round
  const tasks: PlannedTask[] = []
  for (const task of round.tasks) {
    const items: PlannedItem[] = []
    for (const item of task.items)
      items.push(item.plan.kind === 'wait' ? { ...item, plan: await waitFor(item.plan, task, engine) } : item)
    tasks.push({ ...task, items })
  }
  return { ...round, tasks }
}
