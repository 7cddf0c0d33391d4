import type { Diagnostic } from '../../model/document.ts'
import type { Fleet } from '../../model/task-type.ts'
import type { RealServer } from '../../readings/ipvs-services.ts'
import { endpointText, type VirtualService } from '../../readings/virtual-service.ts'
import type { WishedServer, WishedService } from './wish.ts'

/** A wished server under its address. */
export interface Placed {
  /** `ADDRESS:PORT` */
  readonly at: string
  readonly address: string
  readonly wish: RealServer
}

/** The wished servers of a service with the addresses of their hosts, or why these cannot be told. */
export const placeServers = (wished: WishedService, fleet: Fleet | undefined): readonly Placed[] | Diagnostic => {
  const { service, servers } = wished
  const named = servers.flatMap(({ who }) => ('hosts' in who ? (fleet?.members(who.hosts) ?? []) : []))
  const addresses = named.length === 0 ? undefined : fleet?.serverAddresses([...new Set(named)], service.family)
  const placed = new Map<string, Placed & { readonly owner: string }>()
  for (const server of servers) {
    const hosts = 'hosts' in server.who ? fleet?.members(server.who.hosts) : [undefined]
    if (hosts === undefined) return unknownName('hosts' in server.who ? server.who.hosts : '')
    for (const host of hosts) {
      const found = host === undefined || 'address' in server.who ? server.who : addresses?.get(host)
      if (found === undefined || !('address' in found)) return noAddress(host ?? '', found)
      const one = placedAt(found.address, server, service)
      const owner = host ?? found.address
      const other = placed.get(one.at)
      if (other !== undefined && 'hosts' in server.who && other.owner !== owner)
        return shared(one.at, other.owner, owner)
      placed.set(one.at, { ...one, owner })
    }
  }
  return [...placed.values()].map(({ at, address, wish }) => ({ at, address, wish }))
}

const placedAt = (address: string, server: WishedServer, service: VirtualService): Placed => {
  const { forward, weight, upper, lower } = server
  const port = service.protocol === 'fwmark' && forward !== 'masquerade' ? 0 : server.port
  return { at: endpointText(address, port), address, wish: { forward, weight, upper, lower } }
}

const unknownName = (name: string): Diagnostic => ({
  severity: 'error',
  summary: `\`${name}\` is neither a group nor a host of the inventory`,
  hint: 'list servers outside of the inventory by their `address`',
})

const noAddress = (host: string, found: { problem: string; hint: string } | object | undefined): Diagnostic => ({
  severity: 'error',
  summary: found !== undefined && 'problem' in found ? String(found.problem) : `the address of ${host} is not known`,
  hint: found !== undefined && 'hint' in found ? String(found.hint) : `set \`rip:\` for ${host} in the inventory`,
})

const shared = (at: string, one: string, other: string): Diagnostic => ({
  severity: 'error',
  summary: `${one} and ${other} are both ${at}`,
  hint: 'give each its own `rip:` in the inventory',
})
