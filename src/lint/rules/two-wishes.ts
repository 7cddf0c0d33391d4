import { sameWish } from '../../tasks/sysctl/value.ts'
import type { Found, Rule } from '../rule.ts'
import { type SysctlWish, sysctlWishes } from '../sysctl-wishes.ts'

/** One kernel variable that two tasks of a playbook wish to be different: every run would change it twice. */
export const twoWishes: Rule = {
  id: 'two-wishes',
  severity: 'error',
  inCourse: (course) => {
    const first = new Map<string, SysctlWish>()
    const found: Found[] = []
    for (const wish of course.flatMap(sysctlWishes)) {
      const other = first.get(wish.path)
      if (other === undefined) first.set(wish.path, wish)
      else if (!sameWish(other.value, wish.value))
        found.push({
          summary: `${wish.shown} is wished to be ${wish.value} here, and ${other.value} in line ${other.at.line}`,
          at: wish.at,
          hint: 'every run would change it twice: keep one of them',
        })
    }
    return found
  },
}
