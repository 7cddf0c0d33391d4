import { isIPv4, isIPv6 } from 'node:net'

export interface Ip {
  readonly family: 4 | 6
  /** As the kernel's tools print it. */
  readonly address: string
}

/** An address without prefix length or zone; undefined for any other text. */
export const parseIp = (text: string): Ip | undefined => {
  if (isIPv4(text)) return { family: 4, address: text }
  if (!isIPv6(text) || text.includes('%')) return undefined
  // A URL's host is compressed as inet_ntop does it: lower case, the first longest run of zeros as ::.
  return { family: 6, address: new URL(`http://[${text}]`).hostname.slice(1, -1) }
}

/** What kind of address could never be a service's, and why. */
export const notUnicast = ({ family, address }: Ip): string | undefined => {
  if (family === 6) {
    if (address === '::') return 'the unspecified address'
    if (address === '::1') return 'the loopback address'
    if (address.startsWith('ff')) return 'a multicast address'
    return address.startsWith('::ffff:') ? 'an IPv4 address in IPv6 form' : undefined
  }
  const first = Number(address.split('.')[0])
  if (first === 0) return 'an unspecified address'
  if (first === 127) return 'a loopback address'
  if (address === '255.255.255.255') return 'the broadcast address'
  if (first >= 240) return 'a reserved address'
  return first >= 224 ? 'a multicast address' : undefined
}
