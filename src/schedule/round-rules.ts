/** Where rounds end because of what a task says of itself. */
import type { Play, Task } from '../model/schedule.ts'

/** Do the hosts of a batch come together before this task? */
export const meetsBefore = (task: Task, play: Play): boolean =>
  play.strategy === 'linear' ||
  isForAll(task) ||
  task.delegateTo !== undefined ||
  (task.throttle ?? 0) > 0 ||
  task.anyErrorsFatal === true

/** And before whatever comes behind it? */
export const meetsAfter = (task: Task): boolean => isForAll(task) || task.anyErrorsFatal === true

/** Said for all hosts: what one of them is told holds for the others. */
export const isForAll = (task: Task): boolean => task.runOnce === true || task.type.forAll === true || endsPlay(task)

const endsPlay = ({ type, args }: Task): boolean =>
  type.name === 'meta' && args.kind === 'scalar' && args.value === 'end_play'

/** Is it tried more than once, or item by item with a pause? */
export const isPatient = ({ until, retries, loop }: Task): boolean =>
  until.length > 0 || retries !== undefined || (loop?.pause ?? 0) > 0

/** A round of its own. */
export const standsAlone = (task: Task, play: Play): boolean => meetsBefore(task, play) || isPatient(task)
