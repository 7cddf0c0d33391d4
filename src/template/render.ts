import type { Diagnostic, DocNode, Rendered, Scope } from '../model/document.ts'
import { evaluate as evaluateExpression } from './evaluate.ts'
import { type Parsed, parsedExpression, parsedText, staticValue } from './parsed.ts'
import { evaluationOf, located, newWork, renderInner, renderKnown } from './rendering.ts'
import { settle } from './settle.ts'
import { used, usedDeeply } from './values.ts'
import { noLocals } from './walk.ts'

export { printedText } from './rendering.ts'
export { isTrue, pendingField } from './values.ts'

/**
 * Renders every template of a node, map keys too. A whole-value template keeps the type of its result; text of several
 * parts is joined as Python prints it. Never throws: an undefined variable, a cycle or too much work is a problem with its place.
 * @param free  nodes in it whose text nobody looks at, of which the scope is told
 */
export const renderNode = (node: DocNode, scope: Scope, free?: ReadonlySet<DocNode>): Rendered => {
  const known = staticValue(node)
  if (known !== undefined) return { kind: 'value', value: known }
  return settle(() => usedDeeply(renderInner(node, newWork(scope, free))), node)
}

/** As renderNode, but list items and map entries that wait are left out, at any depth: for a guess at what will be asked. */
export const renderPartly = (node: DocNode, scope: Scope, free?: ReadonlySet<DocNode>): Rendered => {
  const known = staticValue(node)
  if (known !== undefined) return { kind: 'value', value: known }
  return settle(() => used(renderKnown(node, newWork(scope, free))), node)
}

/** The value of an expression without braces, as in `when`; a node that is not text is its value. */
export const evaluate = (node: DocNode, scope: Scope): Rendered => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return renderNode(node, scope)
  if (isWholeTemplate(node.value)) return renderNode(node, scope)
  const parsed = parsedExpression(node)
  if (parsed.kind === 'fault') return { kind: 'problem', problem: parsed.problem }
  const work = newWork(scope)
  return settle(
    () => located(node, () => usedDeeply(evaluateExpression(parsed.parsed, evaluationOf(work, noLocals())))),
    node,
  )
}

/** What is wrong with templates or an expression before any variable is known. */
export const syntaxProblems = (node: DocNode, as: 'text' | 'expression'): readonly Diagnostic[] => {
  if (node.kind === 'list') return node.items.flatMap((item) => syntaxProblems(item, as))
  if (node.kind === 'map')
    return node.entries.flatMap(({ key, value }) => [key, value].flatMap((part) => syntaxProblems(part, 'text')))
  if (typeof node.value !== 'string') return []
  const parsed: Parsed<unknown> =
    as === 'text' || isWholeTemplate(node.value) ? parsedText(node) : parsedExpression(node)
  return parsed.kind === 'fault' ? [parsed.problem] : []
}

/** Ansible still accepts a condition in braces. */
const isWholeTemplate = (text: string): boolean => text.trimStart().startsWith('{{') && text.trimEnd().endsWith('}}')
