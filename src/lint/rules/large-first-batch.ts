import type { Play, Share } from '../../model/schedule.ts'
import type { Fleet, Found, Rule } from '../rule.ts'

const sizeOf = (share: Share, hosts: number): number =>
  'count' in share ? share.count : Math.max(1, Math.floor((hosts * share.percent) / 100))

const groupsWithRoles = ['realserver', 'director']

/** A first batch that takes more than half of the real servers or directors: a mistake hits most of them at once. */
const tooLarge = (play: Play, { groups }: Fleet): Found[] => {
  const [first] = play.serial ?? []
  if (first === undefined) return []
  const batch = play.hosts.slice(0, sizeOf(first, play.hosts.length))
  return groupsWithRoles.flatMap((group) => {
    const members = new Set(groups.get(group) ?? [])
    const taken = batch.filter((host) => members.has(host)).length
    if (members.size < 2 || taken * 2 <= members.size) return []
    return [
      {
        summary: `the first batch takes ${taken} of the ${members.size} hosts in \`${group}\``,
        at: play.at,
        hint: 'begin with one: `serial: [1, 25%, 100%]`; a mistake then stops at the first host',
      },
    ]
  })
}

export const largeFirstBatch: Rule = { id: 'large-first-batch', severity: 'warning', inPlay: tooLarge }
