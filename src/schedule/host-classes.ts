/**
 * Fleets are large, and most tasks mean the same on most hosts. What is computed for a task on one host holds for every
 * other host on which all the variables that were looked at are bound alike: it is computed once for all of them.
 */
import type { Binding, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { type Kinds, kindsOf } from './host-kinds.ts'
import type { Group, HostList, Use } from './host-list.ts'
import type { Memo } from './memo.ts'
import type { Differs, PlayScope } from './scope.ts'

/** Hosts of a play that are alike, in the play's order, and what was computed for them. */
export interface HostClass<T> {
  /** The same hosts are the same array. */
  readonly hosts: readonly string[]
  readonly result: T
}

export interface HostClasses {
  /**
   * `compute` must look at nothing but the task, its play and the scope it is given. Classes in the order of their first
   * hosts. Free texts in a result (`TaskType.freeText`) are those of the first host: the others have some of that length.
   */
  of<T>(task: Task, compute: (scope: PlayScope) => T): readonly HostClass<T>[]
}

/** What a host list, the play's scopes and their order of precedence tell. */
export interface ClassSources {
  readonly list: HostList
  scopeOf(host: string): PlayScope
  differs(name: string, task: Task): Differs
}

/** Names that were asked for, and how. */
type Looked = ReadonlyMap<string, Use>

const recording = (scope: Scope, looked: Map<string, Use>): Scope => ({
  get: (name) => {
    looked.set(name, 'bound')
    return scope.get(name)
  },
  printed: (name) => {
    if (!looked.has(name)) looked.set(name, 'printed')
    return scope.get(name)
  },
  names: () => scope.names(),
})

/** What is asked here is asked once for a class: nothing is worth remembering beside it. */
const straight: Memo = { recall: (_, scope, compute) => compute(scope) }
const memos = { resolved: straight, foreseen: straight, checked: straight, judged: straight }

/** Hosts that one difference has told apart from the others of their play. */
interface Part {
  readonly group: Group
  readonly by: Kinds
}

export const createHostClasses = ({ hosts }: Play, { list, scopeOf, differs }: ClassSources): HostClasses => {
  const kindsFor = (task: Task) => {
    const asked = new Map<string, Kinds>()
    const everywhere = (name: string): (Binding | undefined)[] =>
      hosts.map((host) => scopeOf(host).forTask(task).get(name))
    return ([name, use]: [string, Use]): Kinds => {
      const how = differs(name, task)
      if (how !== 'by results') return how === 'nowhere' ? undefined : list.kinds(name, use)
      if (!asked.has(name)) asked.set(name, kindsOf(everywhere(name)))
      return asked.get(name)
    }
  }
  const recorded = (host: string, looked: Map<string, Use>): PlayScope => {
    const scope = scopeOf(host)
    return { ...scope, ...recording(scope, looked), memos, forTask: (task) => recording(scope.forTask(task), looked) }
  }
  return {
    of: (task, compute) => {
      const kindOf = kindsFor(task)
      const found: { first: number; hosts: readonly string[]; result: ReturnType<typeof compute> }[] = []
      const differences = (looked: Looked): Kinds => [...looked].map(kindOf).reduce<Kinds>(list.together, undefined)
      const left: Part[] = hosts.length === 0 ? [] : [{ group: list.everyone, by: undefined }]
      for (let part = left.pop(); part !== undefined; part = left.pop()) {
        const { members } = part.group
        const first = members[0] as number
        const looked = new Map<string, Use>()
        const result = compute(recorded(hosts[first] as string, looked))
        const by = members.length === 1 ? part.by : differences(looked)
        const [alike = part.group, ...rest] =
          by === undefined || by === part.by ? [part.group] : list.part(part.group, by)
        for (const group of rest) left.push({ group, by })
        found.push({ first, hosts: alike.hosts, result })
      }
      return found.sort((a, b) => a.first - b.first)
    },
  }
}
