/** `when`: all of its conditions must hold. */
import type { DocNode, Rendered, Scope, Value } from '../model/document.ts'
import { evaluate } from '../template/render.ts'

/** Does it hold, and if not, which condition does not? */
export type Verdict = { readonly holds: true } | { readonly holds: false; readonly because: string }

const yes: Rendered<Verdict> = { kind: 'value', value: { holds: true } }

const kindOf = (value: Value): string => {
  if (typeof value === 'string') return `the text "${value}"`
  if (typeof value === 'number') return `the number ${value}`
  return value === null ? 'none' : Array.isArray(value) ? 'a list' : 'a map'
}

/** As in ansible-core 2.19 only a boolean decides: text, also "false", would always be true, and nobody means it. */
const remedy = (source: string, value: Value): string => {
  if (typeof value === 'string') return `write \`${source} | bool\`, or compare it`
  if (typeof value === 'number') return `compare it: \`${source} > 0\``
  return value === null ? `compare it: \`(${source}) is not none\`` : `write \`${source} | length > 0\``
}

const judge = (node: DocNode, scope: Scope): Rendered<Verdict> => {
  const result = evaluate(node, scope)
  if (result.kind !== 'value') return result
  const source = node.kind === 'scalar' ? node.source.trim() : ''
  if (typeof result.value !== 'boolean')
    return {
      kind: 'problem',
      problem: {
        severity: 'error',
        summary: `the condition \`${source}\` is ${kindOf(result.value)}, neither true nor false`,
        at: node.at,
        hint: remedy(source, result.value),
      },
    }
  return result.value ? yes : { kind: 'value', value: { holds: false, because: `\`${source}\` is false` } }
}

/**
 * One condition that is false decides, also when one before it waits: all must hold. A problem behind a waiting
 * condition is none yet: the one that waits may guard it.
 */
export const judgeConditions = (conditions: readonly DocNode[], scope: Scope): Rendered<Verdict> => {
  let waits: Rendered<Verdict> | undefined
  for (const condition of conditions) {
    const result = judge(condition, scope)
    if (result.kind === 'value' && !result.value.holds) return result
    if (waits === undefined && result.kind === 'problem') return result
    if (result.kind === 'waits') waits ??= result
  }
  return waits ?? yes
}
