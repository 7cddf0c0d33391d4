import type { VipWish } from '../tasks/vip-on-lo/args.ts'
import type { Work } from './rule.ts'

/** Does the task put a VIP on lo that the ARP guards are for? IPv4 only: IPv6 asks for no ARP. */
export const addsVip = ({ task, args }: Work): boolean => {
  if (task.type.name !== 'vip-on-lo') return false
  const { state, vips } = args as VipWish
  return state === 'present' && vips.some(({ family }) => family === 4)
}
