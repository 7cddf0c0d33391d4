import { describe, expect, test } from 'vitest'
import type { Plan, Setting } from '../../src/model/task-type.ts'
import ipvs from '../../src/tasks/ipvs.ts'
import { answered, changesOf, factsFrom, setting } from '../host-facts.ts'
import { fleet } from './generators/ipvs.ts'

const director: Setting = { ...setting(['director']), fleet }

interface Table {
  readonly saved?: string
  readonly listed?: string
  readonly drained?: readonly object[]
  readonly owner?: string
}

const facts = ({ saved = '', listed = '', drained = [], owner = '' }: Table) =>
  factsFrom(
    new Map([
      ['ipvsadm', answered(`${saved}\n@\n${listed}\n@\nTimeout (tcp tcpfin udp): 900 120 300\n`)],
      ['drained', answered(drained.map((one) => `${JSON.stringify(one)}\n`).join(''))],
      ['ipvs-owner', answered(owner)],
    ]),
  )

const parse = (input: unknown) => {
  const parsed = ipvs.parse(input as never)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  return parsed.args
}
const plan = (input: unknown, table: Table = {}): Plan => ipvs.plan(parse(input), facts(table), director)
const told = (made: Plan) => changesOf(made).map(({ what, from, to }) => `${what}: ${from} → ${to}`)
const commands = (made: Plan, which: 'steps' | 'undo' = 'steps') =>
  changesOf(made).map((change) =>
    change[which].map((step) => (step.kind === 'run' ? step.command.join(' ') : step.kind)).join('; '),
  )
const notes = (made: Plan) => (made.kind === 'changes' ? (made.notes ?? []) : [])

const web = [{ service: 'tcp/192.0.2.100:80', servers: 'realserver' }]
const saved = (...servers: readonly string[]) =>
  ['-A -t 192.0.2.100:80 -s wlc', ...servers.map((text) => `-a -t 192.0.2.100:80 -r ${text}`)].join('\n')

describe('changes', () => {
  test('a new service, with every server of a group under its own address', () => {
    const made = plan(web)
    expect(told(made)).toEqual([
      'tcp/192.0.2.100:80: absent → wlc',
      '192.0.2.21:80 of tcp/192.0.2.100:80: absent → direct, weight 1',
      '192.0.2.22:80 of tcp/192.0.2.100:80: absent → direct, weight 1',
    ])
    expect(changesOf(made).flatMap(({ demands }) => demands ?? [])).toEqual([
      { kind: 'holds', address: '192.0.2.100', server: '192.0.2.21' },
      { kind: 'holds', address: '192.0.2.100', server: '192.0.2.22' },
    ])
  })

  test('an edit repeats what ipvsadm would reset, and its undo too', () => {
    const table: Table = {
      saved:
        '-A -t 192.0.2.100:80 -s mh -p 300 -b mh-port\n-a -t 192.0.2.100:80 -r 192.0.2.21:80 -i -w 4 --tun-type gue --tun-port 5',
      listed:
        'TCP  192.0.2.100:80 mh (mh-port) persistent 300\n  -> 192.0.2.21:80                1000       800        0          0         ',
    }
    const made = plan(
      [
        {
          service: 'tcp/192.0.2.100:80',
          scheduler: 'rr',
          persistence: 300,
          forward: 'tunnel',
          servers: [{ host: 'rs1', weight: 5, upper_threshold: 1000, lower_threshold: 800 }],
        },
      ],
      table,
    )
    expect(commands(made)).toEqual([
      'ipvsadm -E -t 192.0.2.100:80 -s rr -p 300',
      'ipvsadm -e -t 192.0.2.100:80 -r 192.0.2.21:80 -i -w 5 --tun-type gue --tun-port 5 -x 1000 -y 800',
    ])
    expect(commands(made, 'undo')).toEqual([
      'ipvsadm -E -t 192.0.2.100:80 -s mh -p 300 -b mh-port',
      'ipvsadm -e -t 192.0.2.100:80 -r 192.0.2.21:80 -i -w 4 --tun-type gue --tun-port 5 -x 1000 -y 800',
    ])
  })

  test('servers come before others go', () => {
    expect(told(plan(web, { saved: saved('192.0.2.99:80 -g -w 2', '192.0.2.21:80 -g -w 1') }))).toEqual([
      '192.0.2.22:80 of tcp/192.0.2.100:80: absent → direct, weight 1',
      '192.0.2.99:80 of tcp/192.0.2.100:80: direct, weight 2 → absent',
    ])
  })

  test('a service that goes takes its servers along, and all of them come back', () => {
    const made = plan([{ service: 'tcp/192.0.2.100:80', state: 'absent' }], { saved: saved('192.0.2.21:80 -g -w 2') })
    expect(told(made)).toEqual(['tcp/192.0.2.100:80: wlc, 1 server → absent'])
    expect(commands(made, 'undo')).toEqual([
      'ipvsadm -A -t 192.0.2.100:80 -s wlc; ipvsadm -a -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 2',
    ])
  })

  test('others stay, unless they are purged', () => {
    const table: Table = { saved: '-A -u 192.0.2.100:53 -s rr -o\n-A -f 1 -6 -s rr' }
    expect(told(plan([{ service: 'fwmark/1/ipv6', scheduler: 'rr' }], table))).toEqual([])
    const services = [{ service: 'fwmark/1/ipv6', scheduler: 'rr' }]
    expect(told(plan({ services, purge: true }, table))).toEqual(['udp/192.0.2.100:53: rr, one packet → absent'])
  })

  test('timeouts that are not named stay', () => {
    const made = plan({ timeouts: { udp: 30 } })
    expect(commands(made)).toEqual(['ipvsadm --set 900 120 30'])
    expect(commands(made, 'undo')).toEqual(['ipvsadm --set 900 120 300'])
  })

  test('a masqueraded server needs no VIP, nor does one that gets no traffic', () => {
    const masqueraded = plan([{ ...web[0], forward: 'masquerade', port: 8080 }])
    expect(commands(masqueraded)[1]).toBe('ipvsadm -a -t 192.0.2.100:80 -r 192.0.2.21:8080 -m -w 1')
    expect(changesOf(masqueraded).flatMap(({ demands }) => demands ?? [])).toEqual([])
    expect(changesOf(plan([{ ...web[0], weight: 0 }])).flatMap(({ demands }) => demands ?? [])).toEqual([])
  })
})

