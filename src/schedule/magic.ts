/** Ansible's magic variables: names that the runner itself gives. */
import { dirname, resolve } from 'node:path'
import type { Binding, Diagnostic, Scope, Value } from '../model/document.ts'
import type { Host, Inventory } from '../model/inventory.ts'
import type { Play } from '../model/schedule.ts'
import { type Fault, fault } from '../template/fault.ts'
import { lookupOf } from '../template/lookups.ts'
import { pendingField, renderNode } from '../template/render.ts'
import type { Lookups } from './lookups.ts'
import { whoIsLeft } from './registers.ts'

/** What hosts have learned in this run, by host. */
export type Others = (host: string) => ReadonlyMap<string, Binding>

/** Hosts that did not fail and were not lost: of the batch, and of the whole play. */
export interface HostsLeft {
  readonly batch: readonly string[]
  readonly play: readonly string[]
}

/** While hosts are at work: what they have learned so far, and who is left. */
interface Living {
  readonly others?: Others
  readonly left?: HostsLeft | 'later'
}

export interface Magic {
  get(name: string, host: string, play: Play | undefined, now?: Living): Binding | undefined
  /** Undefined: it is nothing of its own. */
  differs(name: string): 'nowhere' | 'by inventory' | undefined
  readonly names: readonly string[]
}

/** All others say the same on every host of a play. */
const ofEachHost = new Set(['inventory_hostname', 'inventory_hostname_short', 'group_names'])

type Source = (host: Host | undefined, name: string, play: Play | undefined) => Value | undefined

const value = (of: Value | undefined): Binding | undefined =>
  of === undefined ? undefined : { kind: 'value', value: of }

/** What holds for the whole run. */
interface Given {
  readonly check: boolean
  readonly lookups: Lookups
}

/**
 * The magic variables of a run.
 * @param hostScope  what another host's variables are rendered in, for `hostvars`; asked only when they are used
 */
export const magicOf = (
  inventory: Inventory,
  { check, lookups }: Given,
  hostScope: (host: string, others?: Others) => Scope,
): Magic => {
  const groups = once((): Value => Object.assign(Object.create(null), Object.fromEntries(inventory.groups)))
  const hostvars = once(() => hostvarsOf(inventory, hostScope, 'once'))
  let living: { readonly others: Others; readonly value: Value } | undefined
  const hostvarsNow = (others: Others): Value => {
    if (living?.others !== others)
      living = { others, value: hostvarsOf(inventory, (host) => hostScope(host, others), 'each time') }
    return living.value
  }
  const sources: Readonly<Record<string, Source>> = {
    inventory_hostname: (_, name) => name,
    inventory_hostname_short: (_, name) => (/^[\d.]+$|:/.test(name) ? name : (name.split('.')[0] ?? name)),
    group_names: (host) => host?.groups ?? [],
    groups,
    hostvars,
    ansible_check_mode: () => check,
    play_hosts: (_, __, play) => play?.hosts,
    ansible_play_batch: (_, __, play) => play?.hosts,
    ansible_play_hosts: (_, __, play) => play?.hosts,
    ansible_play_hosts_all: (_, __, play) => play?.hosts,
    ansible_play_name: (_, __, play) => play?.name,
    playbook_dir: (_, __, play) => (play === undefined ? undefined : resolve(dirname(play.at.file))),
  }
  return {
    get: (name, host, play, { others, left } = {}) => {
      if (left !== undefined && Object.hasOwn(partsLeft, name)) {
        if (left === 'later') return { kind: 'pending', why: whoIsLeft }
        return { kind: 'value', value: left[partsLeft[name] as keyof HostsLeft], changing: true }
      }
      if (name === 'hostvars' && others !== undefined)
        return { kind: 'value', value: hostvarsNow(others), changing: true }
      return Object.hasOwn(sources, name)
        ? value(sources[name]?.(inventory.hosts.get(host), host, play))
        : lookups(name, play?.at.file)
    },
    differs: (name) => {
      if (ofEachHost.has(name)) return 'by inventory'
      return Object.hasOwn(sources, name) || lookupOf(name) !== undefined ? 'nowhere' : undefined
    },
    names: Object.keys(sources),
  }
}

const partsLeft: Readonly<Record<string, keyof HostsLeft>> = {
  play_hosts: 'batch',
  ansible_play_batch: 'batch',
  ansible_play_hosts: 'play',
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** When the values of a map are made: when they are first used, or whenever they are. */
type Made = 'once' | 'each time'

/** A map whose values are made when they are used: fleets are large, and few templates look at other hosts. */
const lazyMap = (names: Iterable<string>, make: (name: string) => Value, when: Made): Value => {
  const map: Record<string, Value> = Object.create(null)
  for (const name of names)
    Object.defineProperty(map, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        const made = make(name)
        if (when === 'once') Object.defineProperty(map, name, { enumerable: true, value: made })
        return made
      },
    })
  return map
}

/** Evaluation stops in the template that asked, with the fault of the other host's variable. */
const stopAt = ({ summary, hint, at }: Diagnostic): Fault => ({
  ...fault(summary, hint),
  ...(at !== undefined && { at }),
})

const hostvarsOf = (inventory: Inventory, hostScope: (host: string) => Scope, when: Made): Value => {
  const busy = new Set<string>()
  const variable = (name: string, host: string, scope: Scope): Value => {
    const key = `${host}\0${name}`
    if (busy.has(key))
      throw fault(`\`${name}\` of ${host} is made of itself`, 'give one of the variables a value of its own')
    busy.add(key)
    try {
      return valueIn(name, scope)
    } finally {
      busy.delete(key)
    }
  }
  const ofHost = (host: string): Value => {
    const scope = hostScope(host)
    const own = [...scope.names()].filter((name) => name !== 'hostvars')
    return lazyMap(own, (name) => variable(name, host, scope), when)
  }
  return lazyMap(inventory.hosts.keys(), ofHost, when)
}

const valueIn = (name: string, scope: Scope): Value => {
  const binding = scope.get(name)
  if (binding === undefined) return null
  if (binding.kind === 'value') return binding.value
  if (binding.kind === 'pending') return pendingField(binding.why)
  const rendered = renderNode(binding.node, scope)
  if (rendered.kind === 'problem') throw stopAt(rendered.problem)
  return rendered.kind === 'waits' ? pendingField(rendered.on) : rendered.value
}
