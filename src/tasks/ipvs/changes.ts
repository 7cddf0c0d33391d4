import type { Change, Command, Demand, Step } from '../../model/task-type.ts'
import type { DrainRecord } from '../../readings/drained.ts'
import {
  ipvsService,
  type RealServer,
  type ServiceState,
  serverWords,
  serviceWords,
} from '../../readings/ipvs-services.ts'
import type { VirtualService } from '../../readings/virtual-service.ts'
import type { Placed } from './servers.ts'
import type { WishedService } from './wish.ts'

/** Grows a list of changes, each one planned on the state that the one before leaves. */
export interface Course {
  readonly service: VirtualService
  readonly changes: Change[]
  readonly notes: string[]
  state: ServiceState | undefined
}

/** How weights that are there are dealt with. */
export interface Weights {
  readonly force: boolean
  /** Of this service, by server. */
  readonly records: ReadonlyMap<string, DrainRecord>
}

const ipvsadm = (flag: string, { select }: VirtualService, ...words: readonly string[]): Step => ({
  kind: 'run',
  command: ['ipvsadm', flag, ...select, ...words] as Command,
})

const setServer = (flag: '-a' | '-e', service: VirtualService, [at, server]: readonly [string, RealServer]): Step =>
  ipvsadm(flag, service, '-r', at, ...serverWords(server))

interface Move {
  readonly to: ServiceState | undefined
  readonly what: string
  readonly told: readonly [from: string, to: string]
  readonly steps: readonly Step[]
  readonly undo: readonly Step[]
  readonly demands?: readonly Demand[]
}

const proceed = (course: Course, { to, what, told: [from, text], steps, undo, demands = [] }: Move): void => {
  const reading = ipvsService(course.service)
  const leaves = [{ reading, value: to }]
  course.changes.push({ what, from, to: text, steps, undo, leaves, ...(demands.length > 0 ? { demands } : {}) })
  course.state = to
}

/** Attributes first, then edits, then new servers; those that go go last, so that there is always one to send to. */
export const presentChanges = (
  course: Course,
  { attributes }: WishedService,
  { placed, weights }: { readonly placed: readonly Placed[]; readonly weights: Weights },
): void => {
  bringUp(course, attributes)
  for (const server of placed) if (course.state?.servers.has(server.at)) settle(course, server, weights)
  for (const server of placed) if (!course.state?.servers.has(server.at)) settle(course, server, weights)
  for (const at of course.state?.servers.keys() ?? []) if (!placed.some((one) => one.at === at)) takeOut(course, at)
}

const bringUp = (course: Course, attributes: WishedService['attributes']): void => {
  const { service, state } = course
  const words = serviceWords(attributes)
  if (state === undefined) {
    const to = { ...attributes, servers: new Map() }
    const steps = [ipvsadm('-A', service, ...words)]
    const told = ['absent', toldService(attributes)] as const
    proceed(course, { to, what: service.name, told, steps, undo: [ipvsadm('-D', service)] })
    return
  }
  const old = serviceWords(state)
  if (old.join(' ') === words.join(' ')) return
  proceed(course, {
    to: { ...attributes, servers: state.servers },
    what: service.name,
    told: [toldService(state), toldService(attributes)],
    steps: [ipvsadm('-E', service, ...words)],
    undo: [ipvsadm('-E', service, ...old)],
  })
}

const settle = (course: Course, { at, address, wish }: Placed, weights: Weights): void => {
  const { service, state } = course
  if (state === undefined) return
  const live = state.servers.get(at)
  const weight = weightOf(course, { at, wished: wish.weight, live }, weights)
  // A kind of tunnel that somebody chose is kept.
  const tunnel = live?.forward === wish.forward ? live.tunnel : undefined
  const to: RealServer = { ...wish, weight, ...(tunnel === undefined ? {} : { tunnel }) }
  if (live !== undefined && serverWords(live).join(' ') === serverWords(to).join(' ')) return
  const step = (server: RealServer): Step => setServer('-e', service, [at, server])
  proceed(course, {
    to: withServer(state, at, to),
    what: `${at} of ${service.name}`,
    told: [live === undefined ? 'absent' : toldServer(live), toldServer(to)],
    steps: [live === undefined ? setServer('-a', service, [at, to]) : step(to)],
    undo: [live === undefined ? ipvsadm('-d', service, '-r', at) : step(live)],
    demands: demandsOf(service, address, [live, to]),
  })
}

