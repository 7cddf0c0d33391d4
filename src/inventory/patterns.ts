import type { Checked, Diagnostic, Position } from '../model/document.ts'
import type { Inventory } from '../model/inventory.ts'
import { nearest } from '../nearest.ts'
import { globToRegExp } from './fnmatch.ts'
import { localNames, thisMachineIn } from './localhost.ts'
import { type PatternPart, splitPattern } from './pattern-parts.ts'

/**
 * The hosts that a pattern names, each once: first all that is added, in the order written, then `&` keeps, then `!`
 * takes away. A part that is neither host nor group, and a pattern that selects nothing by its nature, are errors at
 * `at`; warnings where not all of the inventory could be read.
 * Several patterns are joined as if by commas. `@FILE` is read from the working directory.
 */
export const selectHosts = (
  pattern: string | readonly string[],
  inventory: Inventory,
  at?: Position,
): Checked<readonly string[]> => {
  const problems: Diagnostic[] = []
  const parts = splitPattern(pattern, at, problems)
  if (parts.length === 0) return { value: [], problems }
  const byRole = (role: PatternPart['role']) => parts.filter((part) => part.role === role)
  const match = (part: PatternPart): readonly string[] => {
    const found = matchPart(part, inventory)
    if (found.ok) return found.hosts
    problems.push({
      severity: inventory.incomplete ? 'warning' : 'error',
      summary: found.summary,
      hint: inventory.incomplete ? 'it may come from the script that was not run' : found.hint,
      ...(at && { at }),
    })
    return []
  }
  const added = byRole('add')
  const selected = new Set((added.length > 0 ? added : [everyone]).flatMap(match))
  for (const part of byRole('keep')) {
    const kept = new Set(match(part))
    for (const host of selected) if (!kept.has(host)) selected.delete(host)
  }
  for (const part of byRole('take')) for (const host of match(part)) selected.delete(host)
  return { value: [...selected], problems }
}

const everyone: PatternPart = { role: 'add', text: 'all' }

/** Those of `hosts`, in their order, that the limit names too. Without a limit all of them; an empty one is an error. */
export const limitHosts = (
  hosts: readonly string[],
  limit: string | undefined,
  inventory: Inventory,
): Checked<readonly string[]> => {
  if (limit === undefined) return { value: hosts, problems: [] }
  const { value, problems } = selectHosts(limit, inventory)
  const within = new Set(value)
  return { value: hosts.filter((host) => within.has(host)), problems }
}

type Match =
  | { readonly ok: true; readonly hosts: readonly string[] }
  | { readonly ok: false; readonly summary: string; readonly hint: string }

const no = (summary: string, hint: string): Match => ({ ok: false, summary, hint })

const matchPart = ({ role, text }: PatternPart, inventory: Inventory): Match => {
  if (text === '') return no('a part of the host pattern is empty', '& and ! stand before a name')
  // A name of both means the host where hosts are added and the group elsewhere, as in Ansible.
  if (role === 'add' && inventory.hosts.has(text)) return { ok: true, hosts: [text] }
  if (text.startsWith('~')) return matchExpression(text, inventory)
  const subscript = /^(.+)\[(?:(-?\d+)|(\d+)([:-])(\d*))\]$/.exec(text)
  if (subscript === null) return matchNames(text, inventory)
  const [, name = '', index, first = '', separator, last = ''] = subscript
  if (separator === '-') return no(`'${text}' is no pattern`, `write ${name}[${first}:${last}], or a glob with * or ?`)
  const found = matchNames(name, inventory)
  if (!found.ok) {
    return no(
      found.summary,
      `${name}[…] picks from a group by place; for the names of hosts use a glob such as ${name}*`,
    )
  }
  const picked = index === undefined ? slice(found.hosts, first, last) : found.hosts.at(Number(index))
  if (picked !== undefined && picked.length > 0) return { ok: true, hosts: [picked].flat() }
  const size = found.hosts.length === 1 ? '1 host' : `${found.hosts.length} hosts`
  return no(`'${text}' names nobody: '${name}' has ${size}`, 'places count from 0')
}

/** Both ends belong to the slice; without an end it goes to the last. */
const slice = (hosts: readonly string[], first: string, last: string): readonly string[] =>
  hosts.slice(Number(first), last === '' ? undefined : Number(last) + 1)

const matchExpression = (text: string, inventory: Inventory): Match => {
  // Python matches at the beginning only; it writes flags and named groups in its own way.
  const flags = /^~\(\?([ims]+)\)/.exec(text)
  const source = text
    .slice(flags ? flags[0].length : 1)
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$')
  try {
    return matched(text, new RegExp(`^(?:${source})`, flags?.[1] ?? ''), inventory)
  } catch {
    return no(`'${text}' is no regular expression`, 'a pattern that begins with ~ is one')
  }
}

const matchNames = (text: string, inventory: Inventory): Match => {
  if (/[*?[]/.test(text)) return matched(text, globToRegExp(text), inventory)
  const group = inventory.groups.get(text)
  const own = inventory.hosts.has(text) ? [text] : []
  // A dot makes Ansible look at hosts as well.
  if (group !== undefined) return { ok: true, hosts: text.includes('.') ? [...group, ...own] : group }
  if (own.length > 0) return { ok: true, hosts: own }
  if (localNames.has(text)) return { ok: true, hosts: [thisMachineIn(inventory.hosts, text)] }
  return no(`no host or group is called '${text}'`, hintFor(text, inventory))
}

/** Hosts of the groups that match, then hosts that match; a host can be there twice, which subscripts count. */
const matched = (text: string, expression: RegExp, inventory: Inventory): Match => {
  const groups = [...inventory.groups].filter(([name]) => expression.test(name))
  const hosts = [...inventory.hosts.keys()].filter((name) => expression.test(name))
  if (groups.length === 0 && hosts.length === 0) {
    return no(`no host or group matches '${text}'`, known(inventory))
  }
  return { ok: true, hosts: [...groups.flatMap(([, members]) => members), ...hosts] }
}

const hintFor = (text: string, inventory: Inventory): string => {
  if (/[:&!]/.test(text)) return 'with commas, separate every part by one: a,b,&c,!d'
  const guess = nearest(text, [...inventory.groups.keys(), ...inventory.hosts.keys()])
  return guess === undefined ? known(inventory) : `did you mean '${guess}'?`
}

const known = (inventory: Inventory): string => {
  const names = [...inventory.groups.keys()].filter((name) => name !== 'all' && name !== 'ungrouped')
  const shown = names.slice(0, mostShown).join(', ')
  if (names.length === 0) return 'the inventory has no groups; see what it has with: ipvs-play inventory --graph'
  return `the groups are: ${shown}${names.length > mostShown ? ', …' : ''}`
}

const mostShown = 8
