/** What a template sees: the layers of variables in their order of precedence. */
import type { Binding, MapNode, Scope } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import type { Play, Playbook, Task } from '../model/schedule.ts'
import { createHostClasses, type HostClasses } from './host-classes.ts'
import { createHostLists } from './host-list.ts'
import type { Layer } from './layers.ts'
import { layerOf } from './layers.ts'
import type { Lookups } from './lookups.ts'
import { type HostsLeft, magicOf, type Others } from './magic.ts'
import { createMemo, type Memo, noMemo } from './memo.ts'
import { elsewhere, fieldsOf, registersOf } from './registers.ts'

/** What the run has learned about one host so far. */
export interface Learned {
  /** `nic` and `facts`, once they were read. */
  readonly facts: ReadonlyMap<string, Binding>
  /** Registered results and set facts. */
  readonly results: ReadonlyMap<string, Binding>
  /** Nothing waits for tasks before this one any more: what they gave is in the results. */
  readonly complete?: true
  /** What the other hosts have learned. */
  readonly others?: Others
  /** Who is still in the play; `later`: it is known once the hosts of the batch have come together. */
  readonly left?: HostsLeft | 'later'
}

export const nothingLearned: Learned = { facts: new Map(), results: new Map() }

/** What included tasks give: their files may depend on hosts. */
export interface Late {
  readonly names: Set<string>
  /** From this play on any name may be given, by an include whose file is not known yet. */
  any?: { readonly play: number; readonly why: string }
}

/** Finds a local file that an argument names; reads it the first time. */
export type Locate = (
  play: Play,
  name: string,
  folder: 'files' | 'templates',
) => { readonly path: string; readonly content: Uint8Array } | { readonly missing: string; readonly hint: string }

/** The variables of one host in one play. */
export interface PlayScope extends Scope {
  /** With the task's own variables, and with the results of the tasks before it waiting where they are not known. */
  forTask(task: Task): Scope
  readonly locate: Locate
  readonly memos: Readonly<Record<'verdicts' | 'resolved' | 'foreseen' | 'checked' | 'judged', Memo>>
}

/** Where hosts of a play can differ in a name: in the inventory alone, or in the tasks that gave it a value, too. */
export type Differs = 'nowhere' | 'by inventory' | 'by results'

export interface Scopes {
  /** Inventory and extra variables only. */
  hostScope(host: string): Scope
  scope(play: Play, host: string, learned: Learned): PlayScope
  /** Hosts of a play, each with what is said to be learned, which must be facts alone and the same on all of them. */
  classes(play: Play, learned: Learned): HostClasses
}

export interface ScopeSources {
  readonly inventory: Inventory
  readonly playbooks: readonly Playbook[]
  readonly extra: Layer
  readonly check: boolean
  /** Names that tasks register which could not be read: they wait, so that one mistake is not told twice. */
  readonly lost?: ReadonlySet<string>
  readonly late?: Late
  readonly locate: Locate
  readonly lookups: Lookups
  /** A file of variables is a vault that stays shut: a name that nobody sets may be set there. */
  readonly sealed: boolean
  /** Plays that miss a file of variables: likewise. */
  readonly unsound?: ReadonlySet<Play>
}

/** Who looks: results wait from the task on that registers them. */
interface Viewer {
  readonly play: Play
  readonly host: string
  readonly task: Task | undefined
}

const none: Layer = new Map()
const waitingFacts: Layer = new Map([
  ['nic', { kind: 'pending', why: 'nic' }],
  ['facts', { kind: 'pending', why: 'facts' }],
])

const unreadFile = 'a file of variables'
const unreadScript = 'an inventory script'
const unreadVault = 'a vault'

/** Does what is waited for stand in a source that a run would have read? */
export const isUnread = (on: string): boolean => [unreadFile, unreadScript, unreadVault].includes(on)

/** Computes once for a key, and forgets with it. */
const cached = <K extends object, V>(make: (key: K) => V): ((key: K) => V) => {
  const known = new WeakMap<K, V>()
  return (key) => {
    const found = known.get(key)
    if (found !== undefined) return found
    const made = make(key)
    known.set(key, made)
    return made
  }
}

/**
 * Precedence, from low to high: facts, inventory, play vars, vars_files, vars of blocks and tasks, results and set facts,
 * extra vars, the item of an include; then what the runner itself gives. (Ansible's order, but for facts: a `nic` in the inventory is the user's word.)
 */
