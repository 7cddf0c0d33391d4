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
  const [text = '', length, ...more] = value.split('/')
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

const inverted = (mask: string): string =>
  ipaddr
    .fromByteArray(
      ipaddr
        .parse(mask)
        .toByteArray()
        .map((byte) => 255 - byte),
    )
    .toString()

const isNetworkAddress = (network: Network): boolean =>
  network.prefix < bitsOf(network) - 1 && masked(network, 0) === network.address.toString()

/** What is no address gives false; an address that a query does not fit, none. */
type Query = (network: Network) => Value

/** IPv4 within IPv6 is written with its dots. */
const textOf = (address: Address): string =>
  'isIPv4MappedAddress' in address && address.isIPv4MappedAddress()
    ? `::ffff:${address.toIPv4Address().toString()}`
    : address.toString()

/** An IPv4 network is no host; in IPv6 its first address may be one. */
const isHost = (network: Network): boolean =>
  !network.written || network.address.kind() === 'ipv6' || !isNetworkAddress(network)

const whole: Query = ({ address, prefix, written }) => (written ? `${textOf(address)}/${prefix}` : textOf(address))
const address: Query = (network) => (isHost(network) ? textOf(network.address) : null)
const withPrefix: Query = (network) => (isHost(network) ? `${textOf(network.address)}/${network.prefix}` : null)
const subnet: Query = (network) => `${masked(network, 0)}/${network.prefix}`
const when =
  (holds: (network: Network) => boolean): Query =>
  (network) =>
    holds(network) ? whole(network) : null

const isPrivate = ({ address }: Network): boolean => ['private', 'uniqueLocal'].includes(address.range())

/** The address at this place of the network, negative from its end. */
const nth = (network: Network, index: number): Value => {
  const [first, size] = [numberOf(masked(network, 0)), 1n << BigInt(bitsOf(network) - network.prefix)]
  const place = BigInt(index) < 0n ? size + BigInt(index) : BigInt(index)
  if (place < 0n || place >= size) return false
  return `${textAt(first + place, network)}/${network.prefix}`
}

const numberOf = (text: string): bigint =>
  ipaddr
    .parse(text)
    .toByteArray()
    .reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

const textAt = (number: bigint, network: Network): string => {
  const bytes = Array.from({ length: bitsOf(network) / 8 }, (_, index) => Number((number >> BigInt(8 * index)) & 255n))
  return textOf(ipaddr.fromByteArray(bytes.reverse()))
}

/** Between the network's own address and its broadcast; networks of one or two addresses have no such. */
const usable = (network: Network, place: 'first' | 'last'): Value => {
  const spare = bitsOf(network) - network.prefix < 2 ? 0n : 1n
  const first = numberOf(masked(network, 0))
  return textAt(place === 'first' ? first + spare : numberOf(masked(network, 255)) - spare, network)
}

const queries: { readonly [name: string]: Query } = {
  '': whole,
  bool: () => true,
  address,
  ip: address,
  host: withPrefix,
  'host/prefix': withPrefix,
  'address/prefix': (network) => withPrefix(network) ?? false,
  'ip/prefix': (network) => withPrefix(network) ?? false,
  network: (network) => masked(network, 0),
  first_usable: (network) => usable(network, 'first'),
  last_usable: (network) => usable(network, 'last'),
  wildcard: (network) => inverted(netmask(network)),
  hostmask: (network) => inverted(netmask(network)),
  private: when(isPrivate),
  public: when((network) => network.address.range() === 'unicast'),
  network_id: (network) => masked(network, 0),
  prefix: ({ prefix }) => prefix,
  netmask,
  broadcast: (network) => (network.prefix < bitsOf(network) - 1 ? masked(network, 255) : null),
  subnet,
  'network/prefix': subnet,
  net: (network) =>
    network.prefix < bitsOf(network) && masked(network, 0) === network.address.toString() ? subnet(network) : null,
  size: (network) => 2 ** (bitsOf(network) - network.prefix),
  version: ({ address: found }) => (found.kind() === 'ipv4' ? 4 : 6),
  ipv4: when((network) => network.address.kind() === 'ipv4'),
  ipv6: when((network) => network.address.kind() === 'ipv6'),
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
  if (known) return known(network)
  if (/^-?[0-9]+$/.test(query)) return nth(network, Number(query))
  const outer = networkOf(query)
  if (outer) return within(outer, network) ? whole(network) : null
  throw fault(
    `ipaddr does not know "${query}"`,
    `it knows ${Object.keys(queries).filter(Boolean).join(', ')}, numbers and networks`,
  )
}

const filter = (family?: 'ipv4' | 'ipv6'): Operation =>
  on('query', (value, [query]) => {
    const name = query === undefined ? '' : textFrom(query)
    if (value === null) throw fault('none is no address', "give it a default: | default('', true)")
    if (!isList(value)) return answer(value, name, family)
    return value.map((item) => answer(item, name, family)).filter((found) => found !== false && found !== null)
  })

export const addressFilters: Operations = {
  ipaddr: filter(),
  ipv4: filter('ipv4'),
  ipv6: filter('ipv6'),
  /** An IPv6 address in brackets, as a URL or `host:port` needs it. */
  ipwrap: on('', (value) => {
    const network = networkOf(value)
    if (!network || network.address.kind() === 'ipv4') return value
    return network.written ? `[${textOf(network.address)}]/${network.prefix}` : `[${textOf(network.address)}]`
  }),
}
