import type { Diagnostic } from '../../model/document.ts'
import type { Facts } from '../../model/task-type.ts'
import { nearest } from '../../nearest.ts'
import { interfaces } from '../../readings/interfaces.ts'
import { type SysctlValue, sysctl } from '../../readings/sysctl.ts'
import { deviceOf } from './key.ts'

/** A wished variable that this host does not have, or does not show. */
export const missingProblem = (
  { path, shown }: { readonly path: string; readonly shown: string },
  { kind }: SysctlValue,
  facts: Facts,
): Diagnostic | undefined => {
  if (kind === 'absent') return absent(path, shown, facts)
  if (kind !== 'unreadable') return undefined
  return problem(
    `${shown} cannot be read, so a write could not be proven`,
    'is it write-only, or does it need become: true?',
  )
}

const absent = (path: string, shown: string, facts: Facts): Diagnostic => {
  const device = deviceOf(path)
  const names = facts.of(interfaces)
  if (device !== undefined && names.length > 0 && !names.includes(device)) {
    const meant = nearest(device, names)
    const hint = meant ? `did you mean \`${meant}\`?` : `its interfaces: ${names.join(', ')}`
    return problem(`${shown}: this host has no interface \`${device}\``, hint)
  }
  return problem(`this host's kernel has no ${shown}`, hintFor(path, facts))
}

const hintFor = (path: string, facts: Facts): string => {
  if (path.startsWith('net/ipv4/vs/')) return 'it appears when the module ip_vs is loaded'
  if (path.startsWith('net/netfilter/')) return 'it appears when the module nf_conntrack is loaded'
  if (path.startsWith('net/ipv6/') && facts.of(sysctl('net/ipv6/conf/all/forwarding')).kind === 'absent') {
    return 'IPv6 is off on this host'
  }
  return 'a misspelt name, or one that needs a module that is not loaded'
}

const problem = (summary: string, hint: string): Diagnostic => ({ severity: 'error', summary, hint })
