/** What hosts go through in one playbook, from its first task to its last. */
import type { Play, Task } from '../model/schedule.ts'
import type { Work } from './rule.ts'
import type { PlaybookWork } from './work.ts'

/** Types whose tasks touch what lasts; only these make courses differ, so that a large fleet has few. */
const lasts = ({ type }: Task): boolean => type.lasting !== undefined || type.keeps === true

/** Rescue is for when things went wrong, and a delegated task is about another host. */
const isPlain = ({ path, delegateTo }: Task): boolean =>
  delegateTo === undefined && path.every(({ part }) => part !== 'rescue')

/** Each different course once, whoever goes through it. Handlers run only where notified, and are left out. */
export const coursesOf = (plays: readonly Play[], work: PlaybookWork): readonly (readonly Work[])[] => {
  const matters = (play: Play) => work.tasksOf(play).filter((task) => lasts(task) && isPlain(task))
  const keys = new Map<string, string>()
  for (const play of plays) {
    for (const host of play.hosts) keys.set(host, `${keys.get(host) ?? ''}p${play.number} `)
    for (const task of matters(play)) {
      const classes = work.of(task)
      if (classes.length < 2) continue
      for (const [index, { hosts }] of classes.entries())
        for (const host of hosts) keys.set(host, `${keys.get(host) ?? ''}${task.id}:${index} `)
    }
  }
  const examples = new Map<string, string>()
  for (const [host, key] of keys) if (!examples.has(key)) examples.set(key, host)
  return [...examples.values()].map((host) =>
    plays.flatMap((play) =>
      play.hosts.includes(host)
        ? matters(play).flatMap((task) => {
            const classes = work.of(task)
            const mine = classes.length === 1 ? classes[0] : classes.find(({ hosts }) => hosts.includes(host))
            return mine?.result ?? []
          })
        : [],
    ),
  )
}
