import type { ArgumentProblem } from '../../model/task-type.ts'
import { notUnicast, parseIp } from '../../readings/ip.ts'
import type { Forward, ServiceState } from '../../readings/ipvs-services.ts'
import { parseService, type VirtualService } from '../../readings/virtual-service.ts'
import type { IpvsArgs, ServerArgs, ServiceArgs } from './schema.ts'

type Path = readonly (string | number)[]

/** A server as it is wished; whoever it is, its address is known when the plan is made. */
export interface WishedServer {
  /** Where the arguments name it. */
  readonly path: ArgumentProblem['path']
  readonly who: { readonly hosts: string } | { readonly address: string } // hosts: a group's or a host's name
  readonly forward: Forward
  readonly weight: number
  readonly port: number
  readonly upper: number
  readonly lower: number
}

export interface WishedService {
  readonly service: VirtualService
  readonly absent: boolean
  readonly attributes: Omit<ServiceState, 'servers'>
  readonly servers: readonly WishedServer[]
}

export interface Wish {
  readonly services: readonly WishedService[]
  readonly timeouts: { readonly tcp?: number; readonly tcpfin?: number; readonly udp?: number }
  readonly purge: boolean
  readonly forceWeights: boolean
  readonly foreignOwner: 'refuse' | 'write'
}

const isList = (args: IpvsArgs): args is Extract<IpvsArgs, readonly unknown[]> => Array.isArray(args)

const servicesOf = (args: IpvsArgs): readonly ServiceArgs[] => (isList(args) ? args : args.services)

export const wishOf = (args: IpvsArgs): Wish => {
  const { tcp, tcpfin, udp } = (isList(args) ? undefined : args.timeouts) ?? {}
  return {
    services: servicesOf(args).flatMap((one, index) =>
      wishedService(one, isList(args) ? [index] : ['services', index]),
    ),
    timeouts: {
      ...(tcp === undefined ? {} : { tcp }),
      ...(tcpfin === undefined ? {} : { tcpfin }),
      ...(udp === undefined ? {} : { udp }),
    },
    purge: isList(args) ? false : args.purge,
    forceWeights: isList(args) ? false : args.force_weights,
    foreignOwner: isList(args) ? 'refuse' : args.foreign_owner,
  }
}

const wishedService = (args: ServiceArgs, at: Path): WishedService[] => {
  const service = parseService(args.service)
  if (service === undefined) return []
  const listed = typeof args.servers === 'string' ? [{ host: args.servers }] : args.servers
  return [
    {
      service,
      absent: args.state === 'absent',
      attributes: attributesOf(args, service),
      servers: listed.flatMap((server, index) => {
        const path = typeof args.servers === 'string' ? [...at, 'servers'] : [...at, 'servers', index, 'host']
        return wishedServer(server, { args, service, path })
      }),
    },
  ]
}

// The kernel's order, in which ipvsadm prints them.
const flagOrder = ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port']

const attributesOf = (args: ServiceArgs, { family }: VirtualService): WishedService['attributes'] => {
  const { persistence: given } = args
  const persistence = typeof given === 'number' ? { timeout: given } : given
  const { netmask, engine } = { netmask: undefined, engine: undefined, ...persistence }
  const mask = netmask === undefined ? undefined : maskOf(netmask, family)
  return {
    scheduler: args.scheduler,
    flags: flagOrder.filter((flag) => (args.sched_flags as readonly string[]).includes(flag)),
    ...(persistence === undefined ? {} : { persistence: persistence.timeout }),
    ...(mask === undefined || mask === '255.255.255.255' || mask === '128' ? {} : { netmask: mask }),
    ...(engine === undefined ? {} : { engine }),
    onePacket: args.one_packet,
  }
}

/** As ipvsadm prints it: dotted for IPv4, a number of bits for IPv6; undefined for no mask. */
const maskOf = (given: string | number, family: 4 | 6): string | undefined => {
  const bits = /^\d{1,3}$/.test(String(given)) ? Number(given) : undefined
  if (family === 6) return bits !== undefined && bits >= 1 && bits <= 128 ? String(bits) : undefined
  if (bits !== undefined) return bits >= 1 && bits <= 32 ? dotted(bits) : undefined
  return Array.from({ length: 32 }, (_, index) => dotted(index + 1)).find((mask) => mask === given)
}

const dotted = (bits: number): string => {
  const mask = (0xffff_ffff << (32 - bits)) >>> 0
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.')
}

/** What is said of one server, and where. */
interface Around {
  readonly args: ServiceArgs
  readonly service: VirtualService
  readonly path: Path
}

const wishedServer = (server: ServerArgs, { args, service, path }: Around): WishedServer[] => {
  const { host, address } = server
  const ip = address === undefined ? undefined : parseIp(address)
  const who = ip === undefined ? host && { hosts: host } : { address: ip.address }
  if (!who) return []
  return [
    {
      path,
      who,
      forward: args.forward,
      weight: server.weight ?? args.weight ?? 1,
      port: server.port ?? args.port ?? service.port,
      upper: server.upper_threshold ?? args.upper_threshold ?? 0,
      lower: server.lower_threshold ?? args.lower_threshold ?? 0,
    },
  ]
}

