import { becomeMethodOf, otherBecomeMethod } from '../documents/become-method.ts'
import type { BecomeMethod } from '../model/connection.ts'
import type { Diagnostic, Value } from '../model/document.ts'
import { Secret } from '../secret.ts'

/** What the inventory says of who acts on a host. */
export interface Become {
  readonly become: boolean | undefined
  readonly user: string | undefined
  readonly method: BecomeMethod | undefined
  readonly password: Secret | undefined
}

/** What else Ansible lets an inventory say of sudo, and what of it says nothing new. */
const UNCHANGED: readonly (readonly [name: string, usual: RegExp])[] = [
  ['ansible_become_exe', /^(|sudo|doas)$/],
  ['ansible_become_flags', /^(-[HSn]+\s*)*$/],
]

export const readBecome = (host: string, read: (name: string) => Value | undefined, problems: Diagnostic[]): Become => {
  const become = read('ansible_become')
  const user = read('ansible_become_user')
  const password = read('ansible_become_password') ?? read('ansible_become_pass')
  const named = read('ansible_become_method')
  const method = named === undefined ? undefined : becomeMethodOf(named)
  const error = (summary: string, hint: string) => void problems.push({ severity: 'error', summary, hint })
  if (named !== undefined && method === undefined)
    error(`${host}: ansible_become_method ${String(named)} is not supported`, otherBecomeMethod)
  for (const [name, usual] of UNCHANGED) {
    const value = read(name)
    if (value === undefined || value === null || usual.test(String(value))) continue
    error(
      `${host}: ${name} ${JSON.stringify(value)} is not supported`,
      'remove it: sudo and doas are called as they need to be',
    )
  }
  const truth = become === undefined ? undefined : truthOf(become)
  if (become !== undefined && truth === undefined)
    error(`${host}: ansible_become must be true or false, not ${JSON.stringify(become)}`, 'write yes or no')
  return {
    become: truth,
    user: user === undefined ? undefined : String(user),
    method,
    password: password === undefined ? undefined : new Secret(String(password)),
  }
}

/** As Ansible reads a switch: in INI `ansible_become=yes` is a text. */
const truthOf = (value: Value): boolean | undefined => {
  const word = String(value).toLowerCase()
  if (['true', 'yes', 'on', 'y', 't', '1'].includes(word)) return true
  return ['false', 'no', 'off', 'n', 'f', '0'].includes(word) ? false : undefined
}
