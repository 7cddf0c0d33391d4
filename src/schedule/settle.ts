/** Keywords whose value a template gives: what they are on a host. */
import { becomeMethodOf } from '../documents/become-method.ts'
import { mistake } from '../documents/playbook-fields.ts'
import { type SwitchName, switches } from '../documents/playbook-switches.ts'
import type { Diagnostic, ScalarNode, Scope, Value } from '../model/document.ts'
import type { Switches, Task, Templates } from '../model/schedule.ts'
import { renderNode } from '../template/render.ts'

export type Settled<T> =
  | { readonly kind: 'settled'; readonly value: T }
  | { readonly kind: 'waits'; readonly on: string }
  | { readonly kind: 'problem'; readonly problem: Diagnostic }

const truths: ReadonlyMap<string, boolean> = new Map(
  [true, false].flatMap((truth) =>
    (truth ? ['true', 'yes', 'on', 'y', 't', '1'] : ['false', 'no', 'off', 'n', 'f', '0']).map((word) => [word, truth]),
  ),
)

/** As Ansible takes what a template yields: `"yes"` is true, `"3"` is 3. */
const taken = (name: SwitchName, value: Value): boolean | number | string | undefined => {
  if (typeof value === 'object') return undefined
  const text = String(value).trim()
  switch (switches[name][1]) {
    case 'boolean':
      return truths.get(text.toLowerCase())
    case 'number':
      return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
    case 'method':
      return becomeMethodOf(text)
    case 'text':
      return typeof value === 'boolean' || text === '' ? undefined : text
  }
}

const wanted = { boolean: 'true or false', number: 'a number from 0 on', text: 'text', method: 'sudo or doas' } as const

const refuse = (name: SwitchName, node: ScalarNode, value: Value): Diagnostic => {
  const [word, kind] = switches[name]
  return mistake(node.at, `\`${word}\` must be ${wanted[kind]}, and \`${node.source}\` is ${JSON.stringify(value)}`)
}

/** What templates yield; `null` (`omit`) is no word about it. */
export const settleTemplates = (templates: Templates, scope: Scope): Settled<Switches> => {
  const values: Partial<Record<SwitchName, boolean | number | string>> = {}
  for (const [name, node] of Object.entries(templates) as [SwitchName, ScalarNode][]) {
    const rendered = renderNode(node, scope)
    if (rendered.kind !== 'value') return rendered
    if (rendered.value === null) continue
    const value = taken(name, rendered.value)
    if (value === undefined) return { kind: 'problem', problem: refuse(name, node, rendered.value) }
    values[name] = value
  }
  return { kind: 'settled', value: values as Switches }
}

/** The item of a loop has no say in how its task is done. */
const itemProblem = ({ loop, templates = {} }: Task, scope: Scope): Diagnostic | undefined => {
  if (loop === undefined) return undefined
  for (const [word, node] of Object.entries(templates) as [SwitchName, ScalarNode][]) {
    let asked: string | undefined
    const get = (name: string) => {
      if (name === loop.variable || name === loop.index) asked ??= name
      return scope.get(name)
    }
    renderNode(node, { names: scope.names, get })
    if (asked === undefined) continue
    const summary = `\`${switches[word][0]}\` cannot depend on \`${asked}\` of the loop: it holds for the whole task`
    return mistake(node.at, summary, 'put the loop on an `include_tasks`: each item then has a task of its own')
  }
  return undefined
}

const known = new WeakMap<Task, Map<string, Task>>()

/** The task with its keywords as they are on this host: the same object for the same values. */
export const settle = (task: Task, scope: Scope): Settled<Task> => {
  const { templates, ...plain } = task
  if (templates === undefined) return { kind: 'settled', value: task }
  const problem = itemProblem(task, scope)
  if (problem !== undefined) return { kind: 'problem', problem }
  const found = settleTemplates(templates, scope)
  if (found.kind !== 'settled') return found
  const byValue = known.get(task) ?? new Map<string, Task>()
  known.set(task, byValue)
  const key = JSON.stringify(found.value)
  const value = byValue.get(key) ?? { ...plain, ...found.value, written: task }
  byValue.set(key, value)
  return { kind: 'settled', value }
}