/** What is new in rotation must hold the VIP. A masqueraded server is sent to under its own address. */
const demandsOf = (
  service: VirtualService,
  server: string,
  [live, to]: readonly [RealServer | undefined, RealServer],
): readonly Demand[] =>
  to.weight > 0 && (live?.weight ?? 0) === 0 && to.forward !== 'masquerade' && service.address !== undefined
    ? [{ kind: 'holds', address: service.address, server }]
    : []

/** A server that somebody drained stays drained; one without a record is reported, for nobody may know of it any more. */
const weightOf = (
  course: Course,
  { at, wished, live }: { readonly at: string; readonly wished: number; readonly live: RealServer | undefined },
  { force, records }: Weights,
): number => {
  const record = records.get(at)
  if (force) return wished
  if (record !== undefined) {
    if (wished > 0) course.notes.push(`${at} of ${course.service.name} stays drained, by ${record.owner}`)
    return live?.weight ?? 0
  }
  if (live?.weight !== 0 || wished === 0) return wished
  course.notes.push(
    `${at} of ${course.service.name} keeps weight 0, not ${wished}: somebody drained it; force_weights raises it`,
  )
  return 0
}

const withServer = (state: ServiceState, at: string, server: RealServer | undefined): ServiceState => {
  const servers = new Map(state.servers)
  if (server === undefined) servers.delete(at)
  else servers.set(at, server)
  return { ...state, servers: new Map([...servers].sort(([a], [b]) => (a < b ? -1 : 1))) }
}

const takeOut = (course: Course, at: string): void => {
  const { service, state } = course
  const live = state?.servers.get(at)
  if (state === undefined || live === undefined) return
  proceed(course, {
    to: withServer(state, at, undefined),
    what: `${at} of ${service.name}`,
    told: [toldServer(live), 'absent'],
    steps: [ipvsadm('-d', service, '-r', at)],
    undo: [setServer('-a', service, [at, live])],
  })
}

/** The service goes, and its servers with it. */
export const absentChanges = (course: Course): void => {
  const { service, state } = course
  if (state === undefined) return
  const count = state.servers.size
  proceed(course, {
    to: undefined,
    what: service.name,
    told: [`${toldService(state)}${count === 0 ? '' : `, ${count} server${count === 1 ? '' : 's'}`}`, 'absent'],
    steps: [ipvsadm('-D', service)],
    undo: [
      ipvsadm('-A', service, ...serviceWords(state)),
      ...[...state.servers].map((server) => setServer('-a', service, server)),
    ],
  })
}

const toldService = ({
  scheduler,
  flags,
  persistence,
  netmask,
  engine,
  onePacket,
}: WishedService['attributes']): string =>
  [
    flags.length === 0 ? scheduler : `${scheduler} (${flags.join(', ')})`,
    ...(persistence === undefined ? [] : [`persistent ${persistence} s`]),
    ...(netmask === undefined ? [] : [`netmask ${netmask}`]),
    ...(engine === undefined ? [] : [`engine ${engine}`]),
    ...(onePacket ? ['one packet'] : []),
  ].join(', ')

const toldServer = ({ forward, weight, upper, lower, tunnel }: RealServer): string =>
  [
    tunnel === undefined ? forward : `${forward} (${tunnel.replace('--tun-type ', '')})`,
    `weight ${weight}`,
    ...(upper === 0 && lower === 0 ? [] : [`thresholds ${upper}/${lower}`]),
  ].join(', ')
