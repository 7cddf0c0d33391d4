import type { CommandResult, Reading, Source } from '../model/task-type.ts'

/** One address of a device, as `ip -o addr show` of iproute2 and busybox print it. */
export interface HostAddress {
  readonly family: 4 | 6
  readonly address: string
  readonly prefix: number
  /** Point-to-point: the far end with its prefix length. */
  readonly peer?: string
  readonly broadcast?: string
  readonly scope: string
  /** `lo:0`; absent where it is the device's own name. */
  readonly label?: string
  /** secondary, tentative, deprecated, dynamic, … */
  readonly flags: readonly string[]
}

/** One listing for all devices and both families. */
export const addressesSource: Source = { key: 'addresses', command: ['ip', '-o', 'addr', 'show'] }

/** The addresses of one device, in the kernel's order. A device that is not there has none. */
export const addresses = (device: string): Reading<readonly HostAddress[]> => ({
  key: `addresses:${device}`,
  source: addressesSource,
  parse: (result) => linesOf(result, device).flatMap(parseLine),
  test: (value) => [{ kind: 'addresses', device, are: value.map(canonicalAddress) }],
})

/** The devices that have an address. */
export const addressedDevices: Reading<readonly string[]> = {
  key: 'addressed-devices',
  source: addressesSource,
  parse: ({ stdout }) => [...new Set(stdout.split('\n').flatMap((line) => deviceOf(line) ?? []))],
  test: () => [],
}

/**
 * The one text by which addresses are compared, here and by the tests that run on a host:
 * the fourth field of the listing and, for IPv4, the word after `scope`. `192.0.2.50/32 host`, `2001:db8::50/128`;
 * a point-to-point address has no prefix in that field: `198.51.100.1 global`.
 */
export const canonicalAddress = ({ family, address, prefix, peer, scope }: HostAddress): string => {
  const field = peer === undefined ? `${address}/${prefix}` : address
  return family === 4 ? `${field} ${scope}` : field
}

const deviceOf = (line: string): string | undefined => /^\d+: (\S+) /.exec(line)?.[1]

/** Searched, not split: most hosts list many more addresses than a task asks for. */
const linesOf = ({ stdout }: CommandResult, device: string): string[] => {
  const lines: string[] = []
  const mark = `: ${device} `
  for (let at = stdout.indexOf(mark); at >= 0; at = stdout.indexOf(mark, at)) {
    const end = stdout.indexOf('\n', at)
    const line = stdout.slice(stdout.lastIndexOf('\n', at) + 1, end < 0 ? undefined : end)
    if (deviceOf(line) === device) lines.push(line)
    at = end < 0 ? stdout.length : end
  }
  return lines
}

const parseLine = (line: string): HostAddress[] => {
  const [, device, family, field = '', ...rest] = (line.split('\\')[0] ?? '').trim().split(/\s+/)
  if (family !== 'inet' && family !== 'inet6') return []
  const after = (word: string): string | undefined => (rest.includes(word) ? rest[rest.indexOf(word) + 1] : undefined)
  const [peer, broadcast] = [after('peer'), after('brd')]
  const words = rest.slice(rest.indexOf('scope') + 2)
  // Only IPv4 has a label; it is the last word, and there always.
  const label = family === 'inet' ? words.pop() : undefined
  const [address = '', prefix = family === 'inet' ? '32' : '128'] = field.split('/')
  return [
    {
      family: family === 'inet' ? 4 : 6,
      address,
      prefix: Number(prefix),
      ...(peer === undefined ? {} : { peer }),
      ...(broadcast === undefined ? {} : { broadcast }),
      scope: after('scope') ?? '',
      ...(label === undefined || label === device ? {} : { label }),
      flags: words,
    },
  ]
}
