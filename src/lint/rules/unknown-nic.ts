import { nearest } from '../../nearest.ts'
import { deviceOf } from '../../tasks/sysctl/key.ts'
import { type Rule, unknownNic } from '../rule.ts'
import { sysctlWishes } from '../sysctl-wishes.ts'

/** The device that a VLAN or label stands on: eth0.100 is on eth0. */
const base = (device: string): string => device.split('.')[0] ?? device

/** An interface that no host of the play calls its `nic`, where the inventory names them all. */
export const nicOfNoHost: Rule = {
  id: 'unknown-nic',
  severity: 'warning',
  inWork: (work, fleet) => {
    const nics = fleet.nicsOf(work.play)
    if (nics === undefined) return []
    return sysctlWishes(work).flatMap(({ path, at }) => {
      const device = deviceOf(path)
      if (device === undefined || device === 'lo' || device === unknownNic) return []
      if (nics.has(device) || [...nics].some((nic) => base(nic) === device || nic === base(device))) return []
      const near = nearest(device, nics)
      return [
        {
          summary: `${device} is the \`nic\` of no host of this play`,
          at,
          hint:
            near === undefined
              ? `their \`nic\` is ${[...nics].slice(0, 5).join(', ')}; write {{ nic }} for each host's own`
              : `did you mean ${near}? {{ nic }} stands for each host's own`,
        },
      ]
    })
  },
}
