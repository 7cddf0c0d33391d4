/** `environment` of plays and tasks: text by name, as a process sees it. */
import type { DocNode, Position, Rendered, Scope, Value } from '../model/document.ts'
import type { Play, Task } from '../model/schedule.ts'
import { renderNode } from '../template/render.ts'

export type Environment = Readonly<Record<string, string>>

const empty: Rendered<Environment> = { kind: 'value', value: {} }

const refuse = (summary: string, at: Position, hint: string): Rendered<Environment> => ({
  kind: 'problem',
  problem: { severity: 'error', summary, at, hint },
})

const placeOf = (node: DocNode, name: string): Position =>
  (node.kind === 'map' && node.entries.find(({ key }) => key.value === name)?.value.at) || node.at

const readEntry = (node: DocNode, name: string, value: Value): Rendered<string> => {
  const at = placeOf(node, name)
  if (!/^[A-Za-z_]\w*$/.test(name))
    return refuseText(
      `\`${name}\` is not a name for an environment variable`,
      at,
      'use letters, digits and underscores',
    )
  if (typeof value === 'string' && value.includes('\0'))
    return refuseText(`the environment variable \`${name}\` holds a NUL byte`, at, 'no environment can hold one')
  if (typeof value === 'string') return { kind: 'value', value }
  if (typeof value === 'number') return { kind: 'value', value: String(value) }
  return refuseText(`the environment variable \`${name}\` must be text`, at, 'put the value in quotes')
}
const refuseText = refuse as (summary: string, at: Position, hint: string) => Rendered<string>

const read = (node: DocNode | undefined, scope: Scope): Rendered<Environment> => {
  if (node === undefined) return empty
  const rendered = renderNode(node, scope)
  if (rendered.kind !== 'value') return rendered
  const { value } = rendered
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('`environment` must be a map', node.at, 'write `NAME: text`')
  const environment: Record<string, string> = {}
  for (const [name, each] of Object.entries(value as Record<string, Value>)) {
    const text = readEntry(node, name, each)
    if (text.kind !== 'value') return text
    environment[name] = text.value
  }
  return { kind: 'value', value: environment }
}

/** The play's environment with those of blocks and the task laid over it. */
export const renderEnvironment = (task: Task, play: Play, scope: Scope): Rendered<Environment> => {
  let whole: Environment = {}
  for (const node of [play.environment, ...task.environment]) {
    const own = read(node, scope)
    if (own.kind !== 'value') return own
    whole = { ...whole, ...own.value }
  }
  return { kind: 'value', value: whole }
}
