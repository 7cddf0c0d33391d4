import * as v from 'valibot'

const whole = (least: number, most: number, description: string) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most), v.description(description)))

/** What holds for one server, and stands at the service for all of them. */
const perServer = {
  weight: whole(0, 2_147_483_647, 'Its share of new connections; 1 when not named. 0: it gets none.'),
  port: whole(0, 65_535, 'Its port, where that is not the port of the service. Only `masquerade` can change a port.'),
  upper_threshold: whole(0, 0xffff_ffff, 'So many connections, and it gets no more of them; 0: no limit.'),
  lower_threshold: whole(0, 0xffff_ffff, 'Below so many it gets new ones again; 0: three quarters of the upper one.'),
}

const server = v.strictObject({
  host: v.optional(
    v.pipe(
      v.string(),
      v.description('A host of the inventory; its address is its variable `rip`, else the one address of its `nic`.'),
    ),
  ),
  address: v.optional(v.pipe(v.string(), v.description('The address itself, instead of `host`.'))),
  ...perServer,
})

const persistence = v.strictObject({
  timeout: v.optional(
    v.pipe(
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(2_678_400),
      v.description('Seconds for which a client stays with its server.'),
    ),
    300,
  ),
  netmask: v.optional(
    v.pipe(
      v.union([v.string(), v.number()]),
      v.description('Clients of one such network count as one: 24 or 255.255.255.0; of IPv6 a prefix length.'),
    ),
  ),
  engine: v.optional(v.pipe(v.picklist(['sip']), v.description('What tells clients apart: `sip`, by Call-ID.'))),
})

const service = v.strictObject({
  service: v.pipe(
    v.string(),
    v.description('`tcp/ADDRESS:PORT` (also `udp`, `sctp`; IPv6 in brackets), `fwmark/N` or `fwmark/N/ipv6`.'),
  ),
  state: v.optional(
    v.pipe(v.picklist(['present', 'absent']), v.description('`absent`: the service goes, with all its servers.')),
    'present',
  ),
  scheduler: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[a-z][a-z0-9_-]*$/, 'must be the name of a scheduler\nwlc, rr, mh, for example'),
      v.description('How connections are spread: rr, wrr, lc, wlc, lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh.'),
    ),
    'wlc',
  ),
  sched_flags: v.optional(
    v.pipe(
      v.array(v.picklist(['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port'])),
      v.description(
        'Of `sh` and `mh`: go on with another server where the chosen one has weight 0; count the port as well.',
      ),
    ),
    [],
  ),
  forward: v.optional(
    v.pipe(
      v.picklist(['direct', 'tunnel', 'masquerade']),
      v.description('How packets reach the servers. `direct` and `tunnel` need the VIP on each of them.'),
    ),
    'direct',
  ),
  servers: v.optional(
    v.pipe(
      v.union([v.string(), v.array(server)]),
      v.description('A group or a host of the inventory, or a list of servers.'),
    ),
    [],
  ),
  persistence: v.optional(
    v.pipe(
      v.union([v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_678_400)), persistence]),
      v.description('Seconds for which a client stays with its server, or more about it.'),
    ),
  ),
  one_packet: v.optional(v.pipe(v.boolean(), v.description('Of UDP: every packet is spread for itself.')), false),
  ...perServer,
})

const services = v.array(service)

const seconds = (what: string) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2_678_400), v.description(what)))

const table = v.strictObject({
  services: v.optional(v.pipe(services, v.description('The services, each as in the short form.')), []),
  timeouts: v.optional(
    v.pipe(
      v.strictObject({
        tcp: seconds('Of an established connection.'),
        tcpfin: seconds('Of one that is closing.'),
        udp: seconds('Between two packets of UDP.'),
      }),
      v.description('Seconds after which the director forgets an idle connection; what is not named stays.'),
    ),
  ),
  purge: v.optional(v.pipe(v.boolean(), v.description('Services that this task does not name go.')), false),
  force_weights: v.optional(
    v.pipe(v.boolean(), v.description('Raises servers that somebody drained to the wished weight.')),
    false,
  ),
  foreign_owner: v.optional(
    v.pipe(
      v.picklist(['refuse', 'write']),
      v.description(
        '`write`: change the table although keepalived, ldirectord or kube-proxy owns it, and may change it back.',
      ),
    ),
    'refuse',
  ),
})

export const ipvsSchema = v.union([v.pipe(services, v.minLength(1, 'names no service')), table])
export type IpvsArgs = v.InferOutput<typeof ipvsSchema>
export type ServiceArgs = v.InferOutput<typeof service>
export type ServerArgs = v.InferOutput<typeof server>