/** Mistakes that the schema cannot see. */
export const wishProblems = (args: IpvsArgs): ArgumentProblem[] => {
  const base = isList(args) ? [] : ['services']
  const seen = new Set<string>()
  return servicesOf(args).flatMap((one, index) => {
    const at = [...base, index]
    const service = parseService(one.service)
    if (service === undefined) return [unreadable(one, at)]
    const twice = seen.has(service.name)
    seen.add(service.name)
    return [
      ...(twice
        ? [{ path: [...at, 'service'], summary: `\`${service.name}\` is named twice`, hint: 'merge the two' }]
        : []),
      ...serviceProblems(one, service, at),
      ...serverProblems(one, service, at),
    ]
  })
}

const unreadable = ({ service }: ServiceArgs, at: Path): ArgumentProblem => ({
  path: [...at, 'service'],
  summary: `\`${service}\` is no service`,
  hint: 'write it like tcp/192.0.2.100:80, udp/[2001:db8::100]:53 or fwmark/1',
})

const serviceProblems = (args: ServiceArgs, service: VirtualService, at: Path): ArgumentProblem[] => {
  const { scheduler, sched_flags: flags, persistence: given } = args
  const unfit =
    service.address === undefined ? undefined : notUnicast({ family: service.family, address: service.address })
  const foreign = flags.find((flag) => !flag.startsWith(`${scheduler}-`))
  const mask = typeof given === 'object' ? given.netmask : undefined
  return [
    ...(unfit === undefined
      ? []
      : [
          {
            path: [...at, 'service'],
            summary: `${service.address} is ${unfit}, no VIP`,
            hint: 'name the address that clients connect to',
          },
        ]),
    ...(service.protocol !== 'fwmark' && service.port === 0 && given === undefined
      ? [
          {
            path: [...at, 'service'],
            summary: 'port 0 means every port, which only a persistent service can have',
            hint: 'add `persistence`, or name the port',
          },
        ]
      : []),
    ...(foreign === undefined
      ? []
      : [
          {
            path: [...at, 'sched_flags'],
            summary: `\`${foreign}\` is no flag of the scheduler ${scheduler}`,
            hint: `use it with \`scheduler: ${foreign.split('-')[0]}\``,
          },
        ]),
    ...(mask !== undefined && maskOf(mask, service.family) === undefined
      ? [
          {
            path: [...at, 'persistence', 'netmask'],
            summary: `\`${mask}\` is no netmask`,
            hint: 'write it like 24 or 255.255.255.0',
          },
        ]
      : []),
    ...(args.one_packet && service.protocol !== 'udp' && service.protocol !== 'fwmark'
      ? [
          {
            path: [...at, 'one_packet'],
            summary: `\`one_packet\` is of UDP, and this is ${service.protocol}`,
            hint: 'remove it',
          },
        ]
      : []),
  ]
}

const serverProblems = (args: ServiceArgs, service: VirtualService, at: Path): ArgumentProblem[] => {
  const { servers, forward } = args
  const moved = (port: number | undefined, path: Path): ArgumentProblem[] =>
    port === undefined || port === service.port || forward === 'masquerade'
      ? []
      : [
          {
            path,
            summary: `with \`forward: ${forward}\` packets keep their port: ${port} would never be used`,
            hint: 'let servers listen on the port of the service, or use `forward: masquerade`',
          },
        ]
  const limits = ({ upper_threshold: upper = 0, lower_threshold: lower = 0 }: ServerArgs | ServiceArgs, path: Path) =>
    lower > upper
      ? [{ path, summary: `the lower threshold ${lower} is above the upper one ${upper}`, hint: 'swap them' }]
      : []
  const listed = typeof servers === 'string' ? [] : servers
  return [
    ...moved(args.port, [...at, 'port']),
    ...limits(args, [...at, 'lower_threshold']),
    ...listed.flatMap((server, index) => {
      const path = [...at, 'servers', index]
      return [
        ...identityProblems(server, { args, service, path }),
        ...moved(server.port, [...path, 'port']),
        ...limits(server, [...path, 'lower_threshold']),
      ]
    }),
  ]
}

const identityProblems = ({ host, address }: ServerArgs, { args, service, path }: Around): ArgumentProblem[] => {
  if ((host === undefined) === (address === undefined))
    return [
      {
        path,
        summary: 'a server is a `host` or an `address`',
        hint: host === undefined ? 'name one of them' : 'remove one of them',
      },
    ]
  if (address === undefined) return []
  const ip = parseIp(address)
  if (ip === undefined)
    return [
      {
        path: [...path, 'address'],
        summary: `\`${address}\` is not an IP address`,
        hint: 'write it like 192.0.2.21; a host of the inventory is a `host`',
      },
    ]
  return ip.family === service.family || args.forward === 'tunnel'
    ? []
    : [
        {
          path: [...path, 'address'],
          summary: `${address} is no IPv${service.family} address like the service`,
          hint: 'only a tunnel can join the two',
        },
      ]
}
