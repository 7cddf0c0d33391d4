/** The hosts of a play, parted by what makes them differ. Most plays share their hosts with others: so do they the work. */
import type { Binding, Rendered } from '../model/document.ts'
import type { Verdict } from './conditions.ts'
import { type Kinds, kindsOf, printedKindsOf } from './host-kinds.ts'

/** Some of them, in their order. The same part is the same object. */
export interface Group {
  readonly id: number
  /** By index. */
  readonly members: readonly number[]
  readonly hosts: readonly string[]
}

/** Is a variable looked at, or is its text only printed where any other of its length would do? */
export type Use = 'bound' | 'printed'

/** Hosts on which a task's conditions come to the same; undefined: they are judged item by item. */
export interface Judged {
  readonly group: Group
  readonly verdict: Rendered<Verdict> | undefined
}

export interface HostList {
  readonly everyone: Group
  /** How they differ in what the inventory binds to a name. */
  kinds(name: string, use: Use): Kinds
  /** Two differences as one. */
  together(a: Kinds, b: Kinds): Kinds
  /** The part that holds the group's first comes first. */
  part(group: Group, kinds: Int32Array): readonly Group[]
  /** Groups that are all hosts together, joined where they have the same number. */
  join(groups: readonly Group[], numbers: readonly number[]): readonly Group[]
  /** By the text of conditions: what they come to where these names are what the inventory says. */
  readonly verdicts: Map<string, { readonly names: readonly string[]; readonly judged: readonly Judged[] }>
}

const createHostList = (
  hosts: readonly string[],
  bound: (name: string, host: string) => Binding | undefined,
): HostList => {
  let count = 0
  const everyone: Group = { id: count++, members: hosts.map((_, index) => index), hosts }
  const byName = { bound: new Map<string, Kinds>(), printed: new Map<string, Kinds>() }
  const look = (name: string): void => {
    const bindings = hosts.map((host) => bound(name, host))
    byName.bound.set(name, kindsOf(bindings))
    byName.printed.set(name, printedKindsOf(bindings))
  }
  const known = new WeakMap<Group, WeakMap<Int32Array, readonly Group[]>>()
  const part = (group: Group, kinds: Int32Array): readonly Group[] => {
    const byKinds = known.get(group) ?? new WeakMap<Int32Array, readonly Group[]>()
    known.set(group, byKinds)
    const parts = byKinds.get(kinds) ?? parted(group, kinds).map((each) => ({ id: count++, ...each }))
    byKinds.set(kinds, parts)
    return parts
  }
  const joined = new Map<string, readonly Group[]>()
  const join = (groups: readonly Group[], numbers: readonly number[]): readonly Group[] => {
    if (numbers.every((number) => number === numbers[0])) return [everyone]
    const kinds = new Int32Array(hosts.length)
    for (const [at, { members }] of groups.entries()) for (const index of members) kinds[index] = numbers[at] as number
    return part(everyone, kinds)
  }
  return {
    everyone,
    kinds: (name, use) => {
      if (!byName[use].has(name)) look(name)
      return byName[use].get(name)
    },
    verdicts: new Map(),
    together: createProduct(),
    part,
    join: (groups, numbers) => {
      const key = groups.map(({ id }, at) => `${id}:${numbers[at]}`).join(' ')
      const parts = joined.get(key) ?? join(groups, numbers)
      joined.set(key, parts)
      return parts
    },
  }
}

/** One list for the same hosts in the same order. `bound` tells what the inventory binds to a name on a host. */
export const createHostLists = (bound: (name: string, host: string) => Binding | undefined) => {
  const lists: HostList[] = []
  const byHosts = new WeakMap<readonly string[], HostList>()
  return (hosts: readonly string[]): HostList => {
    const list =
      byHosts.get(hosts) ?? lists.find(({ everyone }) => isSame(everyone.hosts, hosts)) ?? createHostList(hosts, bound)
    if (!byHosts.has(hosts)) lists.push(list)
    byHosts.set(hosts, list)
    return list
  }
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((host, index) => host === b[index])

const parted = ({ members, hosts }: Group, kinds: Int32Array): readonly Omit<Group, 'id'>[] => {
  const parts = new Map<number, { members: number[]; hosts: string[] }>()
  for (const [at, index] of members.entries()) {
    const kind = kinds[index] as number
    const part = parts.get(kind) ?? { members: [], hosts: [] }
    if (part.members.length === 0) parts.set(kind, part)
    part.members.push(index)
    part.hosts.push(hosts[at] as string)
  }
  return [...parts.values()]
}

/** Made once for each pair. */
const createProduct = (): HostList['together'] => {
  const known = new WeakMap<Int32Array, WeakMap<Int32Array, Int32Array>>()
  return (a, b) => {
    if (a === undefined || b === undefined || a === b) return a ?? b
    const row = known.get(a) ?? new WeakMap<Int32Array, Int32Array>()
    known.set(a, row)
    const made = row.get(b) ?? product(a, b)
    row.set(b, made)
    return made
  }
}

const product = (a: Int32Array, b: Int32Array): Int32Array => {
  const numbers = new Map<number, number>()
  return a.map((kind, index) => {
    const pair = kind * a.length + (b[index] as number)
    const number = numbers.get(pair) ?? numbers.size
    numbers.set(pair, number)
    return number
  })
}
