import type { Lasting } from '../../model/task-type.ts'
import { canonicalPath } from '../../readings/sysctl.ts'
import { parseAssignment } from '../../readings/sysctl-d.ts'

/** What our sysctl.d file holds: path below /proc/sys (slash form) → value. */
export type SysctlEntries = ReadonlyMap<string, string>

/** What our data file holds: address with prefix length → how it lies on lo. */
export type VipEntries = ReadonlyMap<string, { readonly scope: string; readonly label?: string }>

/** What our data file holds: address with prefix length → the interface of a director. */
export type NicVipEntries = ReadonlyMap<string, string>

/** What our data file holds: service, or `timeouts` → its lines, each `RECORD WORDS…` or `- WORDS…`. */
export type IpvsEntries = ReadonlyMap<string, readonly string[]>

export { canonicalPath }

/** Every path of the variable. */
export const namesOf = (path: string): readonly string[] =>
  path === 'net/ipv4/ip_forward' ? [path, 'net/ipv4/conf/all/forwarding'] : [path]

export const parseSysctls = (text: string): SysctlEntries =>
  new Map(
    text.split('\n').flatMap((line) => {
      const { key, value } = parseAssignment(line) ?? {}
      return key === undefined || value === undefined ? [] : [[canonicalPath(key), value] as const]
    }),
  )

/** Lines of ours that say something. */
const vipLine = /^([\da-fA-F.:]+\/\d+)\s+(\S+)(?:\s+(\S+))?\s*$/

export const parseVips = (text: string): VipEntries =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [, address, scope, label] = vipLine.exec(line) ?? []
      if (address === undefined || scope === undefined) return []
      return [[address, { scope, ...(label === undefined ? {} : { label }) }] as const]
    }),
  )

/** Ours as they were (unless pruned), with what this run made lasting or let go laid over them, the latest last. */
export const mergeSysctls = (ours: SysctlEntries, lasting: readonly Lasting[]): SysctlEntries => {
  const merged = new Map(ours)
  for (const entry of lasting) {
    if (entry.kind !== 'sysctl') continue
    const path = canonicalPath(entry.path)
    if (entry.value === undefined) merged.delete(path)
    else merged.set(path, entry.value.trim().replace(/\s+/g, ' '))
  }
  return new Map([...merged].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)))
}

export const mergeVips = (ours: VipEntries, lasting: readonly Lasting[]): VipEntries => {
  const merged = new Map(ours)
  for (const entry of lasting) {
    if (entry.kind !== 'vip') continue
    const { address, scope, label } = entry
    if (entry.gone) merged.delete(address)
    else merged.set(address, { scope, ...(label === undefined ? {} : { label }) })
  }
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '' && line[0] !== '#')

export const parseNicVips = (text: string): NicVipEntries =>
  new Map(
    linesOf(text).flatMap((line) => {
      const [address = '', device] = line.split(' ')
      return device === undefined ? [] : [[address, device] as const]
    }),
  )

export const mergeNicVips = (ours: NicVipEntries, lasting: readonly Lasting[]): NicVipEntries => {
  const merged = new Map(ours)
  for (const entry of lasting) {
    if (entry.kind !== 'nic-vip') continue
    if (entry.gone) merged.delete(entry.address)
    else merged.set(entry.address, entry.device)
  }
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)))
}

export const parseIpvs = (text: string): IpvsEntries => {
  const found = new Map<string, string[]>()
  for (const line of linesOf(text)) {
    const at = line.indexOf(' ')
    if (at > 0) found.set(line.slice(0, at), [...(found.get(line.slice(0, at)) ?? []), line.slice(at + 1)])
  }
  return found
}

export const mergeIpvs = (ours: IpvsEntries, lasting: readonly Lasting[]): IpvsEntries => {
  const merged = new Map(ours)
  for (const entry of lasting) {
    if (entry.kind !== 'ipvs') continue
    if (entry.lines === undefined) merged.delete(entry.name)
    else
      merged.set(
        entry.name,
        entry.lines.map(({ words, record }) => [record ?? '-', ...words].join(' ')),
      )
  }
  return new Map([...merged].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/**
 * The order in which loaders write them. ip_forward comes first because a change of it resets all.accept_redirects and
 * every forwarding; `default` before interfaces because it may write through to them (devinet_copy_dflt_conf).
 */
const rank = (path: string): number => {
  if (path === 'net/ipv4/ip_forward' || path === 'net/ipv6/conf/all/forwarding') return 0
  const scope = /^net\/ipv[46]\/(?:conf|neigh)\/([^/]+)\//.exec(path)?.[1]
  if (scope === undefined) return 1
  return scope === 'default' ? 2 : scope === 'all' ? 3 : 4
}

// Alpine's and busybox' loaders need `key = value`, the slash form keeps dots in names of interfaces, and a leading `-`
// is not understood by all.
export const sysctlText = (entries: SysctlEntries): string =>
  `# Written by ipvs-play (task persist). Keys that you add stay, comments do not.
${[...entries].map(([path, value]) => `${path} = ${value}\n`).join('')}`

export const vipText = (entries: VipEntries): string =>
  `# Written by ipvs-play (task persist): addresses that apply.sh adds to lo. ADDRESS/PREFIX SCOPE [LABEL]
${[...entries].map(([address, { scope, label }]) => `${[address, scope, ...(label === undefined ? [] : [label])].join(' ')}\n`).join('')}`

export const nicVipText = (entries: NicVipEntries): string =>
  `# Written by ipvs-play (task persist): addresses that apply.sh adds to an interface. ADDRESS/PREFIX INTERFACE
${[...entries].map((words) => `${words.join(' ')}\n`).join('')}`

export const ipvsText = (entries: IpvsEntries): string =>
  `# Written by ipvs-play (task persist): what apply.sh tells ipvsadm. SERVICE RECORD WORDS; a server whose record
# lies in /var/lib/ipvs-play/drained starts with weight 0.
${[...entries].flatMap(([name, lines]) => lines.map((line) => `${name} ${line}\n`)).join('')}`
