import type { Diagnostic } from '../model/document.ts'
import type { Change, Facts, IpvsLine, Lasting, Plan, Setting } from '../model/task-type.ts'
import { type DrainRecord, drainRecords, recordName } from '../readings/drained.ts'
import { ipvsOwner } from '../readings/ipvs-owner.ts'
import {
  ipvsService,
  ipvsTableState,
  ipvsTimeouts,
  serverWords,
  serviceWords,
  type TableState,
  type Timeouts,
} from '../readings/ipvs-services.ts'
import { defineTask } from './define-task.ts'
import { absentChanges, type Course, presentChanges } from './ipvs/changes.ts'
import { ipvsSchema } from './ipvs/schema.ts'
import { placeServers } from './ipvs/servers.ts'
import { type Wish, type WishedService, wishOf, wishProblems } from './ipvs/wish.ts'

/** Every service that is wished or purged, planned to its end. */
type Courses = { readonly courses: readonly Course[] } | { readonly problem: Diagnostic }

const coursesOf = (wish: Wish, facts: Facts, { fleet }: Setting): Courses => {
  const table = facts.of(ipvsTableState)
  if (table.kind !== 'table') return { problem: noTable(table) }
  const records = facts.of(drainRecords)
  const courses: Course[] = []
  for (const wished of wish.services) {
    const course = courseOf(wished.service, facts)
    courses.push(course)
    if (wished.absent) {
      absentChanges(course)
      continue
    }
    const placed = placeServers(wished, fleet)
    if ('severity' in placed) return { problem: placed }
    presentChanges(course, wished, {
      placed,
      weights: { force: wish.forceWeights, records: recordsOf(wished, records) },
    })
  }
  const strange = wish.purge
    ? table.services.filter(({ name }) => !wish.services.some(({ service }) => service.name === name))
    : []
  for (const service of strange) {
    const course = courseOf(service, facts)
    courses.push(course)
    absentChanges(course)
  }
  return { courses }
}

const courseOf = (service: Course['service'], facts: Facts): Course => ({
  service,
  changes: [],
  notes: [],
  state: facts.of(ipvsService(service)),
})

const recordsOf = ({ service }: WishedService, records: readonly DrainRecord[]): ReadonlyMap<string, DrainRecord> =>
  new Map(records.filter((record) => record.service === service.name).map((record) => [record.server, record]))

const noTable = (table: Exclude<TableState, { kind: 'table' }>): Diagnostic => {
  const refused = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })
  if (table.kind === 'no-ip_vs')
    return refused('this host has no IPVS: the module ip_vs is not loaded', 'load it before, with `modules: [ip_vs]`')
  if (table.kind === 'no-ipvsadm')
    return refused('ipvsadm is not installed on this host', 'install it before, with `package: ipvsadm`')
  return refused(`the IPVS table cannot be read: ${table.why}`, 'ipvsadm needs root: set become: true')
}

const ownedBy = (owner: string): Diagnostic => ({
  severity: 'error',
  summary: `${owner} owns the IPVS table of this host, and would undo what is changed there`,
  hint: `let ${owner} have these services, stop it, or set \`foreign_owner: write\``,
})

const timeoutChanges = (wished: Wish['timeouts'], now: Timeouts | undefined): readonly Change[] => {
  if (now === undefined) return []
  const to: Timeouts = [wished.tcp ?? now[0], wished.tcpfin ?? now[1], wished.udp ?? now[2]]
  const text = ([tcp, tcpfin, udp]: Timeouts): string => `tcp ${tcp} s, tcpfin ${tcpfin} s, udp ${udp} s`
  if (text(to) === text(now)) return []
  const set = ([tcp, tcpfin, udp]: Timeouts) =>
    ({ kind: 'run', command: ['ipvsadm', '--set', `${tcp}`, `${tcpfin}`, `${udp}`] }) as const
  return [
    {
      what: 'IPVS timeouts',
      from: text(now),
      to: text(to),
      steps: [set(to)],
      undo: [set(now)],
      leaves: [{ reading: ipvsTimeouts, value: to }],
    },
  ]
}

