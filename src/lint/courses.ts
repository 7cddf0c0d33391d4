/** What hosts go through in one playbook, from its first task to its last. */
import type { Play, Task } from '../model/schedule.ts'
import type { HostClass } from '../schedule/host-classes.ts'
import type { Work } from './rule.ts'
import type { PlaybookWork } from './work.ts'

/** Types whose tasks touch what lasts; only these make courses differ, so that a large fleet has few. */
const lasts = ({ type }: Task): boolean => type.lasting !== undefined || type.keeps === true

/** Rescue is for when things went wrong, and a delegated task is about another host. */
const isPlain = ({ path, delegateTo }: Task): boolean =>
  delegateTo === undefined && path.every(({ part }) => part !== 'rescue')

/** Parts hosts by all that is told of them: equal numbers for hosts of which the same was told. */
const createParting = () => {
  const numbers = new Map<string, number>()
  const parted = new WeakSet<readonly string[]>()
  let count = 0
  return {
    numbers,
    /** These hosts differ from each other, group by group. Groups that were told before tell nothing new. */
    tell: (groups: readonly (readonly string[])[]): void => {
      if (groups.every((group) => parted.has(group))) return
      for (const group of groups) {
        parted.add(group)
        const fresh = new Map<number | undefined, number>()
        for (const host of group) {
          const old = numbers.get(host)
          const number = fresh.get(old) ?? count++
          fresh.set(old, number)
          numbers.set(host, number)
        }
      }
    },
  }
}

/** Each different course once, whoever goes through it. Handlers run only where notified, and are left out. */
export const coursesOf = (plays: readonly Play[], work: PlaybookWork): readonly (readonly Work[])[] => {
  const parting = createParting()
  const steps = plays.map((play) => {
    const tasks = work.tasksOf(play).filter((task) => lasts(task) && isPlain(task))
    const classes = tasks.map((task) => work.of(task))
    parting.tell([play.hosts])
    for (const found of classes) if (found.length > 1) parting.tell(found.map(({ hosts }) => hosts))
    return { hosts: new Set(play.hosts), classes }
  })
  const examples = new Map<number, string>()
  for (const [host, number] of parting.numbers) if (!examples.has(number)) examples.set(number, host)
  return [...examples.values()].map((host) =>
    steps.flatMap(({ hosts, classes }) => (hosts.has(host) ? classes.flatMap((found) => workOn(host, found)) : [])),
  )
}

const workOn = (host: string, classes: readonly HostClass<readonly Work[]>[]): readonly Work[] => {
  const mine = classes.length === 1 ? classes[0] : classes.find(({ hosts }) => hosts.includes(host))
  return mine?.result ?? []
}