describe('drained servers', () => {
  const record = { service: 'tcp/192.0.2.100:80', server: '192.0.2.21:80', weight: 7, run: 'r1', owner: 'ann@desk' }
  const zero: Table = { saved: saved('192.0.2.21:80 -g -w 0', '192.0.2.22:80 -g -w 1') }

  test('stay drained, and that is told', () => {
    const recorded = plan(web, { ...zero, drained: [record] })
    expect([told(recorded), notes(recorded)]).toEqual([
      [],
      ['192.0.2.21:80 of tcp/192.0.2.100:80 stays drained, by ann@desk'],
    ])
    const unrecorded = plan(web, zero)
    expect(told(unrecorded)).toEqual([])
    expect(notes(unrecorded)[0]).toMatch(/keeps weight 0, not 1: somebody drained it/)
  })

  test('also when their table is new, so that a reboot readmits nobody', () => {
    expect(told(plan(web, { drained: [record] }))).toContain(
      '192.0.2.21:80 of tcp/192.0.2.100:80: absent → direct, weight 0',
    )
  })

  test('are raised by force_weights, once they hold the VIP', () => {
    const made = plan({ services: web, force_weights: true }, { ...zero, drained: [record] })
    expect(told(made)).toEqual(['192.0.2.21:80 of tcp/192.0.2.100:80: direct, weight 0 → direct, weight 1'])
    expect(changesOf(made)[0]?.demands).toEqual([{ kind: 'holds', address: '192.0.2.100', server: '192.0.2.21' }])
  })

  test('last with the weight that they get back, and the record that the boot heeds', () => {
    const lasting = ipvs.lasting?.(parse(web), facts({ ...zero, drained: [record] }), director)
    expect(lasting).toMatchObject([
      {
        kind: 'ipvs',
        name: 'tcp/192.0.2.100:80',
        lines: [
          { words: ['-A', '-t', '192.0.2.100:80', '-s', 'wlc'] },
          {
            words: ['-a', '-t', '192.0.2.100:80', '-r', '192.0.2.21:80', '-g', '-w', '7'],
            record: 'tcp-192.0.2.100:80@192.0.2.21:80.json',
          },
          { words: ['-a', '-t', '192.0.2.100:80', '-r', '192.0.2.22:80', '-g', '-w', '1'] },
        ],
      },
    ])
  })
})

test.each([['keepalived owns', { owner: 'keepalived\n' }]])(
  '%s the table: refused, unless told otherwise',
  (summary, table) => {
    const made = plan(web, table)
    expect(made.kind === 'refuse' && made.problem.summary).toContain(summary)
    expect(plan({ services: web, foreign_owner: 'write' }, table).kind).toBe('changes')
  },
)

test.each([
  [{ service: 'tcp/192.0.2.100' }, /`tcp\/192\.0\.2\.100` is no service/],
  [{ service: 'tcp/224.0.0.1:80' }, /224\.0\.0\.1 is a multicast address, no VIP/],
  [{ service: 'tcp/192.0.2.100:0' }, /every port, which only a persistent service can have/],
  [{ service: 'tcp/192.0.2.100:80', port: 8080 }, /with `forward: direct` packets keep their port/],
  [{ service: 'tcp/192.0.2.100:80', sched_flags: ['mh-port'] }, /`mh-port` is no flag of the scheduler wlc/],
  [{ service: 'tcp/192.0.2.100:80', one_packet: true }, /`one_packet` is of UDP/],
  [{ service: 'tcp/192.0.2.100:80', servers: [{}] }, /a server is a `host` or an `address`/],
  [{ service: 'tcp/192.0.2.100:80', servers: [{ address: 'rs1' }] }, /`rs1` is not an IP address/],
  [{ service: 'tcp/192.0.2.100:80', servers: [{ address: '2001:db8::1' }] }, /no IPv4 address like the service/],
  [{ service: 'tcp/192.0.2.100:80', persistence: { netmask: '255.0.255.0' } }, /`255\.0\.255\.0` is no netmask/],
  [{ service: 'tcp/192.0.2.100:80', lower_threshold: 5 }, /lower threshold 5 is above the upper one 0/],
])('%j is a mistake that is told', (service, words) => {
  const parsed = ipvs.parse([service] as never)
  expect(parsed.ok ? 'no mistake' : parsed.problems.map(({ summary }) => summary).join()).toMatch(words)
})

test('a service named twice is a mistake', () => {
  const parsed = ipvs.parse([...web, { service: 'tcp/192.0.2.100:080' }] as never)
  expect(parsed.ok ? '' : parsed.problems[0]?.summary).toBe('`tcp/192.0.2.100:80` is named twice')
})