const plan = (wish: Wish, facts: Facts, setting: Setting): Plan => {
  const owner = wish.foreignOwner === 'write' ? undefined : facts.of(ipvsOwner)
  if (owner !== undefined) return { kind: 'refuse', problem: ownedBy(owner) }
  const planned = coursesOf(wish, facts, setting)
  if ('problem' in planned) return { kind: 'refuse', problem: planned.problem }
  const { courses } = planned
  const notes = courses.flatMap((course) => course.notes)
  return {
    kind: 'changes',
    changes: [...timeoutChanges(wish.timeouts, facts.of(ipvsTimeouts)), ...courses.flatMap(({ changes }) => changes)],
    wishes: [...courses.map(({ service }) => ipvsService(service)), ...(hasTimeouts(wish) ? [ipvsTimeouts] : [])],
    ...(notes.length > 0 ? { notes } : {}),
  }
}

const hasTimeouts = ({ timeouts }: Wish): boolean => Object.keys(timeouts).length > 0

const lasting = (wish: Wish, facts: Facts, setting: Setting): readonly Lasting[] => {
  const planned = coursesOf(wish, facts, setting)
  if ('problem' in planned) return []
  const records = facts.of(drainRecords)
  const { tcp = 0, tcpfin = 0, udp = 0 } = wish.timeouts
  const words = ['--set', `${tcp}`, `${tcpfin}`, `${udp}`] // 0: as it is
  return [
    ...(hasTimeouts(wish) ? [{ kind: 'ipvs', name: 'timeouts', lines: [{ words }] } as const] : []),
    ...planned.courses.map((course) => lastingService(course, records)),
  ]
}

/** A drained server keeps the weight that it gets back: the boot script sees the record and gives it none. */
const lastingService = ({ service, state }: Course, records: readonly DrainRecord[]): Lasting => {
  if (state === undefined) return { kind: 'ipvs', name: service.name }
  const lines: IpvsLine[] = [{ words: ['-A', ...service.select, ...serviceWords(state)] }]
  for (const [at, server] of state.servers) {
    const record = records.find((one) => one.service === service.name && one.server === at)
    const weight = record === undefined ? server.weight : record.weight
    lines.push({
      words: ['-a', ...service.select, '-r', at, ...serverWords({ ...server, weight })],
      record: recordName(service, at),
    })
  }
  return { kind: 'ipvs', name: service.name, lines }
}

export default defineTask({
  name: 'ipvs',
  summary: 'Virtual services of a director and their real servers, as IPVS spreads connections over them',
  example: `- name: Spread port 80 over the real servers
  ipvs:
    - service: tcp/{{ vip }}:80
      scheduler: wlc
      forward: direct
      servers: realserver

- name: Two ports, and nothing else
  ipvs:
    purge: true
    timeouts: {tcp: 600}
    services:
      - service: tcp/192.0.2.100:443
        scheduler: mh
        sched_flags: [mh-fallback]
        persistence: {timeout: 600, netmask: 24}
        servers:
          - {host: rs1, weight: 3}
          - {address: 192.0.2.22, upper_threshold: 1000, lower_threshold: 800}
      - service: udp/[2001:db8::100]:53
        scheduler: rr
        servers: realserver
`,
  args: ipvsSchema,
  check: wishProblems,
  understand: wishOf,
  asksFleet: true,
  names: ({ services }) =>
    services.flatMap(({ servers }) =>
      servers.flatMap(({ who, path }) => ('hosts' in who ? [{ path, name: who.hosts }] : [])),
    ),
  readings: () => [ipvsTableState, ipvsTimeouts, ipvsOwner, drainRecords],
  plan,
  lasting,
})
