/**
 * Most tasks mean the same on most hosts. What was resolved for one host is given to every other host on which all
 * the variables that were looked at are bound alike: then rendering, which is pure, would give the same.
 */
import type { Binding, Scope } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import { sameBinding } from './layers.ts'

export interface Memo {
  /** `compute` must look at nothing but the task, its play and the scope it is given. */
  recall<T extends object>(task: Task, scope: Scope, compute: (scope: Scope) => T): T
}

/** For what is asked once. */
export const noMemo: Memo = { recall: (_, scope, compute) => compute(scope) }

interface Entry {
  readonly looked: ReadonlyMap<string, Binding | undefined>
  readonly result: object
}

/** So many different results of one task are kept: more mean that it differs on every host. */
const kept = 8

export const createMemo = (): Memo => {
  const byTask = new WeakMap<Task, Entry[]>()
  return {
    recall: <T extends object>(task: Task, scope: Scope, compute: (scope: Scope) => T): T => {
      const entries = byTask.get(task) ?? []
      const known = entries.find(({ looked }) => alike(looked, scope))
      if (known !== undefined) return known.result as T
      const looked = new Map<string, Binding | undefined>()
      const result = compute(recording(scope, looked))
      byTask.set(task, [{ looked, result }, ...entries.slice(0, kept - 1)])
      return result
    },
  }
}

const alike = (looked: Entry['looked'], scope: Scope): boolean => {
  for (const [name, binding] of looked) if (!sameBinding(binding, scope.get(name))) return false
  return true
}

const recording = (scope: Scope, looked: Map<string, Binding | undefined>): Scope => ({
  get: (name) => {
    const binding = scope.get(name)
    looked.set(name, binding)
    return binding
  },
  names: () => scope.names(),
})
