/**
 * Fleets are large, and most tasks mean the same on most hosts. What is computed for a task on one host holds for every
 * other host on which all the variables that were looked at are bound alike: it is computed once for all of them.
 */
import type { Binding, DocNode, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { sameBinding } from './layers.ts'
import type { Memo } from './memo.ts'
import { namesGiven } from './registers.ts'
import type { PlayScope } from './scope.ts'

/** Hosts of a play that are alike, in the play's order, and what was computed for them. */
export interface HostClass<T> {
  readonly hosts: readonly string[]
  readonly result: T
}

export interface HostClasses {
  /** `compute` must look at nothing but the task, its play and the scope it is given. Classes in the order of their first hosts. */
  of<T>(task: Task, compute: (scope: PlayScope) => T): readonly HostClass<T>[]
}

/** By index in the play's hosts: equal numbers for equal bindings. Undefined: all are equal. */
type Kinds = Int32Array | undefined

/** The same words on the lines of many hosts mean the same, unless they are a template. */
const plainText = (node: DocNode): string | undefined =>
  node.kind === 'scalar' && !/\{[{%#]/.test(node.source)
    ? `${typeof node.value} ${node.quoted} ${node.source}`
    : undefined

const kindsOf = (bindings: readonly (Binding | undefined)[]): Kinds => {
  const written = new Map<unknown, number>()
  const values = new Map<unknown, number>()
  const pending = new Map<unknown, number>()
  let count = 0
  const numberOf = (binding: Binding | undefined): number => {
    const [map, key]: [Map<unknown, number>, unknown] =
      binding?.kind === 'written'
        ? [written, plainText(binding.node) ?? binding.node]
        : binding?.kind === 'value'
          ? [values, binding.value]
          : [pending, binding?.why]
    const known = map.get(key)
    if (known !== undefined) return known
    map.set(key, count)
    return count++
  }
  const kinds = Int32Array.from(bindings, numberOf)
  return count < 2 ? undefined : kinds
}

/** Names whose waiting is the same for every task; other names wait from some task on. */
const facts = new Set(['nic', 'facts'])

const recording = (scope: Scope, looked: Set<string>): Scope => ({
  get: (name) => {
    looked.add(name)
    return scope.get(name)
  },
  names: () => scope.names(),
})

/** What is asked here is asked once for a class: nothing is worth remembering beside it. */
const straight: Memo = { recall: (_, scope, compute) => compute(scope) }
const memos = { resolved: straight, foreseen: straight, checked: straight, judged: straight }

export const createHostClasses = (play: Play, scopeOf: (host: string) => PlayScope): HostClasses => {
  const scopes = play.hosts.map(scopeOf)
  const everyone = scopes.map((_, index) => index)
  const byName = new Map<string, Kinds>()
  const inPlay = (name: string): Kinds => {
    if (!byName.has(name)) byName.set(name, kindsOf(scopes.map((scope) => scope.get(name))))
    return byName.get(name)
  }
  /** What a task binds itself, or waits for, may differ from what its play knows. */
  const inTask = (name: string, task: Task): Kinds => {
    if (registered.before(name, task)) return undefined
    const [first] = scopes
    const [seen, known] = [first?.forTask(task).get(name), first?.get(name)]
    const settled = sameBinding(seen, known) && (seen?.kind !== 'pending' || facts.has(name))
    return settled ? inPlay(name) : kindsOf(scopes.map((scope) => scope.forTask(task).get(name)))
  }
  const registered = registrarsOf(play)
  const whole = new WeakMap<Int32Array, Parts>()
  const part = (group: Group, kinds: Kinds): Parts => {
    if (kinds === undefined || group.length === 1) return [group]
    if (group !== everyone) return parted(group, kinds)
    const parts = whole.get(kinds) ?? parted(group, kinds)
    whole.set(kinds, parts)
    return parts
  }
  const together = createProduct()
  const names = new WeakMap<Group, readonly string[]>([[everyone, play.hosts]])
  const namesOf = (group: Group): readonly string[] => {
    const known = names.get(group) ?? group.map((index) => play.hosts[index] as string)
    names.set(group, known)
    return known
  }
  return {
    of: (task, compute) => {
      const found: { first: number; hosts: readonly string[]; result: ReturnType<typeof compute> }[] = []
      const kinds = new Map<string, Kinds>()
      const kindOf = (name: string): Kinds => {
        if (!kinds.has(name)) kinds.set(name, inTask(name, task))
        return kinds.get(name)
      }
      const left: Group[] = scopes.length === 0 ? [] : [everyone]
      for (let group = left.pop(); group !== undefined; group = left.pop()) {
        const first = group[0] as number
        const scope = scopes[first] as PlayScope
        const looked = new Set<string>()
        const own = recording(scope, looked)
        const result = compute({ ...scope, ...own, memos, forTask: (each) => recording(scope.forTask(each), looked) })
        const kind = group.length === 1 ? undefined : [...looked].map(kindOf).reduce<Kinds>(together, undefined)
        const [alike = group, ...others] = part(group, kind)
        left.push(...others)
        found.push({ first, hosts: namesOf(alike), result })
      }
      return found.sort((a, b) => a.first - b.first)
    },
  }
}

/** Every host of a play waits alike for what an earlier task of the same play registers. */
const registrarsOf = ({ tasks, handlers }: Play): { before(name: string, task: Task): boolean } => {
  const order = new Map([...tasks, ...handlers].map((task, index) => [task, index]))
  const first = new Map<string, number>()
  for (const [task, index] of order) for (const name of namesGiven(task)) if (!first.has(name)) first.set(name, index)
  return { before: (name, task) => (first.get(name) ?? order.size) < (order.get(task) ?? 0) }
}

/** Indexes of hosts, in their order. */
type Group = readonly number[]
type Parts = readonly Group[]

/** The part that holds the group's first comes first. */
const parted = (group: Group, kinds: Int32Array): Parts => {
  const parts = new Map<number, number[]>()
  for (const index of group) {
    const kind = kinds[index] as number
    const part = parts.get(kind)
    if (part === undefined) parts.set(kind, [index])
    else part.push(index)
  }
  return [...parts.values()]
}

/** Two differences as one; made once for each pair. */
const createProduct = (): ((a: Kinds, b: Kinds) => Kinds) => {
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
