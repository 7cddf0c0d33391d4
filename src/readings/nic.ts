import type { Facts, Reading } from '../model/task-type.ts'
import { isDummy, link } from './interfaces.ts'
import { type Route, routesTo } from './routes.ts'

/** The device on which a host is reached for its VIPs, or why it must be named. */
export type NicAnswer =
  | { readonly nic: string }
  | { readonly problem: { readonly summary: string; readonly hint: string } }

/** What must be known before `nicFor`. @param vips address texts, no prefix length */
export const nicReadings = (vips: readonly string[]): readonly Reading<unknown>[] => [link('lo'), ...vips.map(routesTo)]

/** The device of the longest prefix in table main that is neither lo nor a dummy; the same for every VIP. */
export const nicFor = (vips: readonly string[], facts: Facts): NicAnswer => {
  if (vips.length === 0) return unknown('`nic` cannot be found without a `vip`', 'set `vip:` or `nic:` for this host')
  const found = new Map<string, string>()
  for (const vip of vips) {
    const devices = candidates(facts.of(routesTo(vip)), facts)
    const [device] = devices
    if (devices.length === 0) return unknown(`no route of this host leads towards ${vip}`, ask)
    if (device === undefined) return unknown(`the route towards ${vip} names no single device`, ask)
    if (devices.length > 1) return unknown(`several devices lead towards ${vip}: ${devices.join(', ')}`, ask)
    found.set(device, vip)
  }
  const [nic = '', other] = found.keys()
  if (other === undefined) return { nic }
  const ways = [...found].map(([device, vip]) => `${vip} by ${device}`).join(', ')
  return unknown(`the VIPs are reached by different devices: ${ways}`, ask)
}

const ask = 'set `nic:` for this host in the inventory'

const unknown = (summary: string, hint: string): NicAnswer => ({ problem: { summary, hint } })

/** Undefined first, where the best route has no device. */
const candidates = (routes: readonly Route[], facts: Facts): (string | undefined)[] => {
  const usable = routes.filter(({ device }) => device !== 'lo' && !(device && isDummy(facts.of(link(device)))))
  const longest = Math.max(...usable.map(({ prefix }) => prefix))
  const best = new Set(usable.filter(({ prefix }) => prefix === longest).map(({ device }) => device))
  return best.has(undefined) ? [undefined] : [...best]
}
