import type { InventoryDocument, Statement, Variable } from '../documents/inventory-document.ts'
import type { Binding, Checked, Diagnostic, DocNode, Position } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { depthsOf, pathBetween } from './group-paths.ts'

export interface Group {
  /** Groups and hosts that it names itself, in Ansible's order. */
  readonly children: ReadonlySet<string>
  readonly members: ReadonlySet<string>
  readonly parents: ReadonlySet<string>
  /** As written in inventory files; without `ansible_group_priority`. */
  readonly vars: ReadonlyMap<string, Binding>
  readonly priority: number
}

interface TreeHost {
  /** Where it is first named. */
  readonly at: Position
  readonly vars: ReadonlyMap<string, Binding>
}

/** Groups and hosts of all inventory files together, without loops; `all` is above every other group. */
export interface GroupTree {
  readonly groups: ReadonlyMap<string, Group>
  readonly hosts: ReadonlyMap<string, TreeHost>
}

interface GroupDraft extends Group {
  readonly children: Set<string>
  readonly members: Set<string>
  readonly parents: Set<string>
  readonly vars: Map<string, Binding>
  priority: number
}

interface HostDraft extends TreeHost {
  vars: Map<string, Binding>
}

interface Edge {
  readonly group: string
  readonly child: string
  readonly at: Position
}

interface Draft {
  readonly groups: Map<string, GroupDraft>
  readonly hosts: Map<string, HostDraft>
  readonly declared: Map<string, Position | undefined>
  /** Children that are not declared yet, by their name. */
  readonly waiting: Map<string, Edge[]>
  /** `[g:vars]` before any other section of g. */
  readonly onlyVars: Map<string, Position>
  /** What a document used and had not seen declared. */
  readonly undeclared: { readonly name: string; readonly at: Position; readonly use: string }[]
  readonly problems: Diagnostic[]
}

/**
 * Puts the statements of all documents together, the later ones over the earlier. A child joins its parent when it is
 * first met, so that the order of hosts is Ansible's. A group that is declared neither in its document nor in an earlier
 * one, or that closes a loop, is an error at its place and left out.
 */
export const buildGroupTree = (documents: readonly InventoryDocument[]): Checked<GroupTree> => {
  const draft: Draft = {
    groups: new Map(),
    hosts: new Map(),
    declared: new Map([
      ['all', undefined],
      ['ungrouped', undefined],
    ]),
    waiting: new Map(),
    onlyVars: new Map(),
    undeclared: [],
    problems: [],
  }
  groupOf(draft, 'all').children.add('ungrouped')
  groupOf(draft, 'ungrouped').parents.add('all')
  for (const document of documents) {
    for (const statement of document.statements) take(draft, statement)
    closeDocument(draft)
  }
  complainOfUndeclared(draft)
  hangBelowAll(draft)
  sortOutUngrouped(draft)
  warnOfSharedNames(draft)
  if (isTooDeep(draft)) return { value: buildGroupTree([]).value, problems: draft.problems }
  return { value: { groups: draft.groups, hosts: draft.hosts }, problems: draft.problems }
}

const groupOf = (draft: Draft, name: string): GroupDraft => {
  const known = draft.groups.get(name)
  if (known) return known
  const group = { children: new Set<string>(), members: new Set<string>(), parents: new Set<string>() }
  const created: GroupDraft = { ...group, vars: new Map(), priority: 1 }
  draft.groups.set(name, created)
  return created
}

const take = (draft: Draft, statement: Statement): void => {
  if (statement.kind === 'group') mention(draft, statement.name, statement.at, statement.declares)
  else if (statement.kind === 'hosts') addHosts(draft, statement)
  else if (statement.kind === 'var') setGroupVariable(draft, statement.group, statement.variable)
  else if (draft.groups.has(statement.child)) addEdge(draft, statement)
  else draft.waiting.set(statement.child, [...(draft.waiting.get(statement.child) ?? []), statement])
}

const mention = (draft: Draft, name: string, at: Position, declares: boolean): void => {
  groupOf(draft, name)
  if (!declares) {
    const known = draft.declared.has(name) || draft.onlyVars.has(name) || draft.waiting.has(name)
    if (!known) draft.onlyVars.set(name, at)
    return
  }
  draft.onlyVars.delete(name)
  if (!draft.declared.has(name)) draft.declared.set(name, at)
  const waiting = draft.waiting.get(name) ?? []
  draft.waiting.delete(name)
  for (const edge of waiting) addEdge(draft, edge)
}

const addHosts = (draft: Draft, statement: Statement & { readonly kind: 'hosts' }): void => {
  const members = groupOf(draft, statement.group).members
  const bindings = statement.vars.map(({ name, node }) => [name, { kind: 'written', node }] as const)
  for (const name of statement.names) {
    members.add(name)
    const known = draft.hosts.get(name)
    if (known) for (const [variable, binding] of bindings) known.vars.set(variable, binding)
    else draft.hosts.set(name, { at: statement.at, vars: new Map([...portBinding(statement), ...bindings]) })
  }
}