export const createScopes = ({
  inventory,
  playbooks,
  extra,
  check,
  locate,
  lookups,
  sealed,
  lost,
  late,
  unsound,
}: ScopeSources): Scopes => {
  const registers = registersOf(playbooks)
  const playLayer = cached((play: Play) => layerOf(play.vars))
  const taskLayer = cached((vars: readonly MapNode[]) => layerOf(vars))
  const memos = {
    verdicts: noMemo,
    resolved: createMemo(),
    foreseen: createMemo(),
    checked: createMemo(),
    judged: createMemo(),
  }
  const hostScope = (host: string): Scope => {
    const vars = inventory.hosts.get(host)?.vars ?? none
    return {
      get: (name) => magic.get(name, host, undefined) ?? extra.get(name) ?? vars.get(name),
      names: () => new Set([...magic.names, ...extra.keys(), ...vars.keys()]),
    }
  }
  /** As `hostvars` shows a host: with what it learns in the run. */
  const seenByOthers = (host: string, others?: Others): Scope => {
    const own = hostScope(host)
    const learned = (name: string): Binding | undefined => {
      const by = registers.anywhere(name, host)
      if (by === undefined) return undefined
      return others?.(host).get(name) ?? { kind: 'pending', why: elsewhere(by, host) }
    }
    const given = () => [...registers.names()].filter((name) => registers.anywhere(name, host) !== undefined)
    return {
      get: (name) => extra.get(name) ?? learned(name) ?? own.get(name),
      names: () => new Set([...own.names(), ...given(), ...(others?.(host).keys() ?? [])]),
    }
  }
  const magic = magicOf(inventory, { check, lookups }, seenByOthers)

  const unread: Binding | undefined = inventory.incomplete
    ? { kind: 'pending', why: unreadScript }
    : sealed
      ? { kind: 'pending', why: unreadVault }
      : undefined

  const waiting = (name: string, { play, host, task }: Viewer): Binding | undefined => {
    const by = registers.find(name, host, play, task)
    if (by !== undefined) {
      const fields = by.register === name ? { fields: fieldsOf(by) } : {}
      return { kind: 'pending', why: `the result of "${by.name}"`, ...fields }
    }
    return lost?.has(name) ? { kind: 'pending', why: name } : undefined
  }
  /** What nobody else has may come from an include. */
  const included = (name: string, play: Play): Binding | undefined => {
    if (late?.names.has(name)) return { kind: 'pending', why: name }
    return late?.any !== undefined && late.any.play <= play.number ? { kind: 'pending', why: late.any.why } : undefined
  }
  const scope = (play: Play, host: string, learned: Learned): PlayScope => {
    const hostVars = inventory.hosts.get(host)?.vars ?? none
    const playVars = playLayer(play)
    const view = (task?: Task): Scope => {
      const taskVars = task === undefined ? none : taskLayer(task.vars)
      const viewer = { play, host, task }
      return {
        get: (name) =>
          magic.get(name, host, play, learned) ??
          task?.given?.get(name) ??
          extra.get(name) ??
          learned.results.get(name) ??
          (learned.complete ? undefined : waiting(name, viewer)) ??
          taskVars.get(name) ??
          playVars.get(name) ??
          hostVars.get(name) ??
          learned.facts.get(name) ??
          waitingFacts.get(name) ??
          (learned.complete ? undefined : included(name, play)) ??
          unread ??
          (unsound?.has(play) ? { kind: 'pending', why: unreadFile } : undefined) ??
          (name === 'ansible_host' ? { kind: 'value', value: host } : undefined),
        names: () => {
          const layers = [extra, learned.results, taskVars, playVars, hostVars, learned.facts, waitingFacts]
          return new Set([...layers.flatMap((layer) => [...layer.keys()]), ...magic.names, ...registers.names()])
        },
      }
    }
    return { get: (name) => view().get(name), names: () => view().names(), forTask: view, locate, memos }
  }
  /** As `scope` looks through its layers: how hosts differ in the first that has the name. */
  const differs = (name: string, play: Play, task: Task): Differs => {
    const ofMagic = magic.differs(name)
    if (ofMagic !== undefined) return ofMagic
    if (task.given?.has(name) || extra.has(name)) return 'nowhere'
    const given = registers.differs(name, play, task)
    if (given !== undefined) return given
    const shared = lost?.has(name) || taskLayer(task.vars).has(name) || playLayer(play).has(name)
    return shared ? 'nowhere' : 'by inventory'
  }
  const listOf = createHostLists(
    (name, host) =>
      magic.get(name, host, undefined) ??
      inventory.hosts.get(host)?.vars.get(name) ??
      (name === 'ansible_host' ? { kind: 'value', value: host } : undefined),
  )
  const classes = (play: Play, learned: Learned): HostClasses => {
    const scopes = new Map<string, PlayScope>()
    const scopeOf = (host: string): PlayScope => {
      const known = scopes.get(host) ?? scope(play, host, learned)
      scopes.set(host, known)
      return known
    }
    return createHostClasses(play, {
      list: listOf(play.hosts),
      scopeOf,
      differs: (name, task) => differs(name, play, task),
      late: () => (late?.names.size ?? 0) + (late?.any === undefined ? 0 : 1),
    })
  }
  return { hostScope, scope, classes }
}
