import type { Rule } from '../rule.ts'
import { confOf, isGuard, sysctlWishes } from '../sysctl-wishes.ts'

/** Guards count on the interface that hears the request, which is never lo. */
export const guardsOnLoOnly: Rule = {
  id: 'guards-on-lo-only',
  severity: 'warning',
  inCourse: (course) => {
    const wishes = course.flatMap(sysctlWishes).flatMap((wish) => {
      const conf = confOf(wish.path)
      return conf !== undefined && isGuard(conf.name) ? [{ ...conf, at: wish.at }] : []
    })
    const elsewhere = new Set(wishes.filter(({ section }) => section !== 'lo').map(({ name }) => name))
    const first = wishes.find(({ section, name }) => section === 'lo' && !elsewhere.has(name))
    if (first === undefined) return []
    return [
      {
        summary: `${first.name} is set on lo only, where it does nothing`,
        at: first.at,
        hint: `set net.ipv4.conf.all.${first.name}: it is the interface that hears an ARP request that counts`,
      },
    ]
  },
}
