import type { Rule } from '../rule.ts'
import { confOf, sysctlWishes } from '../sysctl-wishes.ts'

/** arp_announce 1 avoids foreign source addresses only where it can; with a VIP on lo it cannot. */
export const arpAnnounce1: Rule = {
  id: 'arp-announce-1',
  severity: 'warning',
  inWork: (work) =>
    sysctlWishes(work).flatMap(({ path, value, valueAt }) =>
      confOf(path)?.name === 'arp_announce' && value === '1'
        ? [
            {
              summary: 'arp_announce 1 still lets the VIP be announced',
              at: valueAt,
              hint: 'write 2: then ARP requests never carry the VIP as their source',
            },
          ]
        : [],
    ),
}
