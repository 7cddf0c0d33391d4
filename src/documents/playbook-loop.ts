/** `loop`, `with_items` and `loop_control` of a task. */
import type { DocNode, MapEntry, ScalarNode } from '../model/document.ts'
import { checkVariableName, describe, entriesOf, mistake, type Report, readCount, readText } from './playbook-fields.ts'
import { readTextNode } from './playbook-inherited.ts'
import { suggestion } from './playbook-words.ts'
import { present } from './present.ts'

export interface LoopDocument {
  readonly list: DocNode
  /** `with_items`: items that are lists are flattened by one level. */
  readonly flatten: boolean
  /** `item` unless `loop_control` says otherwise. */
  readonly variable: string
  readonly index?: string
  readonly label?: ScalarNode
  /** Seconds between two items. */
  readonly pause?: number
}

const controls = ['loop_var', 'index_var', 'label', 'pause'] as const
const absent: Readonly<Record<string, string>> = {
  extended: 'use `index_var`, and `| length` of the list',
  extended_allitems: 'name the list itself',
  break_when: 'put a `when` on the task',
}

const readList = (node: DocNode, what: string, report: Report): DocNode | undefined => {
  if (node.kind === 'list') return node
  if (node.kind === 'scalar' && typeof node.value === 'string' && node.value.includes('{{')) return node
  // One text is a list of one to `with_items`.
  if (what === 'with_items' && node.kind === 'scalar' && node.value !== null) return node
  const hint =
    node.kind === 'map'
      ? `write \`${what}: "{{ … | dict2items }}"\``
      : 'write a list, or a template that yields one, like "{{ names }}"'
  report(mistake(node.at, `\`${what}\` must be a list, not ${describe(node)}`, hint))
  return undefined
}

const readVariable = (node: DocNode, what: string, report: Report): string | undefined => {
  const name = readText(node, what, report)
  // `item` is what a loop calls it anyway.
  if (name !== undefined && name !== 'item') checkVariableName(name, node.at, report)
  return name
}

const readControl = (node: DocNode, report: Report) => {
  if (node.kind !== 'map') {
    report(mistake(node.at, `\`loop_control\` must be a map, not ${describe(node)}`, 'write `label: …` below it'))
    return {}
  }
  for (const { key } of node.entries) {
    const word = String(key.value)
    if ((controls as readonly string[]).includes(word)) continue
    const lacks = absent[word]
    if (lacks !== undefined) report(mistake(key.at, `\`${word}\` of Ansible is not part of ipvs-play`, lacks))
    else
      report(
        mistake(
          key.at,
          `unknown key \`${word}\` in \`loop_control\``,
          suggestion(word, controls, `it has ${controls.join(', ')}`).hint,
        ),
      )
  }
  const entries = entriesOf(node)
  const read = <T>(key: string, reader: (value: DocNode) => T): T | undefined => {
    const entry = entries.get(key)
    return entry === undefined ? undefined : reader(entry.value)
  }
  return {
    variable: read('loop_var', (value) => readVariable(value, 'loop_var', report)),
    index: read('index_var', (value) => readVariable(value, 'index_var', report)),
    label: read('label', (value) => readTextNode(value, 'label', report)),
    pause: read('pause', (value) => readCount(value, 'pause', 0, report)),
  }
}

/** The loop of a task, or nothing where it has none. */
export const readLoop = (entries: ReadonlyMap<string, MapEntry>, report: Report): LoopDocument | undefined => {
  const loop = entries.get('loop')
  const items = entries.get('with_items')
  const control = entries.get('loop_control')
  if (loop !== undefined && items !== undefined)
    report(mistake(items.key.at, '`loop` and `with_items` are both given', 'keep one'))
  const given = loop ?? items
  const list = given && readList(given.value, String(given.key.value), report)
  const { variable, ...rest } = control === undefined ? {} : readControl(control.value, report)
  if (given === undefined && control !== undefined)
    report(mistake(control.key.at, '`loop_control` without a loop', 'give `loop:` too, or take it out'))
  if (list === undefined) return undefined
  return { list, flatten: given === items, variable: variable ?? 'item', ...present(rest) }
}
