import type { DocNode, Position, Scope } from '../model/document.ts'
import type { Asked } from '../tasks/sysctl/args.ts'
import { parseKey } from '../tasks/sysctl/key.ts'
import { renderNode } from '../template/render.ts'
import { unknownNic, type Work } from './rule.ts'

/** A kernel variable that a task wishes to have a value. */
export interface SysctlWish {
  /** Below /proc/sys, slash form; one path for one variable. */
  readonly path: string
  /** For people: dot form. */
  readonly shown: string
  readonly value: string
  readonly at: Position
  /** Where the value stands. */
  readonly valueAt: Position
}

const known = new WeakMap<Work, readonly SysctlWish[]>()

/** The wishes of a `sysctl` task; none of any other. Most rules ask for them. */
export const sysctlWishes = (work: Work): readonly SysctlWish[] => {
  if (work.task.type.name !== 'sysctl') return []
  const wishes = known.get(work) ?? wishesOf(work)
  known.set(work, wishes)
  return wishes
}

const wishesOf = ({ task, args, scope }: Work): readonly SysctlWish[] =>
  (args as readonly Asked[]).flatMap(({ path, shown, wish }) =>
    wish === undefined
      ? []
      : [{ path, shown: shown.replace(unknownNic, '{{ nic }}'), value: wish, ...placesOf(path, task.args, scope) }],
  )

type Places = Pick<SysctlWish, 'at' | 'valueAt'>

/** The entry whose key names the variable, or `name:` and `value:`; the whole task where a template gave them. */
const placesOf = (path: string, args: DocNode, scope: Scope): Places => {
  if (args.kind !== 'map') return { at: args.at, valueAt: args.at }
  const named = args.entries.find(({ key }) => key.value === 'name')
  const value = args.entries.find(({ key }) => key.value === 'value')
  if (named !== undefined) return { at: named.value.at, valueAt: (value ?? named).value.at }
  const entry = args.entries.find(({ key }) => {
    const rendered = renderNode(key, scope)
    const parsed = rendered.kind === 'value' ? parseKey(String(rendered.value)) : undefined
    return parsed?.ok === true && parsed.path === path
  })
  return entry === undefined ? { at: args.at, valueAt: args.at } : { at: entry.key.at, valueAt: entry.value.at }
}

/** `net/ipv4/conf/SECTION/NAME` in its parts. */
export const confOf = (path: string): { readonly section: string; readonly name: string } | undefined => {
  const [, section, name] = /^net\/ipv4\/conf\/([^/]+)\/([^/]+)$/.exec(path) ?? []
  return section === undefined || name === undefined ? undefined : { section, name }
}

/** The ARP guards: what keeps a VIP on lo silent. */
export const isGuard = (name: string): boolean => name === 'arp_ignore' || name === 'arp_announce'

/** Is the guard closed by this value? */
export const guards = (name: string, value: string): boolean =>
  name === 'arp_ignore' ? value === '1' || value === '2' : name === 'arp_announce' && value === '2'
