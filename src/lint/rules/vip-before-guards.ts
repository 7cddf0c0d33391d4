import { addsVip } from '../adds-vip.ts'
import type { Rule, Work } from '../rule.ts'
import { confOf, guards, type SysctlWish, sysctlWishes } from '../sysctl-wishes.ts'

const guardIn = ({ path, value }: SysctlWish): string | undefined => {
  const conf = confOf(path)
  return conf !== undefined && conf.section !== 'lo' && guards(conf.name, value) ? conf.name : undefined
}

/** A VIP that comes before the guards which the same playbook sets. */
export const vipBeforeGuards: Rule = {
  id: 'vip-before-guards',
  severity: 'warning',
  inCourse: (course) => {
    const set = new Set<string>()
    const early: Work[] = []
    for (const work of course) {
      if (addsVip(work) && set.size < 2) early.push(work)
      for (const wish of sysctlWishes(work)) {
        const guard = guardIn(wish)
        if (guard === undefined || set.has(guard)) continue
        set.add(guard)
        const [first] = early
        if (first === undefined) continue
        return [
          {
            summary: `the VIP comes before ${guard}, which is set in line ${wish.at.line}`,
            at: first.task.at,
            hint: 'move the guards before the VIP: a host without them would answer ARP for it, and refuses it',
          },
        ]
      }
    }
    return []
  },
}
