/** Ansible's magic variables: names that the runner itself gives. */
import { dirname, resolve } from 'node:path'
import type { Binding, Scope, Value } from '../model/document.ts'
import type { Host, Inventory } from '../model/inventory.ts'
import type { Play } from '../model/schedule.ts'
import { pendingField, renderNode } from '../template/render.ts'

export interface Magic {
  get(name: string, host: string, play: Play | undefined): Binding | undefined
  readonly names: readonly string[]
}

/** Where a variable was left out on purpose: `{{ mode | default(omit) }}` takes the argument away. */
export const omitted = '__omit_this_argument__'

type Source = (host: Host | undefined, name: string, play: Play | undefined) => Value | undefined

const value = (of: Value | undefined): Binding | undefined =>
  of === undefined ? undefined : { kind: 'value', value: of }

/**
 * The magic variables of a run.
 * @param hostScope  what another host's variables are rendered in, for `hostvars`; asked only when they are used
 */
export const magicOf = (inventory: Inventory, check: boolean, hostScope: (host: string) => Scope): Magic => {
  const groups = Object.assign(Object.create(null), Object.fromEntries(inventory.groups)) as Value
  const hostvars = hostvarsOf(inventory, hostScope)
  const sources: Readonly<Record<string, Source>> = {
    inventory_hostname: (_, name) => name,
    inventory_hostname_short: (_, name) => (/^[\d.]+$|:/.test(name) ? name : (name.split('.')[0] ?? name)),
    group_names: (host) => host?.groups ?? [],
    groups: () => groups,
    hostvars: () => hostvars,
    ansible_check_mode: () => check,
    omit: () => omitted,
    play_hosts: (_, __, play) => play?.hosts,
    ansible_play_hosts: (_, __, play) => play?.hosts,
    ansible_play_hosts_all: (_, __, play) => play?.hosts,
    ansible_play_name: (_, __, play) => play?.name,
    playbook_dir: (_, __, play) => (play === undefined ? undefined : resolve(dirname(play.at.file))),
  }
  return {
    get: (name, host, play) =>
      Object.hasOwn(sources, name) ? value(sources[name]?.(inventory.hosts.get(host), host, play)) : undefined,
    names: Object.keys(sources),
  }
}

/** A map whose values are made when they are first used: fleets are large, and few templates look at other hosts. */
const lazyMap = (names: Iterable<string>, make: (name: string) => Value | undefined): Value => {
  const map: Record<string, Value> = Object.create(null)
  for (const name of names)
    Object.defineProperty(map, name, {
      enumerable: true,
      configurable: true,
      get: () => {
        const made = make(name)
        Object.defineProperty(map, name, { enumerable: true, value: made })
        return made
      },
    })
  return map
}

const hostvarsOf = (inventory: Inventory, hostScope: (host: string) => Scope): Value =>
  lazyMap(inventory.hosts.keys(), (host) => {
    const scope = hostScope(host)
    const own = [...scope.names()].filter((name) => name !== 'hostvars')
    return lazyMap(own, (name) => valueIn(name, scope))
  })

const valueIn = (name: string, scope: Scope): Value | undefined => {
  const binding = scope.get(name)
  if (binding === undefined) return undefined
  if (binding.kind === 'value') return binding.value
  if (binding.kind === 'pending') return pendingField(binding.why)
  const rendered = renderNode(binding.node, scope)
  if (rendered.kind === 'value') return rendered.value
  return rendered.kind === 'waits' ? pendingField(rendered.on) : undefined
}
