import type { CommandResult, Reading, Source, Test } from '../model/task-type.ts'
import { selectedBy, type VirtualService } from './virtual-service.ts'

export type Forward = 'direct' | 'tunnel' | 'masquerade'

export interface RealServer {
  readonly forward: Forward
  readonly weight: number
  /** Connections from which on none is sent, and below which they are sent again; 0: no limit. */
  readonly upper: number
  readonly lower: number
  /** Of a tunnel: the words about its kind, where it is not ipip. */
  readonly tunnel?: string
}

export interface ServiceState {
  readonly scheduler: string
  /** `mh-fallback`, `mh-port`, … in the kernel's order. */
  readonly flags: readonly string[]
  /** Seconds. */
  readonly persistence?: number
  /** As ipvsadm prints it; absent: each client for itself. */
  readonly netmask?: string
  readonly engine?: string
  readonly onePacket: boolean
  /** By `ADDRESS:PORT`, sorted. */
  readonly servers: ReadonlyMap<string, RealServer>
}

/** Whether there is a table that ipvsadm can speak of. */
export type TableState =
  | { readonly kind: 'table'; readonly services: readonly VirtualService[] }
  | { readonly kind: 'no-ip_vs' }
  | { readonly kind: 'no-ipvsadm' }
  | { readonly kind: 'unreadable'; readonly why: string }

/** Seconds: an established TCP connection, one that is closing, a UDP exchange. */
export type Timeouts = readonly [tcp: number, tcpfin: number, udp: number]

/**
 * ipvsadm tells all of a table but thresholds in `-Sn`, thresholds in a listing, and timeouts in another; /proc/net/ip_vs
 * has neither thresholds nor flags nor the engine. ipvsadm loads ip_vs when it is not there: then it is not asked.
 */
const source: Source = {
  key: 'ipvsadm',
  command: [
    'sh',
    '-c',
    `[ -e /proc/net/ip_vs ] || exit 8
command -v ipvsadm >/dev/null || exit 9
ipvsadm -Sn && echo @ && ipvsadm -Ln --thresholds && echo @ && ipvsadm -Ln --timeout`,
  ],
}

export const ipvsTableState: Reading<TableState> = {
  key: 'ipvs-table',
  source,
  parse: (result) => {
    if (result.exitCode === 8) return { kind: 'no-ip_vs' }
    if (result.exitCode === 9) return { kind: 'no-ipvsadm' }
    if (result.exitCode !== 0) return { kind: 'unreadable', why: result.stderr.trim() || 'ipvsadm says nothing' }
    const lines = savedLines(result).filter(([what]) => what === '-A')
    return { kind: 'table', services: lines.flatMap(([, ...words]) => selectedBy(words) ?? []) }
  },
  test: () => [],
}

/** A service with all of its servers; undefined: it is not in the table. */
export const ipvsService = (service: VirtualService): Reading<ServiceState | undefined> => ({
  key: `ipvs:${service.name}`,
  source,
  parse: (result) => {
    if (result.exitCode !== 0) return undefined
    const own = savedLines(result).filter(([, ...words]) => selectedBy(words)?.name === service.name)
    const head = own.find(([what]) => what === '-A')
    if (head === undefined) return undefined
    const limits = thresholds(result, service)
    const servers = own.flatMap((words) => (words[0] === '-a' ? [serverOf(words, limits)] : []))
    return { ...attributes(head), servers: new Map(servers.sort(([a], [b]) => (a < b ? -1 : 1))) }
  },
  test: (value) => [listed(service, value)],
})

export const ipvsTimeouts: Reading<Timeouts | undefined> = {
  key: 'ipvs-timeouts',
  source,
  parse: ({ stdout }) => {
    const [, tcp, tcpfin, udp] = /^Timeout \(tcp tcpfin udp\): (\d+) (\d+) (\d+)$/m.exec(stdout) ?? []
    return tcp === undefined ? undefined : [Number(tcp), Number(tcpfin), Number(udp)]
  },
  test: (value) =>
    value === undefined
      ? []
      : [
          {
            kind: 'succeeds',
            command: [
              'sh',
              '-c',
              'ipvsadm -Ln --timeout | grep -Fqx "Timeout (tcp tcpfin udp): $1"',
              'sh',
              value.join(' '),
            ],
          },
        ],
}

const savedLines = ({ stdout }: CommandResult): string[][] =>
  (stdout.split('\n@\n')[0] ?? '').split('\n').map((line) => line.trim().split(/\s+/))

const after = (words: readonly string[], flag: string): string | undefined => {
  const at = words.indexOf(flag)
  return at < 0 ? undefined : words[at + 1]
}

