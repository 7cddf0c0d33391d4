/**
 * Fleets are large, and most tasks mean the same on most hosts. What is computed for a task on one host holds for every
 * other host on which all the variables that were looked at are bound alike: it is computed once for all of them.
 */
import type { Binding, DocNode, Rendered, Scope } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { judgeConditions, type Verdict } from './conditions.ts'
import { type Kinds, kindsOf } from './host-kinds.ts'
import type { Group, HostList, Judged, Use } from './host-list.ts'
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
  /** Grows with the names that includes are found to give: what was judged before may have missed one. */
  late(): number
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

/** Equal texts of conditions are equal conditions, as long as no more is found that may be given. */
const textOf = (when: readonly DocNode[], found: number): string | undefined => {
  const texts = when.flatMap((node) => (node.kind === 'scalar' && !node.sealed ? [[node.value, node.source]] : []))
  return texts.length === when.length ? JSON.stringify([found, texts]) : undefined
}

/** Hosts that one difference has told apart from the others of their play. */
interface Part {
  readonly group: Group
  readonly by: Kinds
}

export const createHostClasses = ({ hosts }: Play, { list, scopeOf, differs, late }: ClassSources): HostClasses => {
  const kindsFor = (task: Task) => {
    const asked = { bound: new Map<string, Kinds>(), printed: new Map<string, Kinds>() }
    const everywhere = (name: string): (Binding | undefined)[] =>
      hosts.map((host) => scopeOf(host).forTask(task).get(name))
    const ask = (name: string, use: Use): Kinds => {
      const how = differs(name, task)
      if (how === 'nowhere') return undefined
      return how === 'by inventory' ? list.kinds(name, use) : kindsOf(everywhere(name))
    }
    return ([name, use]: [string, Use]): Kinds => {
      if (!asked[use].has(name)) asked[use].set(name, ask(name, use))
      return asked[use].get(name)
    }
  }
  /** Classes of the group, in no order, and the names that were looked at on any of them. */
  const split = <T>(task: Task, { group, verdict }: Judged, compute: (scope: PlayScope) => T) => {
    const kindOf = kindsFor(task)
    const memos = memosWith(task, verdict)
    const found: { readonly group: Group; readonly result: T }[] = []
    const names = new Set<string>()
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
      for (const name of looked.keys()) names.add(name)
      found.push({ group: alike, result })
    }
    return { found, names }
  }
  /** Conditions cost little, and whatever they looked at, hosts on which they come to the same are alike so far. */
  const judged = (task: Task): readonly Judged[] => {
    const everyone = { group: list.everyone, verdict: undefined }
    if (task.loop !== undefined || task.when.length === 0) return [everyone]
    const text = textOf(task.when, late())
    const isOfInventory = (name: string): boolean => differs(name, task) === 'by inventory'
    const known = text === undefined ? undefined : list.verdicts.get(text)
    if (known?.names.every(isOfInventory)) return known.judged
    const { found, names } = split(task, everyone, (scope) => judgeConditions(task.when, scope.forTask(task)))
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
    const all = groups.map((group) => ({ group, verdict: byFirst.get(group.members[0]) }))
    // A verdict has no place: whatever other task has these conditions, they come to the same.
    const isPlain = all.every(({ verdict }) => verdict?.kind === 'value') && [...names].every(isOfInventory)
    if (text !== undefined && isPlain) list.verdicts.set(text, { names: [...names], judged: all })
    return all
  }
  return {
    of: (task, compute) =>
      (hosts.length === 0 ? [] : judged(task))
        .flatMap((each) => split(task, each, compute).found)
        .sort((a, b) => (a.group.members[0] as number) - (b.group.members[0] as number))
        .map(({ group, result }) => ({ hosts: group.hosts, result })),
  }
}
