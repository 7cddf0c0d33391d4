import type { Target } from '../model/connection.ts'
import { moreThanPassword, refusedElsewhere, SECOND_FACTOR, wrongLoginPassword } from './auth-words.ts'
import type { Failure } from './failure.ts'
import type { KeyStore } from './keys.ts'
import type { Answer } from './openssh-master.ts'
import type { Pass, PasswordGate } from './password-gate.ts'

/** What `ssh` is answered for one host, and what came of its password. */
export interface Answers {
  readonly answer: Answer
  /** The login's outcome, with what the password has to do with it. */
  settle<T extends { readonly kind: 'in' } | Failure>(outcome: T): T | Failure
}

/** Passphrases of keys that were opened before the run, and the password, once. */
export const createAnswers = (target: Target, keys: KeyStore, logins: PasswordGate): Answers => {
  let pass: Pass | undefined
  let given: string | undefined
  const answer: Answer = async (question) => {
    const file = /passphrase for key '?(.+?)'?: ?$/.exec(question)?.[1]
    if (file !== undefined) return keys.passphraseOf(file) ?? ''
    if (question === given) return wrongLoginPassword(target)
    if (target.password === undefined || given !== undefined || SECOND_FACTOR.test(question))
      return moreThanPassword(target, [question])
    const password = target.password.reveal()
    const entered = await logins.enter(`${target.user}\0${password}`)
    if ('refusedOn' in entered) return refusedElsewhere(target, entered.refusedOn)
    pass = entered
    given = question
    return password
  }
  return {
    answer,
    settle: (outcome) => {
      const held = pass
      pass = undefined
      if (held === undefined) return outcome
      const refused = outcome.kind === 'failed' && /accepts no key|wrong login password/.test(outcome.reason)
      held.settle(outcome.kind === 'in' ? 'accepted' : refused ? 'refused' : 'unknown', target.host)
      return refused ? wrongLoginPassword(target) : outcome
    },
  }
}
