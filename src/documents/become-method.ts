import type { BecomeMethod } from '../model/connection.ts'
import type { DocNode } from '../model/document.ts'
import { describe, mistake, type Report } from './playbook-fields.ts'

export const BECOME_METHODS: readonly BecomeMethod[] = ['sudo', 'doas']

/** Also under the long names that Ansible gives them. */
export const becomeMethodOf = (word: unknown): BecomeMethod | undefined => {
  const [, short] = /^(?:ansible\.builtin\.|ansible\.legacy\.|community\.general\.)?(\w+)$/.exec(String(word)) ?? []
  return BECOME_METHODS.find((method) => method === short)
}

/** For whoever names another. */
export const otherBecomeMethod = 'sudo and doas are; or log in as the user himself'

export const readBecomeMethod = (node: DocNode, what: string, report: Report): BecomeMethod | undefined => {
  const method = node.kind === 'scalar' ? becomeMethodOf(node.value) : undefined
  if (method === undefined) report(mistake(node.at, `\`${what}\` cannot be ${describe(node)}`, otherBecomeMethod))
  return method
}
