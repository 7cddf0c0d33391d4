/** Handlers by the names that `notify` uses. */
import { textOf } from '../documents/playbook-fields.ts'
import type { Diagnostic, ScalarNode } from '../model/document.ts'
import type { Task } from '../model/schedule.ts'
import { nearest } from '../nearest.ts'

/** Is this handler called by this name? */
export const answersTo = ({ name, listen }: Task, notified: string): boolean =>
  name === notified || listen.includes(notified)

/** Handlers that are notified and not there. A name that is a template is known on a host only. */
export const unknownHandlers = (notified: readonly ScalarNode[], handlers: readonly Task[]): readonly Diagnostic[] => {
  const known = [...new Set(handlers.flatMap(({ name, listen }) => [name, ...listen]))]
  return notified
    .filter((name) => !known.includes(textOf(name)))
    .map((name) => {
      const near = nearest(textOf(name), known)
      const others =
        known.length === 0
          ? 'this play has no handlers; add `handlers:`'
          : `its handlers are ${known.map((each) => `"${each}"`).join(', ')}`
      return {
        severity: 'error',
        summary: `this play has no handler "${textOf(name)}"`,
        at: name.at,
        hint: near === undefined ? others : `did you mean "${near}"?`,
      }
    })
}