/** The port behind a host's name counts where the host is named first, as in Ansible. */
const portBinding = ({ port, at }: { readonly port?: number; readonly at: Position }): readonly [string, Binding][] => {
  if (port === undefined) return []
  const node: DocNode = { kind: 'scalar', at, value: port, source: String(port), quoted: false }
  return [['ansible_port', { kind: 'written', node }]]
}

const setGroupVariable = (draft: Draft, name: string, variable: Variable): void => {
  const group = groupOf(draft, name)
  if (variable.name !== 'ansible_group_priority') {
    group.vars.set(variable.name, { kind: 'written', node: variable.node })
    return
  }
  const priority = integerOf(variable.node)
  if (priority !== undefined) group.priority = priority
  else {
    const summary = 'ansible_group_priority is not a whole number'
    draft.problems.push({
      severity: 'error',
      summary,
      at: variable.node.at,
      hint: 'the higher number wins; 1 if not set',
    })
  }
}

const integerOf = (node: DocNode): number | undefined => {
  const value = node.kind === 'scalar' ? node.value : undefined
  if (typeof value === 'string' && /^\s*[-+]?\d+\s*$/.test(value)) return Number(value)
  return typeof value === 'number' && Number.isFinite(value) ? Math.trunc(value) : undefined
}

const addEdge = (draft: Draft, { group, child, at }: Edge): void => {
  // Nothing leads down to a group without parents, so it closes no loop: most edges need no search.
  const alone = group !== child && draft.groups.get(group)?.parents.size === 0
  const path = child === 'all' ? [] : alone ? undefined : pathBetween(draft.groups, child, group)
  if (path === undefined) {
    groupOf(draft, group).children.add(child)
    groupOf(draft, child).parents.add(group)
    return
  }
  const summary =
    child === 'all'
      ? `'all' holds every group and cannot be inside '${group}'`
      : `group '${child}' would be inside itself: ${[group, ...path].join(' > ')}`
  draft.problems.push({ severity: 'error', summary, at, hint: "take one of these out of the other's children" })
}

/** A file may use only what it or an earlier one declares. */
const closeDocument = (draft: Draft): void => {
  for (const [name, at] of draft.onlyVars)
    draft.undeclared.push({ name, at, use: `[${name}:vars] sets variables of a group that` })
  for (const [name, edges] of draft.waiting) {
    for (const { group, at } of edges)
      draft.undeclared.push({ name, at, use: `group '${name}', a child of '${group}',` })
  }
  draft.onlyVars.clear()
  draft.waiting.clear()
}

const complainOfUndeclared = (draft: Draft): void => {
  for (const { name, at, use } of draft.undeclared) {
    const later = draft.declared.get(name)
    const guess = nearest(name, draft.declared.keys())
    const hint = guess === undefined ? `declare it with a section [${name}]` : `did you mean '${guess}'?`
    draft.problems.push(
      later === undefined
        ? { severity: 'error', summary: `${use} is declared nowhere`, at, hint }
        : {
            severity: 'error',
            summary: `${use} is declared only in ${later.file}, which is read later`,
            at,
            hint: `put an empty section [${name}] here too`,
          },
    )
  }
}

const hangBelowAll = (draft: Draft): void => {
  const all = groupOf(draft, 'all')
  for (const [name, group] of draft.groups) {
    if (name === 'all' || group.parents.size > 0) continue
    all.children.add(name)
    group.parents.add('all')
  }
}

/** `ungrouped` holds exactly the hosts that no other group but `all` names. */
const sortOutUngrouped = (draft: Draft): void => {
  const grouped = new Set<string>()
  for (const [name, { members }] of draft.groups) {
    if (name !== 'all' && name !== 'ungrouped') for (const host of members) grouped.add(host)
  }
  const { members } = groupOf(draft, 'ungrouped')
  for (const host of draft.hosts.keys()) {
    if (grouped.has(host)) members.delete(host)
    else members.add(host)
  }
}

/** Deeper than anybody nests groups, and below what would take minutes. */
const deepest = 1000

const isTooDeep = (draft: Draft): boolean => {
  const [name] = [...depthsOf(draft.groups)].find(([, depth]) => depth > deepest) ?? []
  if (name === undefined) return false
  const at = draft.declared.get(name)
  const summary = `groups are nested more than ${deepest} deep, down to '${name}'`
  draft.problems.push({ severity: 'error', summary, ...(at && { at }), hint: 'take groups out of each other' })
  return true
}

const warnOfSharedNames = (draft: Draft): void => {
  for (const name of draft.groups.keys()) {
    const host = draft.hosts.get(name)
    if (host === undefined) continue
    const summary = `'${name}' is the name of both a host and a group`
    const hint = 'in a pattern it means the host; rename one of the two'
    draft.problems.push({ severity: 'warning', summary, at: host.at, hint })
  }
}
