import type { Play, Task } from '../model/schedule.ts'
import { roundStarts, tasksOf } from '../schedule/rounds.ts'
import type { Schedule } from '../schedule/schedule.ts'

/** The hosts of each play. */
export const listHosts = (schedule: Schedule): string =>
  plays(schedule)
    .map((play) => `${heading(play)}\n${play.hosts.map((host) => `    ${host}\n`).join('')}`)
    .join('\n')

/** The tasks of each play by the rounds in which they travel: a converged host costs one command a round. */
export const listTasks = (schedule: Schedule): string =>
  plays(schedule)
    .map((play) => listPlay(play, schedule))
    .join('\n')

/** The tags of each play's tasks, those that --tags and --skip-tags leave. */
export const listTags = (schedule: Schedule): string =>
  plays(schedule)
    .map((play) => {
      const tags = new Set([...play.tasks, ...play.handlers].flatMap((task) => task.tags))
      return `${heading(play)}\n  ${tags.size === 0 ? 'no tags' : `tags: ${[...tags].sort().join(', ')}`}\n`
    })
    .join('\n')

const plays = (schedule: Schedule): readonly Play[] => schedule.playbooks.flatMap((playbook) => playbook.plays)

const heading = ({ number, name, hosts }: Play): string =>
  `play ${number}: ${name} (${hosts.length} ${hosts.length === 1 ? 'host' : 'hosts'})`

const listPlay = (play: Play, schedule: Schedule): string => {
  const starts = roundStarts(play, schedule)
  let round = 0
  const lines = tasksOf(play, schedule).flatMap((task) => {
    const before = starts.has(task.id) || round === 0 ? [`  round ${++round}`] : []
    return [...before, line(task)]
  })
  const handlers = play.handlers.length === 0 ? [] : ['  handlers, where notified', ...play.handlers.map(line)]
  return `${[heading(play), ...lines, ...handlers].join('\n')}\n`
}

const line = ({ id, name, type, at, tags }: Task): string =>
  `    ${id.padEnd(6)} ${name}  [${type.name}]${tags.length === 0 ? '' : ` tags: ${tags.join(', ')}`}  ${at.file}:${at.line}`
