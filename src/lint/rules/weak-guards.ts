import { addsVip } from '../adds-vip.ts'
import type { Found, Rule, Work } from '../rule.ts'
import { confOf, guards, isGuard, sysctlWishes } from '../sysctl-wishes.ts'

const wishesOf = (course: readonly Work[]) =>
  course.flatMap(sysctlWishes).flatMap((wish) => {
    const conf = confOf(wish.path)
    return conf !== undefined && isGuard(conf.name) && conf.section !== 'lo' ? [{ ...wish, ...conf }] : []
  })

/**
 * A guard that is set to a value which guards nothing, where the host gets a VIP. Of `all` and the interface the larger
 * value counts: 0 does no harm beside a value that guards, 3 does. (1 and 8 have rules of their own.)
 */
export const weakGuards: Rule = {
  id: 'weak-guards',
  severity: 'warning',
  inCourse: (course) => {
    if (!course.some(addsVip)) return []
    const wishes = wishesOf(course)
    const guarded = new Set(wishes.filter(({ name, value }) => guards(name, value)).map(({ name }) => name))
    return wishes.flatMap(({ name, value, valueAt }): Found[] => {
      const weak = (value === '0' && !guarded.has(name)) || (name === 'arp_ignore' && value === '3')
      if (!weak) return []
      const does = name === 'arp_ignore' ? 'lets the host answer ARP for its VIP' : 'lets the host announce its VIP'
      const hint = `write ${name === 'arp_ignore' ? 1 : 2}: a host refuses the VIP without its guards`
      return [{ summary: `${name} ${value} ${does}`, at: valueAt, hint }]
    })
  },
}
