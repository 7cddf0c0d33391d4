/** What templates find beyond variables: the environment of this process, files beside the playbook, what vaults hold. */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Keyring } from '../documents/keyring.ts'
import { isVault } from '../documents/vault.ts'
import type { Binding } from '../model/document.ts'
import { lookupOf } from '../template/lookups.ts'

const bound = (value: string | null): Binding => ({ kind: 'value', value })

/** The text of a file, or null when there is none. */
const read = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** A file may be a vault as a whole. */
const revealed = (text: string | null, keyring: Keyring): Binding =>
  text !== null && isVault(text) ? opened(text, 'the file', keyring) : bound(text)

const opened = (text: string, what: string, keyring: Keyring): Binding => {
  const result = keyring.open(text, what)
  if (result.kind === 'sealed') return { kind: 'pending', why: 'a vault' }
  if (result.kind === 'wrong') return { kind: 'value', value: { summary: result.summary, hint: result.hint } }
  keyring.hide(result.text)
  return bound(result.text)
}

/** Where Ansible looks for a file that a play of this playbook names. */
const placesOf = (name: string, playbook: string | undefined): readonly string[] => {
  if (isAbsolute(name)) return [name]
  const directory = playbook === undefined ? '.' : dirname(playbook)
  return [join(directory, 'files', name), join(directory, name)].map((path) => resolve(path))
}

/** What a name of `lookupName` is bound to, for a play of this playbook; other names are nobody's. */
export type Lookups = (name: string, playbook: string | undefined) => Binding | undefined

/** Each file is read once a run, so that all hosts see the same. */
export const createLookups = (keyring: Keyring): Lookups => {
  const files = new Map<string, Binding>()
  const file = (path: string): Binding => {
    const known = files.get(path) ?? revealed(read(path), keyring)
    files.set(path, known)
    return known
  }
  return (name, playbook) => {
    const wanted = lookupOf(name)
    if (wanted === undefined) return undefined
    if (wanted.plugin === 'vault') return opened(wanted.term, 'this value', keyring)
    if (wanted.plugin === 'env') return bound(process.env[wanted.term] ?? null)
    const found = placesOf(wanted.term, playbook).map(file)
    return found.find((each) => each.kind === 'value' && each.value !== null) ?? bound(null)
  }
}
