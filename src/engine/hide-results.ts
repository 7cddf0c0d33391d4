import type { Value } from '../model/document.ts'
import { isSecretName, textsIn } from '../secret.ts'
import type { Engine } from './engine.ts'
import type { ItemOutcome } from './outcome.ts'
import type { PlannedTask } from './round.ts'

/** Shorter texts of a hidden result are words like "ok" that say nothing. */
const shortest = 8

/**
 * What a task learned that no sink may show, also when a later task tells it: what it registers or sets under the name of
 * a secret, and what it said under no_log.
 */
export const hideResults = ({ task }: PlannedTask, outcomes: readonly ItemOutcome[], { hide }: Engine): void => {
  if (hide === undefined) return
  const whole = task.register !== undefined && isSecretName(task.register)
  for (const { fields = {} } of outcomes) {
    for (const [name, value] of Object.entries(fields)) {
      const facts = name === 'ansible_facts' && typeof value === 'object' && value !== null ? Object.entries(value) : []
      for (const [fact, set] of facts) if (isSecretName(fact)) hide(textsIn(set as Value))
      if (whole && /^std(?:out|err)/.test(name)) hide(textsIn(value))
      if (task.noLog && name !== 'rc') hide(textsIn(value).filter((text) => text.length >= shortest))
    }
  }
}
