import ipaddr from 'ipaddr.js'
import type { Reading } from '../model/task-type.ts'

/** One real server of one virtual service, as the kernel lists it. */
export interface ServerEntry {
  /** `tcp 192.0.2.100:80`, `fwmark 1` */
  readonly service: string
  /** The service's address; none for a firewall mark, which may carry any. */
  readonly virtual: string | undefined
  /** The server's address, in canonical text. */
  readonly server: string
  readonly weight: number
}

export type IpvsTable =
  | { readonly kind: 'table'; readonly servers: readonly ServerEntry[] }
  | { readonly kind: 'unreadable'; readonly why: string }

/** The table of /proc/net/ip_vs: no file (module not loaded) lists nobody. */
export const ipvsTable: Reading<IpvsTable> = {
  key: 'ipvs',
  source: { key: 'ipvs', command: ['sh', '-c', '[ ! -e /proc/net/ip_vs ] || exec cat /proc/net/ip_vs'] },
  parse: ({ exitCode, stdout, stderr }) =>
    exitCode === 0 ? { kind: 'table', servers: parseIpvs(stdout) } : { kind: 'unreadable', why: stderr.trim() },
  test: () => [],
}

/**
 * Format: net/netfilter/ipvs/ip_vs_ctl.c, ip_vs_info_seq_show: `TCP  0A630064:0050 wlc`, `FWM  00000001 rr`,
 * and beneath each its servers, `  -> 0A630004:0050      Route   1      0          2`; IPv6 in brackets, ports in hex.
 */
const parseIpvs = (text: string): readonly ServerEntry[] => {
  const servers: ServerEntry[] = []
  let service: { name: string; virtual: string | undefined } | undefined
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '->') {
      const at = endpoint(words[1] ?? '')
      if (at !== undefined && service !== undefined)
        servers.push({ service: service.name, virtual: service.virtual, server: at.address, weight: Number(words[3]) })
      continue
    }
    const protocol = words[0]?.toLowerCase()
    if (protocol === 'fwm') service = { name: `fwmark ${Number.parseInt(words[1] ?? '', 16)}`, virtual: undefined }
    else if (protocol === 'tcp' || protocol === 'udp' || protocol === 'sctp') {
      const at = endpoint(words[1] ?? '')
      service = at && {
        name: `${protocol} ${at.address.includes(':') ? `[${at.address}]` : at.address}:${at.port}`,
        virtual: at.address,
      }
    }
  }
  return servers
}

/** `0A630064:0050` or `[2001:0db8:…]:0050`; undefined for the heading. */
const endpoint = (text: string): { address: string; port: number } | undefined => {
  const four = /^([0-9A-Fa-f]{8}):([0-9A-Fa-f]{4})$/.exec(text)
  if (four !== null) {
    const bytes = Buffer.from(four[1] as string, 'hex')
    return { address: [...bytes].join('.'), port: Number.parseInt(four[2] as string, 16) }
  }
  const six = /^\[([0-9A-Fa-f:]+)\]:([0-9A-Fa-f]{4})$/.exec(text)
  if (six === null || !ipaddr.IPv6.isValid(six[1] as string)) return undefined
  return { address: ipaddr.IPv6.parse(six[1] as string).toString(), port: Number.parseInt(six[2] as string, 16) }
}
