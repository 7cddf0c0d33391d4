/**
 * Fleets are large, and most tasks mean the same on most hosts. What is computed for a task on one host holds for every
 * other host on which all the variables that were looked at are bound alike: it is computed once for all of them.
 */
import type { Binding, Rendered, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { judgeConditions, type Verdict } from './conditions.ts'
import { type Kinds, kindsOf } from './host-kinds.ts'
import type { Group, HostList, Use } from './host-list.ts'
import { noMemo } from './memo.ts'
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
const memosWith = (task: Task, verdict: Rendered<Verdict> | undefined): PlayScope['memos'] => ({
  verdicts:
    verdict === undefined
      ? noMemo
      : {
          recall: <T extends object>(each: Task, scope: Scope, compute: (seen: Scope) => T) =>
            each === task ? (verdict as T) : compute(scope),
        },
  resolved: noMemo,
  foreseen: noMemo,
  checked: noMemo,
  judged: noMemo,
})

/** Hosts that one difference has told apart from the others of their play. */
interface Part {
  readonly group: Group
  readonly by: Kinds
}

/** Hosts on which a task's conditions come to the same; undefined: they are judged item by item. */
interface Judged {
  readonly group: Group
  readonly verdict: Rendered<Verdict> | undefined
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
  /** Classes of the group, in no order. */
  const split = <T>(task: Task, { group, verdict }: Judged, compute: (scope: PlayScope) => T) => {
    const kindOf = kindsFor(task)
    const memos = memosWith(task, verdict)
    const found: { readonly group: Group; readonly result: T }[] = []
    const left: Part[] = [{ group, by: undefined }]
    for (let part = left.pop(); part !== undefined; part = left.pop()) {
      const { members } = part.group
      const scope = scopeOf(hosts[members[0] as number] as string)
      const looked = new Map<string, Use>()
      const forTask = (each: Task): Scope => recording(scope.forTask(each), looked)
      const result = compute({ ...scope, ...recording(scope, looked), memos, forTask })
      const by = members.length === 1 ? part.by : [...looked].map(kindOf).reduce<Kinds>(list.together, undefined)
      const [alike = part.group, ...rest] =
        by === undefined || by === part.by ? [part.group] : list.part(part.group, by)
      for (const each of rest) left.push({ group: each, by })
      found.push({ group: alike, result })
    }
    return found
  }
  /** Conditions cost little, and whatever they looked at, hosts on which they come to the same are alike so far. */
  const judged = (task: Task): readonly Judged[] => {
    const everyone = { group: list.everyone, verdict: undefined }
    if (task.loop !== undefined || task.when.length === 0) return [everyone]
    const found = split(task, everyone, (scope) => judgeConditions(task.when, scope.forTask(task)))
    const numbers = new Map<string, number>()
    const numberOf = (verdict: Rendered<Verdict>): number => {
      const key = JSON.stringify(verdict)
      if (!numbers.has(key)) numbers.set(key, numbers.size)
      return numbers.get(key) as number
    }
    const groups = list.join(
      found.map(({ group }) => group),
      found.map(({ result }) => numberOf(result)),
    )
    const byFirst = new Map(found.map(({ group, result }) => [group.members[0], result]))
    return groups.map((group) => ({ group, verdict: byFirst.get(group.members[0]) }))
  }
  return {
    of: (task, compute) =>
      (hosts.length === 0 ? [] : judged(task))
        .flatMap((each) => split(task, each, compute))
        .sort((a, b) => (a.group.members[0] as number) - (b.group.members[0] as number))
        .map(({ group, result }) => ({ hosts: group.hosts, result })),
  }
}
