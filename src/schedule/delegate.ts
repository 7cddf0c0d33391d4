/** `delegate_to`: the other host on which a task is done. */
import { localNames } from '../inventory/localhost.ts'
import type { Rendered, Scope } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import { nearest } from '../nearest.ts'
import { renderNode } from '../template/render.ts'
import { variable } from './variable.ts'

/** The name of the host; undefined where the task is not delegated. A host that the inventory lacks is a problem. */
export const renderDelegate = ({ delegateTo }: Task, scope: Scope): Rendered<string> | undefined => {
  if (delegateTo === undefined) return undefined
  const rendered = renderNode(delegateTo, scope)
  if (rendered.kind !== 'value') return rendered
  const name = String(rendered.value ?? '')
  const groups = variable(scope, 'groups')
  const hosts = groups?.kind === 'value' && isGroups(groups.value) ? (groups.value.all ?? []) : []
  if (hosts.includes(name)) return { kind: 'value', value: name }
  if (localNames.has(name)) return { kind: 'value', value: hosts.find((one) => localNames.has(one)) ?? name }
  const near = nearest(name, hosts)
  const hint = near === undefined ? 'name a host of the inventory' : `did you mean ${near}?`
  const summary = `\`delegate_to\`: there is no host ${JSON.stringify(name)} in the inventory`
  return { kind: 'problem', problem: { severity: 'error', summary, at: delegateTo.at, hint } }
}

const isGroups = (value: unknown): value is { readonly all?: readonly string[] } =>
  typeof value === 'object' && value !== null
