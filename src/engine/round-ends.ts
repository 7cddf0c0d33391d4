import type { Play, Task } from '../model/schedule.ts'
import { answersTo } from '../schedule/handlers.ts'
import { standsAlone } from '../schedule/round-rules.ts'
import type { Interpreter } from './interpreter.ts'
import type { Entry } from './queue.ts'
import type { WalkState } from './walk-state.ts'

/** May nothing travel with it that comes behind it? In check nothing is sent, so that only the fleet's order matters. */
export const endsRound = (task: Task, play: Play, interpreter: Interpreter): boolean =>
  standsAlone(task, play) || (interpreter.writes && task.failedWhen !== undefined)

/** Handlers that have their turn now. */
export const dueHandlers = (walk: WalkState, more: ReadonlySet<string> = new Set()): readonly Task[] => {
  const names = [...walk.notified, ...walk.maybeNotified.keys(), ...more]
  return walk.play.handlers.filter((handler) => names.some((name) => answersTo(handler, name)))
}

/** Will there be a handler to run at this point? */
export const isCalled = (
  { handled }: Extract<Entry, { kind: 'flush' }>,
  walk: WalkState,
  notified: ReadonlySet<string>,
): boolean => dueHandlers(walk, notified).some(({ id }) => !handled.has(id))
