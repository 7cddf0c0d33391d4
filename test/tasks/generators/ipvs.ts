import fc from 'fast-check'
import type { Setting } from '../../../src/model/task-type.ts'
import { answered, setting } from '../../host-facts.ts'

const server = fc.oneof(
  fc.record(
    {
      address: fc.constantFrom('192.0.2.21', '192.0.2.22', '192.0.2.23'),
      weight: fc.nat(3),
      upper_threshold: fc.constantFrom(0, 900),
    },
    { requiredKeys: ['address'] },
  ),
  fc.record({ host: fc.constantFrom('rs1', 'rs2'), weight: fc.nat(3) }, { requiredKeys: ['host'] }),
)

const service = (name: string, scheduler: string, flags: readonly string[]) =>
  fc.record(
    {
      service: fc.constant(name),
      scheduler: fc.constant(scheduler),
      sched_flags: fc.subarray([...flags]),
      state: fc.constantFrom('present', 'present', 'absent'),
      servers: fc.oneof(fc.constant('realserver'), fc.array(server, { maxLength: 3 })),
      forward: fc.constantFrom('direct', 'masquerade', 'tunnel'),
      persistence: fc.oneof(fc.constant(300), fc.record({ timeout: fc.constant(60), netmask: fc.constant(24) })),
      weight: fc.nat(2),
    },
    { requiredKeys: ['service', 'scheduler', 'servers'] },
  )

const services = fc
  .tuple(
    fc.option(service('tcp/192.0.2.100:80', 'wlc', []), { nil: undefined }),
    fc.option(service('tcp/192.0.2.100:443', 'mh', ['mh-fallback', 'mh-port']), { nil: undefined }),
    fc.option(service('fwmark/1', 'rr', []), { nil: undefined }),
  )
  .map((all) => all.filter((one) => one !== undefined))

export const args = fc.oneof(
  services,
  fc.record(
    {
      services,
      purge: fc.boolean(),
      force_weights: fc.boolean(),
      timeouts: fc.record({ tcp: fc.constantFrom(900, 600) }),
      foreign_owner: fc.constant('write'),
    },
    { requiredKeys: ['services'] },
  ),
)

/** Pieces of what ipvsadm printed on a real kernel: what `-Sn` says of a service, and the listing of thresholds. */
const pieces = [
  [
    '-A -t 192.0.2.100:80 -s wlc\n-a -t 192.0.2.100:80 -r 192.0.2.21:80 -g -w 3\n-a -t 192.0.2.100:80 -r 192.0.2.22:80 -g -w 0\n',
    'TCP  192.0.2.100:80 wlc\n  -> 192.0.2.21:80                1000       800        0          0         \n  -> 192.0.2.22:80                0          0          0          0         \n',
  ],
  [
    '-A -t 192.0.2.100:443 -s mh -p 360 -M 255.255.255.0 -b mh-fallback,mh-port\n-a -t 192.0.2.100:443 -r 192.0.2.23:8443 -m -w 1\n',
    'TCP  192.0.2.100:443 mh (mh-fallback,mh-port) persistent 360 mask 255.255.255.0\n  -> 192.0.2.23:8443              0          0          0          0         \n',
  ],
  [
    '-A -f 1 -s sh -b sh-port\n-a -f 1 -r 192.0.2.21:0 -i -w 1 --tun-type gue --tun-port 5555 --tun-nocsum\n',
    'FWM  1 sh (sh-port)\n  -> 192.0.2.21:0                 0          0          0          0         \n',
  ],
  ['-A -f 1 -6 -s rr\n', 'FWM  1 IPv6 rr\n'],
  ['-A -u 192.0.2.100:53 -s rr -o\n', 'UDP  192.0.2.100:53 rr ops\n'],
] as const

const heading = `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn
  -> RemoteAddress:Port
`

const record = (server: string): string =>
  `${JSON.stringify({ service: 'tcp/192.0.2.100:80', server, weight: 3, run: 'r1', owner: 'ann@desk, run r1' })}\n`

export const outputs = fc
  .record({
    table: fc.subarray([...pieces]),
    drained: fc.subarray([record('192.0.2.21:80'), record('192.0.2.22:80')]),
    owner: fc.constantFrom('', '', '', '', 'keepalived\n'),
  })
  .map(
    ({ table, drained, owner }) =>
      new Map([
        [
          'ipvsadm',
          answered(
            `${table.map(([saved]) => saved).join('')}\n@\n${heading}${table.map(([, listed]) => listed).join('')}\n@\nTimeout (tcp tcpfin udp): 900 120 300\n`,
          ),
        ] as const,
        ['drained', answered(drained.join(''))] as const,
        ['ipvs-owner', answered(owner)] as const,
      ]),
  )

const addresses = new Map([
  ['rs1', { address: '192.0.2.21' }],
  ['rs2', { address: '192.0.2.22' }],
])

/** Two real servers whose addresses are known. */
export const fleet: NonNullable<Setting['fleet']> = {
  members: (name) => (name === 'realserver' ? ['rs1', 'rs2'] : addresses.has(name) ? [name] : undefined),
  serverAddresses: () => addresses,
  hardware: () => new Map([['02:00:00:00:00:01', { host: 'rs1', group: 'realserver' }]]),
}

export const settings = fc.constant({ ...setting(['director']), fleet })
