/**
 * Hosts of a fleet are mostly alike. What was planned for a task on one host is its plan on every other where all that
 * the plan looked at, of the host and of its setting, is the same: plans are pure.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Task } from '../model/schedule.ts'
import type { Facts, Fleet, Lasting, Plan, Reading, Setting } from '../model/task-type.ts'

export interface Planned {
  readonly plan: Plan
  /** Of a plan of changes. */
  readonly lasting: readonly Lasting[]
}

interface Entry extends Planned {
  readonly args: unknown
  /** In the order in which they were asked for. */
  readonly facts: ReadonlyMap<Reading<unknown>, unknown>
  readonly setting: Partial<Setting>
}

/** So many different plans of one task are kept: more mean that it differs on every host. */
const kept = 4

const entries = new WeakMap<Task, readonly Entry[]>()

/** Throws NotRead where the plan wants what has not been read. */
export const planOf = (task: Task, args: unknown, facts: Facts, setting: Setting): Planned => {
  const known = entries.get(task) ?? []
  const same = known.find((entry) => entry.args === args && isAlike(entry, facts, setting))
  if (same !== undefined) return same
  const seen = recording(facts, setting)
  const plan = task.type.plan(args, seen.facts, seen.setting)
  const lasting = plan.kind === 'changes' ? (task.type.lasting?.(args, seen.facts, seen.setting) ?? []) : []
  // What it saw of other hosts cannot be compared.
  if (seen.looksAround()) return { plan, lasting }
  const entry = { args, facts: seen.looked, setting: seen.used, plan, lasting }
  entries.set(task, [entry, ...known.slice(0, kept - 1)])
  return entry
}

const isAlike = (entry: Entry, facts: Facts, setting: Setting): boolean => {
  for (const [name, value] of Object.entries(entry.setting))
    if (!isDeepStrictEqual(setting[name as keyof Setting], value)) return false
  for (const [reading, value] of entry.facts) if (!isSame(facts.of(reading), value)) return false
  return true
}

/** What hosts say to the letter alike is one object already. */
const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (typeof one === 'object' && isDeepStrictEqual(one, other))

const recording = (facts: Facts, setting: Setting) => {
  const looked = new Map<Reading<unknown>, unknown>()
  const used: { -readonly [Name in keyof Setting]?: Setting[Name] } = {}
  const of = <T>(reading: Reading<T>): T => {
    const value = facts.of(reading)
    looked.set(reading as Reading<unknown>, value)
    return value
  }
  let around = false
  const use = <Name extends keyof Setting>(name: Name): Setting[Name] => {
    used[name] = setting[name]
    return setting[name]
  }
  const watched: Setting = {
    get host() {
      return use('host')
    },
    get groups() {
      return use('groups')
    },
    get lasting() {
      // The run goes on adding to it.
      used.lasting = [...setting.lasting]
      return used.lasting
    },
    get files() {
      return use('files')
    },
    ...(setting.fleet === undefined ? {} : { fleet: watchedFleet(setting.fleet, () => (around = true)) }),
    get verbosity() {
      return use('verbosity') ?? 0
    },
  }
  return { facts: { of }, setting: watched, looked, used, looksAround: () => around }
}

const watchedFleet = (fleet: Fleet, look: () => void): Fleet => ({
  members: (name) => {
    look()
    return fleet.members(name)
  },
  serverAddresses: (hosts, family) => {
    look()
    return fleet.serverAddresses(hosts, family)
  },
  hardware: () => {
    look()
    return fleet.hardware()
  },
})
