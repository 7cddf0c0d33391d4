/** `retries` and `delay`: a number, or a template that yields one. */
import type { DocNode, Scope } from '../model/document.ts'
import { renderNode } from '../template/render.ts'

/** `otherwise` where nothing is given, or nothing that is a number. */
export const renderCount = (node: DocNode | undefined, otherwise: number, scope: Scope): number => {
  if (node === undefined) return otherwise
  const rendered = renderNode(node, scope)
  const number = rendered.kind === 'value' ? Number(rendered.value) : Number.NaN
  return Number.isFinite(number) && number >= 0 ? number : otherwise
}
