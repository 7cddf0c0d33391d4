import { answered, type Outputs } from '../host-facts.ts'

/** Kernel defaults of the keys that the tests speak of. */
const defaults4: Readonly<Record<string, string>> = {
  accept_redirects: '1',
  arp_announce: '0',
  arp_ignore: '0',
  forwarding: '0',
  promote_secondaries: '0',
  route_localnet: '0',
  rp_filter: '0',
  send_redirects: '1',
}
const defaults6: Readonly<Record<string, string>> = { accept_redirects: '1', disable_ipv6: '0', forwarding: '0' }

export interface KernelHost {
  /** Beside lo. */
  readonly devices?: readonly string[]
  /** Path below /proc/sys → value, where it is not the kernel's default. Paths outside conf are answered as they are. */
  readonly values?: Readonly<Record<string, string>>
  /** `lo inet 192.0.2.80/32 scope host lo`; lo has 127.0.0.1 and ::1 by itself. */
  readonly addresses?: readonly string[]
  readonly dummies?: readonly string[]
}

const conf = (family: 'ipv4' | 'ipv6', defaults: Readonly<Record<string, string>>, host: KernelHost): string[] =>
  ['all', 'default', 'lo', ...(host.devices ?? [])].flatMap((section) =>
    Object.entries(defaults).map(
      ([key, value]) => `${section}/${key}:${host.values?.[`net/${family}/conf/${section}/${key}`] ?? value}`,
    ),
  )

/** What a host in this state answers to the kernel readings. */
export const outputsOf = (host: KernelHost): Outputs => {
  const links = ['lo', ...(host.devices ?? [])].flatMap((device) => [
    `/sys/class/net/${device}/flags:${device === 'lo' ? '0x9' : host.dummies?.includes(device) ? '0xc3' : '0x1003'}`,
    `/sys/class/net/${device}/type:${device === 'lo' ? '772' : '1'}`,
  ])
  const listed = ['lo inet 127.0.0.1/8 scope host lo', ...(host.addresses ?? []), 'lo inet6 ::1/128 scope host ']
  const lines = listed.map((text) => {
    const [device = '', ...rest] = text.split(' ')
    return `1: ${device}    ${rest.join(' ')}\\       valid_lft forever preferred_lft forever`
  })
  const outputs = new Map([
    [
      'conf:4',
      [...conf('ipv4', defaults4, host), `../ip_forward:${host.values?.['net/ipv4/ip_forward'] ?? '0'}`, ...links],
    ],
    ['conf:6', conf('ipv6', defaults6, host)],
    ['addresses', lines],
  ] as const)
  const own = Object.entries(host.values ?? {}).filter(([path]) => !/\/conf\/|ip_forward$/.test(path))
  return new Map([
    ...[...outputs].map(([key, text]) => [key, answered(`${text.join('\n')}\n`)] as const),
    ...own.map(([path, value]) => [`sysctl:${path}`, answered(`${value}\n`)] as const),
  ])
}