const attributes = (words: readonly string[]): Omit<ServiceState, 'servers'> => {
  const [persistence, netmask, engine] = [after(words, '-p'), after(words, '-M'), after(words, '--pe')]
  return {
    scheduler: after(words, '-s') ?? '',
    flags: after(words, '-b')?.split(',') ?? [],
    ...(persistence === undefined ? {} : { persistence: Number(persistence) }),
    ...(netmask === undefined ? {} : { netmask }),
    ...(engine === undefined ? {} : { engine }),
    onePacket: words.includes('-o'),
  }
}

const methods = { direct: '-g', tunnel: '-i', masquerade: '-m' } as const

const serverOf = (words: readonly string[], limits: Limits): [string, RealServer] => {
  const at = after(words, '-r') ?? ''
  const [upper, lower] = limits.get(at) ?? [0, 0]
  const forward = (Object.keys(methods) as Forward[]).find((name) => words.includes(methods[name])) ?? 'masquerade'
  const tunnel = words.includes('--tun-type') ? words.slice(words.indexOf('--tun-type')).join(' ') : plainTunnel
  const more = forward === 'tunnel' && tunnel !== plainTunnel ? { tunnel } : {}
  return [at, { forward, weight: Number(after(words, '-w')), upper, lower, ...more }]
}

const plainTunnel = '--tun-type ipip'

type Limits = ReadonlyMap<string, readonly [number, number]>

/** `TCP  10.88.0.100:80 wlc`, `FWM  1 IPv6 rr`, and beneath each `  -> 10.88.11.1:80   1000   800   0   0`. */
const thresholds = ({ stdout }: CommandResult, service: VirtualService): Limits => {
  const found = new Map<string, readonly [number, number]>()
  let own = false
  for (const line of (stdout.split('\n@\n')[1] ?? '').split('\n')) {
    const [first = '', second = '', third = '', fourth = ''] = line.trim().split(/\s+/)
    if (first !== '->') own = headOf(first, second, third) === listingHead(service)
    else if (own) found.set(second, [Number(third), Number(fourth)])
  }
  return found
}

const headOf = (protocol: string, at: string, six: string): string =>
  `${protocol} ${at}${protocol === 'FWM' && six === 'IPv6' ? ' IPv6' : ''}`

const listingHead = ({ protocol, family, select }: VirtualService): string =>
  protocol === 'fwmark' ? `FWM ${select[1]}${family === 6 ? ' IPv6' : ''}` : `${protocol.toUpperCase()} ${select[1]}`

/** The words that make a service what it is, behind the words that select it. */
export const serviceWords = (state: Omit<ServiceState, 'servers'>): readonly string[] => [
  ...['-s', state.scheduler],
  ...(state.persistence === undefined ? [] : ['-p', `${state.persistence}`]),
  ...(state.netmask === undefined ? [] : ['-M', state.netmask]),
  ...(state.engine === undefined ? [] : ['--pe', state.engine]),
  ...(state.onePacket ? ['-o'] : []),
  ...(state.flags.length === 0 ? [] : ['-b', state.flags.join(',')]),
]

/** All that ipvsadm must be told of a server whenever it is added or edited: what is left out falls back to a default. */
export const serverWords = (server: RealServer): readonly string[] => [
  ...listedServerWords(server),
  ...(server.upper === 0 && server.lower === 0 ? [] : ['-x', `${server.upper}`, '-y', `${server.lower}`]),
]

const listedServerWords = ({ forward, weight, tunnel }: RealServer): readonly string[] => [
  methods[forward],
  '-w',
  `${weight}`,
  ...(tunnel === undefined ? [] : tunnel.split(' ')),
]

// Lines of this service, and its servers' thresholds where there are some. Older ipvsadm does not print a plain tunnel's kind.
const own = `{ ipvsadm -Sn; ipvsadm -Ln --thresholds; } 2>/dev/null | awk -v s="$1" -v h="$2" '
index($0, "-A " s " -s ") == 1 || index($0, "-a " s " -r ") == 1 { sub(/ --tun-type ipip$/, ""); print; next }
$1 == "->" { if (on && $3 + $4 > 0) print "thresholds", $2, $3, $4; next }
{ on = (h == $1 " " $2 ($1 == "FWM" && $3 == "IPv6" ? " IPv6" : "")) }' | sort`

const listed = (service: VirtualService, state: ServiceState | undefined): Test => {
  const select = service.select.join(' ')
  const lines =
    state === undefined
      ? []
      : [
          `-A ${select} ${serviceWords(state).join(' ')}`,
          ...[...state.servers].flatMap(([at, server]) => [
            `-a ${select} -r ${at} ${listedServerWords(server).join(' ')}`,
            ...(server.upper + server.lower > 0 ? [`thresholds ${at} ${server.upper} ${server.lower}`] : []),
          ]),
        ]
  const script = `n=$(${own})
shift 2
[ "$n" = "$([ $# = 0 ] || printf '%s\\n' "$@" | sort)" ]`
  return { kind: 'succeeds', command: ['sh', '-c', script, 'sh', select, listingHead(service), ...lines] }
}
