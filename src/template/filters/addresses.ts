import ipaddr from 'ipaddr.js'
import type { Value } from '../../model/document.ts'
import { fault } from '../fault.ts'
import { type Operation, type Operations, on, textFrom } from '../filter.ts'
import { isList } from '../values.ts'

type Address = ipaddr.IPv4 | ipaddr.IPv6

interface Network {
  readonly address: Address
  readonly prefix: number
  /** Written with a prefix length. */
  readonly written: boolean
}

/** ipaddr.js also takes `1` and octal parts; an address here has all its parts, as decimal numbers. */
const addressOf = (text: string): Address | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  return text.includes(':') && !text.includes('%') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined
}

const networkOf = (value: Value): Network | undefined => {
  if (typeof value !== 'string') return undefined
  const [text = '', length, ...more] = value.trim().split('/')
  const address = addressOf(text)
  if (!address || more.length > 0) return undefined
  const bits = address.kind() === 'ipv4' ? 32 : 128
  if (length === undefined) return { address, prefix: bits, written: false }
  const prefix = prefixOf(length)
  return prefix !== undefined && prefix <= bits ? { address, prefix, written: true } : undefined
}

const prefixOf = (text: string): number | undefined => {
  if (/^[0-9]{1,3}$/.test(text)) return Number(text)
  return ipaddr.IPv4.isValidFourPartDecimal(text)
    ? (ipaddr.IPv4.parse(text).prefixLengthFromSubnetMask() ?? undefined)
    : undefined
}

const bitsOf = ({ address }: Network): number => (address.kind() === 'ipv4' ? 32 : 128)

const masked = (network: Network, fill: 0 | 255): string => {
  const bytes = network.address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, network.prefix - index * 8))
    const mask = (0xff << (8 - kept)) & 0xff
    return (byte & mask) | (fill & ~mask & 0xff)
  })
  return ipaddr.fromByteArray(bytes).toString()
}

const netmask = (network: Network): string =>
  masked({ ...network, address: ipaddr.fromByteArray(Array(bitsOf(network) / 8).fill(255)) }, 0)

const isNetworkAddress = (network: Network): boolean =>
  network.prefix < bitsOf(network) - 1 && masked(network, 0) === network.address.toString()

type Query = (network: Network, value: Value) => Value

const whole: Query = ({ address, prefix, written }) =>
  written ? `${address.toString()}/${prefix}` : address.toString()
const address: Query = (network) => (network.written && isNetworkAddress(network) ? false : network.address.toString())
const withPrefix: Query = (network) =>
  network.written && isNetworkAddress(network) ? false : `${network.address.toString()}/${network.prefix}`
const subnet: Query = (network) => `${masked(network, 0)}/${network.prefix}`
const inFamily =
  (kind: 'ipv4' | 'ipv6'): Query =>
  (network, value) =>
    network.address.kind() === kind ? whole(network, value) : false

const queries: { readonly [name: string]: Query } = {
  '': whole,
  bool: () => true,
  address,
  ip: address,
  host: withPrefix,
  'host/prefix': withPrefix,
  'address/prefix': withPrefix,
  'ip/prefix': withPrefix,
  network: (network) => masked(network, 0),
  network_id: (network) => masked(network, 0),
  prefix: ({ prefix }) => prefix,
  netmask,
  broadcast: (network) => (network.address.kind() === 'ipv4' && network.prefix < 31 ? masked(network, 255) : false),
  subnet,
  'network/prefix': subnet,
  net: (network) => (isNetworkAddress(network) ? subnet(network, '') : false),
  size: (network) => 2 ** (bitsOf(network) - network.prefix),
  version: ({ address: found }) => (found.kind() === 'ipv4' ? 4 : 6),
  ipv4: inFamily('ipv4'),
  ipv6: inFamily('ipv6'),
}

/** A query that is itself a network keeps what lies in it. */
const within = (outer: Network, network: Network): boolean =>
  outer.address.kind() === network.address.kind() &&
  network.prefix >= outer.prefix &&
  masked({ ...network, prefix: outer.prefix }, 0) === masked(outer, 0)

const answer = (value: Value, query: string, family: 'ipv4' | 'ipv6' | undefined): Value => {
  const network = networkOf(value)
  if (!network || (family !== undefined && network.address.kind() !== family)) return false
  const known = Object.hasOwn(queries, query) ? queries[query] : undefined
  if (known) return known(network, value)
  const outer = networkOf(query)
  if (outer) return within(outer, network) ? whole(network, value) : false
  throw fault(
    `ipaddr does not know "${query}"`,
    `it knows ${Object.keys(queries).filter(Boolean).join(', ')} and networks`,
  )
}

const filter = (family?: 'ipv4' | 'ipv6'): Operation =>
  on('query', (value, [query]) => {
    const name = query === undefined ? '' : textFrom(query)
    if (!isList(value)) return answer(value, name, family)
    return value.map((item) => answer(item, name, family)).filter((found) => found !== false)
  })

export const addressFilters: Operations = {
  ipaddr: filter(),
  ipv4: filter('ipv4'),
  ipv6: filter('ipv6'),
  /** An IPv6 address in brackets, as a URL or `host:port` needs it. */
  ipwrap: on('', (value) => {
    const network = networkOf(value)
    if (!network || network.address.kind() === 'ipv4') return value
    return network.written ? `[${network.address.toString()}]/${network.prefix}` : `[${network.address.toString()}]`
  }),
}
