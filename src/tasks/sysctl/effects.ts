import type { Variables } from '../../readings/guards.ts'
import { possible, type SysctlValue } from '../../readings/sysctl.ts'

/** What a write depends on besides the variables. */
export interface Surroundings {
  /** Every interface, lo too. */
  readonly devices: readonly string[]
  hasIpv4Address(device: string): boolean
}

/** One write and every variable that it sets, itself included. */
export interface Write {
  readonly path: string
  readonly value: string
  readonly sets: ReadonlyMap<string, SysctlValue>
}

// net/ipv6/addrconf.c: a write to `all` is copied to `default` and every interface; force_forwarding spares `default`.
const copiedByAll: readonly string[] = ['forwarding', 'disable_ipv6', 'ignore_routes_with_linkdown', 'addr_gen_mode']

// net/ipv4/devinet.c: these have handlers of their own and stay where they are written (tried on Linux 6.18).
const notCopiedByDefault: readonly string[] = [
  'forwarding',
  'disable_policy',
  'disable_xfrm',
  'drop_unicast_in_l2_multicast',
  'promote_secondaries',
  'route_localnet',
]

/**
 * Foretells one write. Sources: inet_forward_change and devinet_copy_dflt_conf in net/ipv4/devinet.c,
 * addrconf_fixup_forwarding and its neighbours in net/ipv6/addrconf.c; each entry was tried on Linux 6.18.
 */
export const foretellWrite = (path: string, value: string, read: Variables, around: Surroundings): Write => {
  const set = (variable: string): [string, SysctlValue] => [variable, { kind: 'value', text: value }]
  const sets = sideEffects(path, value, set, read, around).filter(([other]) => read(other).kind !== 'absent')
  return { path, value, sets: new Map([set(path), ...sets]) }
}

type Effect = [path: string, value: SysctlValue]

const sideEffects = (
  path: string,
  value: string,
  set: (variable: string) => Effect,
  read: Variables,
  { devices, hasIpv4Address }: Surroundings,
): Effect[] => {
  const everywhere = (family: string, key: string): Effect[] =>
    devices.map((device) => set(`net/${family}/conf/${device}/${key}`))
  if (path === 'net/ipv4/ip_forward') {
    const redirects: SysctlValue = { kind: 'value', text: Number(value) === 0 ? '1' : '0' }
    return [
      ['net/ipv4/conf/all/accept_redirects', redirects],
      set('net/ipv4/conf/default/forwarding'),
      ...everywhere('ipv4', 'forwarding'),
    ]
  }
  const [, family = '', section, key = ''] = /^net\/(ipv[46])\/conf\/(all|default)\/(\w+)$/.exec(path) ?? []
  if (family === 'ipv6' && section === 'all') {
    if (key === 'force_forwarding') return everywhere(family, key)
    return copiedByAll.includes(key) ? [set(`net/ipv6/conf/default/${key}`), ...everywhere(family, key)] : []
  }
  if (family !== 'ipv4' || section !== 'default' || notCopiedByDefault.includes(key)) return []
  // Copied to interfaces whose bit for this key is unset. The bits cannot be read; an IPv4 address has set them all.
  return devices
    .filter((device) => !hasIpv4Address(device))
    .map((device) => `net/ipv4/conf/${device}/${key}`)
    .map((variable) => [variable, oneOf([...possible(read(variable)), value])])
}

const oneOf = (texts: readonly string[]): SysctlValue => {
  const [text = '', ...others] = [...new Set(texts)]
  return others.length === 0 ? { kind: 'value', text } : { kind: 'either', texts: [text, ...others] }
}
