/** `--start-at-task`: tasks before the one that is named are left out, in all plays. */
import { globToRegExp } from '../inventory/fnmatch.ts'
import type { Checked } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import { nearest } from '../nearest.ts'
import type { BuiltPlay } from './build-play.ts'

/**
 * The plays from the first task on whose name matches. Handlers stay.
 * @param name  a name as it is written, or a glob of it, as in Ansible
 */
export const startAt = (name: string, plays: readonly BuiltPlay[]): Checked<readonly BuiltPlay[]> => {
  const pattern = globToRegExp(name)
  const matches = (task: Task): boolean => task.name === name || pattern.test(task.name)
  const first = plays.findIndex(({ play }) => play.tasks.some(matches))
  if (first < 0) {
    const names = plays.flatMap(({ play }) => play.tasks.map((task) => task.name))
    const near = nearest(name, names)
    return {
      value: plays,
      problems: [
        {
          severity: 'error',
          summary: `no task is called "${name}", to start at`,
          hint: near === undefined ? '--list-tasks shows their names' : `did you mean "${near}"?`,
        },
      ],
    }
  }
  const from = (built: BuiltPlay, index: number): BuiltPlay => {
    const { tasks, flushes } = built.play
    const cut = index < first ? tasks.length : index > first ? 0 : tasks.findIndex(matches)
    const left = [...new Set(flushes.map((count) => Math.max(0, count - cut)))]
    return { ...built, play: { ...built.play, tasks: tasks.slice(cut), flushes: left } }
  }
  return { value: plays.map(from), problems: [] }
}
