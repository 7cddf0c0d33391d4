import { parseIp } from './ip.ts'

/** What clients connect to, as IPVS knows it. */
export interface VirtualService {
  /** `tcp/192.0.2.100:80`, `tcp/[2001:db8::100]:80`, `fwmark/1`, `fwmark/1/ipv6`: one name for one service. */
  readonly name: string
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'fwmark'
  readonly family: 4 | 6
  /** Not of a firewall mark. */
  readonly address?: string
  /** 0: every port; of a firewall mark always. */
  readonly port: number
  /** The words by which ipvsadm takes and prints it. */
  readonly select: readonly string[]
}

const flags = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const
type Protocol = keyof typeof flags

/** `192.0.2.21:80`, `[2001:db8::21]:80`, as ipvsadm prints it. */
export const endpointText = (address: string, port: number): string =>
  `${address.includes(':') ? `[${address}]` : address}:${port}`

/** An address with a port, v6 in brackets; undefined for any other text. */
const parseEndpoint = (text: string): { address: string; family: 4 | 6; port: number } | undefined => {
  const [, six, four, digits = ''] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  const ip = parseIp(six ?? four ?? '')
  const port = Number(digits)
  if (ip === undefined || port > 65_535 || (six === undefined) !== (ip.family === 4)) return undefined
  return { ...ip, port }
}

const serviceAt = (
  protocol: Protocol,
  { address, family, port }: { address: string; family: 4 | 6; port: number },
): VirtualService => {
  const at = endpointText(address, port)
  return { name: `${protocol}/${at}`, protocol, family, address, port, select: [flags[protocol], at] }
}

const markedService = (mark: number, family: 4 | 6): VirtualService => ({
  name: family === 4 ? `fwmark/${mark}` : `fwmark/${mark}/ipv6`,
  protocol: 'fwmark',
  family,
  port: 0,
  select: family === 4 ? ['-f', `${mark}`] : ['-f', `${mark}`, '-6'],
})

/** `tcp/ADDRESS:PORT` (udp, sctp), `fwmark/N` or `fwmark/N/ipv6`; undefined for any other text. */
export const parseService = (text: string): VirtualService | undefined => {
  const [, mark, six] = /^fwmark\/([1-9]\d{0,9})(\/ipv6)?$/.exec(text) ?? []
  if (mark !== undefined) return Number(mark) > 0xffff_ffff ? undefined : markedService(Number(mark), six ? 6 : 4)
  const [, protocol, at = ''] = /^(tcp|udp|sctp)\/(.+)$/.exec(text) ?? []
  const endpoint = parseEndpoint(at)
  return protocol === undefined || endpoint === undefined ? undefined : serviceAt(protocol as Protocol, endpoint)
}

/** From the words of a line of `ipvsadm -Sn`, behind `-A` or `-a`. */
export const selectedBy = ([flag, at = '', six]: readonly string[]): VirtualService | undefined => {
  if (flag === '-f') return parseService(`fwmark/${at}${six === '-6' ? '/ipv6' : ''}`)
  const protocol = (Object.keys(flags) as Protocol[]).find((name) => flags[name] === flag)
  return protocol === undefined ? undefined : parseService(`${protocol}/${at}`)
}
