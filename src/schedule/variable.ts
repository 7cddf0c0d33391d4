import type { Rendered, Scope } from '../model/document.ts'
import { renderNode } from '../template/render.ts'

/** The value of one variable, rendered; undefined where nobody set it. */
export const variable = (scope: Scope, name: string): Rendered | undefined => {
  const binding = scope.get(name)
  if (binding === undefined) return undefined
  if (binding.kind === 'value') return binding
  if (binding.kind === 'pending') return { kind: 'waits', on: binding.why }
  return renderNode(binding.node, scope)
}
