import { canonicalAddress, type HostAddress } from '../../readings/addresses.ts'

/** The addresses of lo, in the kernel's order, and what adding and deleting makes of them (net/ipv4/devinet.c). */
export type Listing = readonly HostAddress[]

const wholePrefix = (family: 4 | 6): number => (family === 4 ? 32 : 128)

/** The one form that a VIP on lo may have. */
export const isWhole = ({ family, prefix, peer }: HostAddress): boolean =>
  prefix === wholePrefix(family) && peer === undefined

export const wholeAddress = (family: 4 | 6, address: string, scope: string, label?: string): HostAddress => ({
  family,
  address,
  prefix: wholePrefix(family),
  scope: family === 4 ? scope : 'global',
  ...(label === undefined || label === 'lo' || family === 6 ? {} : { label }),
  flags: [],
})

const same = (one: HostAddress, other: HostAddress): boolean => canonicalAddress(one) === canonicalAddress(other)

export const has = (listing: Listing, entry: HostAddress): boolean => listing.some((other) => same(other, entry))

export const withAdded = (listing: Listing, entry: HostAddress): Listing => {
  const second = listing.some((other) => !isSecondary(other) && sameNetwork(other, entry))
  return [...listing, { ...entry, flags: second ? ['secondary'] : [] }]
}

/** Secondaries go with their primary, unless promote_secondaries is set: then the first of them takes its place. */
export const withDeleted = (listing: Listing, entry: HostAddress, promote: boolean): Listing => {
  const rest = listing.filter((other) => !same(other, entry))
  if (entry.family === 6 || isSecondary(entry)) return rest
  if (!promote) return rest.filter((other) => !(isSecondary(other) && sameNetwork(other, entry)))
  const heir = rest.find((other) => isSecondary(other) && sameNetwork(other, entry))
  return rest.map((other) => (other === heir ? { ...other, flags: [] } : other))
}

const isSecondary = ({ family, flags }: HostAddress): boolean => family === 4 && flags.includes('secondary')

/** Same prefix length and same network: the condition under which the kernel makes an address secondary. */
const sameNetwork = (one: HostAddress, other: HostAddress): boolean => {
  if (one.family === 6 || other.family === 6 || one.prefix !== other.prefix) return false
  const shift = 32 - one.prefix
  return shift === 32 || number(networkAddress(one)) >>> shift === number(networkAddress(other)) >>> shift
}

/** The kernel matches the far end of a point-to-point address (ifa_address). */
const networkAddress = ({ address, peer }: HostAddress): string => peer?.split('/')[0] ?? address

const number = (address: string): number =>
  address.split('.').reduce((value, byte) => ((value << 8) | Number(byte)) >>> 0, 0)
