import type { Lasting } from '../../model/task-type.ts'
import { canonicalPath } from '../../readings/sysctl.ts'
import { parseAssignment } from '../../readings/sysctl-d.ts'

/** What our sysctl.d file holds: path below /proc/sys (slash form) → value. */
export type SysctlEntries = ReadonlyMap<string, string>

/** What our data file holds: address with prefix length → how it lies on lo. */
export type VipEntries = ReadonlyMap<string, { readonly scope: string; readonly label?: string }>

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
