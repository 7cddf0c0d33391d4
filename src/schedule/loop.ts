/** The items of a loop, and what a template sees of them. */
import type { Binding, Rendered, Scope, Value } from '../model/document.ts'
import type { Loop } from '../model/schedule.ts'
import { renderNode } from '../template/render.ts'

interface Turn {
  readonly item: Value
  /** Counts from 0. */
  readonly index: number
}

const pending: Binding = { kind: 'pending', why: 'the item of the loop' }

/** `scope` with an item of the loop; `turn` undefined: the item is not known. */
export const withItem = (scope: Scope, loop: Loop, turn: Turn | undefined): Scope => {
  const bindings = itemBindings(loop, turn)
  return {
    get: (name) => bindings.get(name) ?? scope.get(name),
    printed: scope.printed && ((name) => bindings.get(name) ?? scope.printed?.(name)),
    names: () => [...scope.names(), ...bindings.keys()],
  }
}

/** The names that a loop binds. */
export const itemBindings = ({ variable, index }: Loop, turn: Turn | undefined): ReadonlyMap<string, Binding> => {
  const bind = (value: Value | undefined): Binding => (value === undefined ? pending : { kind: 'value', value })
  return new Map([
    [variable, bind(turn?.item)],
    ...(index === undefined ? [] : [[index, bind(turn?.index)] as const]),
    ['ansible_loop_var', bind(variable)],
  ])
}

/** `with_items` opens lists among its items, one level deep. */
const flatten = (items: readonly Value[]): readonly Value[] =>
  items.flatMap((item) => (Array.isArray(item) ? (item as readonly Value[]) : [item]))

export const readLoop = ({ list, flatten: opens }: Loop, scope: Scope): Rendered<readonly Value[]> => {
  const rendered = renderNode(list, scope)
  if (rendered.kind !== 'value') return rendered
  const value = opens && !Array.isArray(rendered.value) && !isMap(rendered.value) ? [rendered.value] : rendered.value
  if (Array.isArray(value)) return { kind: 'value', value: opens ? flatten(value) : (value as readonly Value[]) }
  const is = isMap(value) ? 'a map' : JSON.stringify(value)
  const hint = is === 'a map' ? 'put `| dict2items` behind it' : 'a template must yield a list'
  const summary = `\`${opens ? 'with_items' : 'loop'}\` must be a list, not ${is}`
  return { kind: 'problem', problem: { severity: 'error', summary, at: list.at, hint } }
}

const isMap = (value: Value): boolean => value !== null && typeof value === 'object' && !Array.isArray(value)

/** What is shown in place of the item; a label is never a reason to fail. */
export const labelOf = ({ label }: Loop, scope: Scope): { readonly label?: Value } => {
  if (label === undefined) return {}
  const rendered = renderNode(label, scope)
  return { label: rendered.kind === 'value' ? rendered.value : label.source }
}
