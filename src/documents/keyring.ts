/** The passwords of a run's vaults, and what was opened with them. */
import type { Checked, DocNode } from '../model/document.ts'
import { type Armor, decrypt, isVault, readArmor } from './vault.ts'

export interface VaultPassword {
  /** What 1.2 vaults call it; "default" where nobody said. */
  readonly label: string
  readonly password: string
}

/** `sealed`: nobody gave a password, and none is needed, for nothing will be run. */
export type Opened =
  | { readonly kind: 'text'; readonly text: string; readonly bytes?: Buffer }
  | { readonly kind: 'wrong'; readonly summary: string; readonly hint: string }
  | { readonly kind: 'sealed' }

export interface Keyring {
  /** What a vault's text holds; `what` is said of it in messages: "this file". Text that is no vault's is itself. */
  open(text: string, what: string): Opened
  /** The text of a file that may be a vault as a whole; a problem where it cannot be opened. */
  openFile(text: string, file: string): Checked<string | undefined>
  /** Marks a text as one that no sink may show. */
  hide(text: string): void
  /** Everything that was opened so far. It grows. */
  readonly hidden: Set<string>
  /** Files that stay sealed: what they would say is not known. */
  readonly sealed: ReadonlySet<string>
}

/**
 * @param passwords  in the order given; the one that a vault names is tried first
 * @param lint       without passwords vaults stay sealed, which is no mistake
 */
export const createKeyring = (passwords: readonly VaultPassword[], lint = false): Keyring => {
  const hidden = new Set<string>()
  const sealed = new Set<string>()
  const known = new Map<string, Buffer>()
  const open = (text: string, what: string): Opened => {
    if (!isVault(text)) return { kind: 'text', text }
    const found = known.get(text)
    if (found !== undefined) return { kind: 'text', text: found.toString('utf8'), bytes: found }
    if (passwords.length === 0) return lint ? { kind: 'sealed' } : unasked(what)
    const armor = readArmor(text)
    if ('wrong' in armor) return damaged(what, armor.wrong)
    const opened = attempt(armor, passwords)
    if (opened === undefined) return refused(what, armor, passwords)
    known.set(text, opened)
    return { kind: 'text', text: opened.toString('utf8'), bytes: opened }
  }
  const openFile = (text: string, file: string): Checked<string | undefined> => {
    const at = { file, line: 1, column: 1 }
    const opened = open(text, 'this file')
    if (opened.kind === 'text') return { value: opened.text, problems: [] }
    if (opened.kind === 'wrong') return { value: undefined, problems: [{ severity: 'error', at, ...pick(opened) }] }
    sealed.add(file)
    const summary = 'this vault is not opened, so what needs its values is not checked'
    const hint = 'give its password too, with --vault-password-file FILE or --ask-vault-pass'
    return { value: undefined, problems: [{ severity: 'warning', at, summary, hint }] }
  }
  const hide = (text: string): void => {
    for (const each of [text, text.trim()]) if (each !== '') hidden.add(each)
  }
  return { open, openFile, hide, hidden, sealed }
}

const pick = ({ summary, hint }: { readonly summary: string; readonly hint: string }) => ({ summary, hint })

/**
 * Reads a file that may be a vault as a whole. Whatever stands in a vault is a secret, each value for itself.
 */
export const readWithKeyring = <T extends DocNode>(
  { text, file }: { readonly text: string; readonly file: string },
  keyring: Keyring,
  parse: (text: string, file: string) => Checked<T | undefined>,
): Checked<T | undefined> => {
  const opened = keyring.openFile(text, file)
  if (opened.value === undefined) return { value: undefined, problems: opened.problems }
  const parsed = parse(opened.value, file)
  if (isVault(text) && parsed.value !== undefined) hideAll(parsed.value, keyring)
  return parsed
}

/** Every value in a node. */
export const hideAll = (node: DocNode, keyring: Keyring): void => {
  if (node.kind === 'list') for (const item of node.items) hideAll(item, keyring)
  else if (node.kind === 'map') for (const { value } of node.entries) hideAll(value, keyring)
  else if (typeof node.value === 'string' || typeof node.value === 'number') keyring.hide(String(node.value))
}

const attempt = (armor: Armor, passwords: readonly VaultPassword[]): Buffer | undefined => {
  const named = passwords.filter(({ label }) => label === armor.label)
  for (const { password } of new Set([...named, ...passwords])) {
    const bytes = decrypt(armor, password)
    if (bytes !== undefined) return bytes
  }
  return undefined
}

const unasked = (what: string): Opened => ({
  kind: 'wrong',
  summary: `${what} is encrypted with Ansible Vault, and no password was given`,
  hint: 'give --vault-password-file FILE, or --ask-vault-pass',
})

const damaged = (what: string, why: string): Opened => ({
  kind: 'wrong',
  summary: `${what} is no readable vault: ${why}`,
  hint: 'see whether `ansible-vault view` opens it',
})

const refused = (what: string, { label }: Armor, passwords: readonly VaultPassword[]): Opened => {
  const labels = [...new Set(passwords.map((one) => one.label))].join(', ')
  const wanted = label === undefined ? '' : ` of the vault id "${label}"`
  return {
    kind: 'wrong',
    summary: `${what} cannot be decrypted: no password given opens it (tried: ${labels})`,
    hint: `give the password${wanted} with --vault-id ${label ?? 'LABEL'}@FILE`,
  }
}
