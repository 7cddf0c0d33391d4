import type { Rule } from '../rule.ts'
import { confOf, sysctlWishes } from '../sysctl-wishes.ts'

/** arp_ignore 8 on any interface but lo: the host answers no ARP, and nobody reaches it any more. */
export const lockOut: Rule = {
  id: 'lock-out',
  severity: 'warning',
  inWork: (work) =>
    sysctlWishes(work).flatMap(({ path, value, valueAt }) => {
      const conf = confOf(path)
      if (conf?.name !== 'arp_ignore' || value !== '8' || conf.section === 'lo') return []
      return [
        {
          summary: 'arp_ignore 8 takes the host off the network: it answers no ARP then, not even for its own address',
          at: valueAt,
          hint: 'write 1: it keeps the VIP silent and the host reachable; a host refuses 8',
        },
      ]
    }),
}
