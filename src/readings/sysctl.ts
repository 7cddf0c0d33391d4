import type { CommandResult, Reading, Source, Test } from '../model/task-type.ts'
import { collapseBlanks, conf6Source, confSource, lookUp } from './conf.ts'

/**
 * A kernel variable, blanks collapsed.
 * `either`: a prediction that leaves several values open. `unreadable`: there, but not for this user, or write-only.
 */
export type SysctlValue =
  | { readonly kind: 'value'; readonly text: string }
  | { readonly kind: 'either'; readonly texts: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable' }

/** All values that it may have; none when it is absent or unreadable. */
export const possible = (value: SysctlValue): readonly string[] =>
  value.kind === 'value' ? [value.text] : value.kind === 'either' ? value.texts : []

/** One path for one variable: the kernel's ctl_forward_entry serves ip_forward and conf/all/forwarding from one integer. */
export const canonicalPath = (path: string): string =>
  path === 'net/ipv4/conf/all/forwarding' ? 'net/ipv4/ip_forward' : path

/** @param path below /proc/sys, slash form: `net/ipv4/conf/eth0.100/arp_ignore` */
export const sysctl = (path: string): Reading<SysctlValue> => {
  const canonical = canonicalPath(path)
  const [source, name] = sourceOf(canonical)
  return {
    key: `sysctl:${canonical}`,
    source,
    parse: (result) => (name === undefined ? ownAnswer(result) : snapshotAnswer(result, name)),
    test: (value) => tests(canonical, value),
  }
}

const conf = /^net\/ipv([46])\/conf\/([^/]+\/[^/]+)$/

const sourceOf = (path: string): [Source, string?] => {
  if (path === 'net/ipv4/ip_forward') return [confSource, '../ip_forward']
  const [, family, name] = conf.exec(path) ?? []
  // The kernel refuses to read a stable_secret that was never set: only its own command tells that from absence.
  if (name === undefined || name.endsWith('/stable_secret')) return [ownSource(path)]
  return [family === '4' ? confSource : conf6Source, name]
}

const ownSource = (path: string): Source => ({
  key: `sysctl:${path}`,
  command: ['sh', '-c', 'test -f "$1" || exit 3; exec head -c 65536 "$1"', 'sh', `/proc/sys/${path}`],
})

const ownAnswer = ({ exitCode, stdout }: CommandResult): SysctlValue => {
  if (exitCode === 0) return { kind: 'value', text: collapseBlanks(stdout) }
  return { kind: exitCode === 1 ? 'unreadable' : 'absent' }
}

const snapshotAnswer = ({ stdout }: CommandResult, name: string): SysctlValue => {
  const text = lookUp(stdout, name)
  return text === undefined ? { kind: 'absent' } : { kind: 'value', text }
}

const tests = (path: string, value: SysctlValue): readonly Test[] =>
  value.kind === 'unreadable'
    ? [{ kind: 'succeeds', command: ['test', '-f', `/proc/sys/${path}`] }]
    : [{ kind: 'value', path, is: possible(value) }]
