/** Keywords whose value Ansible lets a template give, of plays, blocks, imports and tasks alike. */
import type { DocNode, MapEntry, ScalarNode } from '../model/document.ts'
import type { Switches, Templates } from '../model/schedule.ts'
import { readBecomeMethod } from './become-method.ts'
import { isNothing, type Report, readBoolean, readCount, readText } from './playbook-fields.ts'
import { present } from './present.ts'

export type SwitchName = keyof Switches

/** Each as it is written, and what its value is. */
export const switches = {
  become: ['become', 'boolean'],
  becomeUser: ['become_user', 'text'],
  becomeMethod: ['become_method', 'method'],
  noLog: ['no_log', 'boolean'],
  ignoreErrors: ['ignore_errors', 'boolean'],
  ignoreUnreachable: ['ignore_unreachable', 'boolean'],
  anyErrorsFatal: ['any_errors_fatal', 'boolean'],
  runOnce: ['run_once', 'boolean'],
  checkMode: ['check_mode', 'boolean'],
  diff: ['diff', 'boolean'],
  throttle: ['throttle', 'number'],
  timeout: ['timeout', 'number'],
} as const satisfies Readonly<
  Record<SwitchName, readonly [word: string, kind: 'boolean' | 'number' | 'text' | 'method']>
>

export interface SwitchesDocument extends Switches {
  readonly templates?: Templates
}

/** The value of such a keyword that stands there without a template. */
const readSwitch = (name: SwitchName, node: DocNode, report: Report): boolean | number | string | undefined => {
  const [word, kind] = switches[name]
  if (kind === 'boolean') return readBoolean(node, word, report)
  if (kind === 'method') return readBecomeMethod(node, word, report)
  if (kind === 'text') return readText(node, word, report)
  return isNothing(node) ? undefined : readCount(node, word, 0, report)
}

const isTemplate = (node: DocNode): node is ScalarNode =>
  node.kind === 'scalar' && typeof node.value === 'string' && /\{[{%]/.test(node.value)

/** Reads what `entries` hold of these keywords. */
export const readSwitches = (entries: ReadonlyMap<string, MapEntry>, report: Report): SwitchesDocument => {
  const values: Partial<Record<SwitchName, boolean | number | string | undefined>> = {}
  const templates: Partial<Record<SwitchName, ScalarNode>> = {}
  for (const [name, [word]] of Object.entries(switches) as [SwitchName, readonly [string, string]][]) {
    const node = entries.get(word)?.value
    if (node === undefined) continue
    if (isTemplate(node)) templates[name] = node
    else values[name] = readSwitch(name, node, report)
  }
  return { ...(present(values) as Switches), ...(Object.keys(templates).length === 0 ? {} : { templates }) }
}
