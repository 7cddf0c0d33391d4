/** `when`: all of its conditions must hold. */
import type { DocNode, Rendered, Scope } from '../model/document.ts'
import { evaluate, isTrue } from '../template/render.ts'

/** Does it hold, and if not, which condition does not? */
export type Verdict = { readonly holds: true } | { readonly holds: false; readonly because: string }

const yes: Rendered<Verdict> = { kind: 'value', value: { holds: true } }

const judge = (node: DocNode, scope: Scope): Rendered<Verdict> => {
  const result = evaluate(node, scope)
  if (result.kind !== 'value') return result
  const source = node.kind === 'scalar' ? node.source.trim() : ''
  // Text is always true to the language, also "false": it comes from --extra-vars k=v, and nobody means it.
  if (typeof result.value === 'string')
    return {
      kind: 'problem',
      problem: {
        severity: 'error',
        summary: `the condition \`${source}\` is the text "${result.value}", neither true nor false`,
        at: node.at,
        hint: `write \`${source} | bool\`, or compare it`,
      },
    }
  return isTrue(result.value) ? yes : { kind: 'value', value: { holds: false, because: `\`${source}\` is false` } }
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
