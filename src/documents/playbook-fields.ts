/** Readers for the values of keywords: a value of the right shape, or a report and nothing. */
import type { Diagnostic, DocNode, MapEntry, MapNode, Position, ScalarNode } from '../model/document.ts'

export type Report = (problem: Diagnostic) => void

export const mistake = (at: Position, summary: string, hint?: string): Diagnostic => ({
  severity: 'error',
  summary,
  at,
  ...(hint !== undefined && { hint }),
})

/** What a value is, in words that fit after "not". */
export const describe = (node: DocNode): string => {
  if (node.kind !== 'scalar') return `a ${node.kind}`
  if (node.value === null) return 'nothing'
  return typeof node.value === 'string' ? `the text "${node.value}"` : `the ${typeof node.value} ${node.source}`
}

/** A scalar as the text that the user sees: `2` for a number that was written so. */
export const textOf = (node: ScalarNode): string => (typeof node.value === 'string' ? node.value : node.source)

export const isNothing = (node: DocNode): boolean => node.kind === 'scalar' && node.value === null

/** The text of a node: a string that is not empty. Numbers count as the text that was written. */
export const readText = (node: DocNode, what: string, report: Report): string | undefined => {
  if (node.kind === 'scalar') {
    const text = typeof node.value === 'number' ? node.source : node.value
    if (typeof text === 'string' && text.trim() !== '') return text
    if (text === '' || text === null)
      report(mistake(node.at, `\`${what}\` is empty`, 'write a text, or remove the key'))
    else report(mistake(node.at, `\`${what}\` must be text, not ${describe(node)}`, 'put it in quotes'))
    return undefined
  }
  report(mistake(node.at, `\`${what}\` must be text, not ${describe(node)}`, 'write one text'))
  return undefined
}

/** Words of YAML 1.1 in quotes: Ansible reads them too. */
const truths: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  on: true,
  no: false,
  false: false,
  off: false,
}

export const readBoolean = (node: DocNode, what: string, report: Report): boolean | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'boolean') return node.value
  const word = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.toLowerCase() : ''
  if (Object.hasOwn(truths, word)) return truths[word]
  report(mistake(node.at, `\`${what}\` must be true or false, not ${describe(node)}`, 'write true or false'))
  return undefined
}

/** A whole number, or any number where `least` is 0. */
export const readCount = (node: DocNode, what: string, least: 0 | 1, report: Report): number | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'number' && node.value >= least) return node.value
  const hint =
    node.kind === 'scalar' && String(node.value).includes('{{')
      ? 'a template is not supported here'
      : 'write the number alone'
  report(mistake(node.at, `\`${what}\` must be a number from ${least} on, not ${describe(node)}`, hint))
  return undefined
}

/** A text that is used as it is, so that a template in it would be taken for a name. */
const readPlainText = (node: DocNode, what: string, report: Report): string | undefined => {
  const text = readText(node, what, report)
  if (text?.includes('{{')) report(mistake(node.at, `\`${what}\` cannot hold a template`, 'write the name itself'))
  return text
}

/** The node of such a text. */
export const readPlainNode = (node: DocNode, what: string, report: Report): ScalarNode | undefined =>
  readPlainText(node, what, report) === undefined || node.kind !== 'scalar' ? undefined : node

/** A text or a list of texts; nothing is an empty list. */
export const readTexts = (node: DocNode, what: string, report: Report): readonly ScalarNode[] => {
  if (isNothing(node)) return []
  const items = node.kind === 'list' ? node.items : [node]
  return items.filter(
    (item): item is ScalarNode => readText(item, what, report) !== undefined && item.kind === 'scalar',
  )
}

const readMap = (node: DocNode, what: string, report: Report): MapNode | undefined => {
  if (node.kind === 'map') return node
  if (!isNothing(node))
    report(
      mistake(
        node.at,
        `\`${what}\` must be a map, not ${describe(node)}`,
        `write each as \`key: value\` below \`${what}:\``,
      ),
    )
  return undefined
}

/** Names that the runner gives; a variable of the user cannot take their place. */
export const magicNames = [
  'inventory_hostname',
  'inventory_hostname_short',
  'groups',
  'group_names',
  'hostvars',
  'ansible_check_mode',
  'play_hosts',
  'ansible_play_batch',
  'ansible_play_hosts',
  'ansible_play_hosts_all',
  'ansible_play_name',
  'playbook_dir',
  'item',
  'omit',
] as const

const reserved = new Set('true false none True False None and or not in is if else'.split(' '))

/** Is this a name that a template can use, and free? Reports what is wrong with it. */
export const checkVariableName = (name: string, at: Position, report: Report): void => {
  if (!/^[A-Za-z_]\w*$/.test(name))
    report(
      mistake(
        at,
        `\`${name}\` is not a name for a variable`,
        'use letters, digits and underscores, and no digit first',
      ),
    )
  else if (reserved.has(name))
    report(mistake(at, `\`${name}\` is a word of the template language, not a name for a variable`))
  else if ((magicNames as readonly string[]).includes(name))
    report(mistake(at, `\`${name}\` is set by ipvs-play itself`, 'give the variable another name'))
}

/** A map of variables. */
export const readVariables = (node: DocNode, what: string, report: Report): MapNode | undefined => {
  const map = readMap(node, what, report)
  for (const { key } of map?.entries ?? []) checkVariableName(String(key.value), key.at, report)
  return map
}

/** Tags as Ansible writes them: a list, or one text parted by commas. */
export const readTags = (node: DocNode, report: Report): readonly string[] =>
  readTexts(node, 'tags', report).flatMap((tag) => {
    const text = textOf(tag)
    if (text.includes('{{'))
      report(mistake(tag.at, '`tags` cannot hold a template', 'tags choose tasks before any host is known'))
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  })

/** `environment`: a map, or a template that yields one. */
export const readEnvironment = (node: DocNode, report: Report): DocNode | undefined => {
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{')) return node
  return readMap(node, 'environment', report)
}

/** The entries of a map by the text of their keys. */
export const entriesOf = (map: MapNode): ReadonlyMap<string, MapEntry> =>
  new Map(map.entries.map((entry) => [String(entry.key.value ?? ''), entry]))
