/** What `lookup` finds in a template: variables of this process's environment and files beside the playbook. */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
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

/** Where Ansible looks for a file that a play of this playbook names. */
const placesOf = (name: string, playbook: string | undefined): readonly string[] => {
  if (isAbsolute(name)) return [name]
  const directory = playbook === undefined ? '.' : dirname(playbook)
  return [join(directory, 'files', name), join(directory, name)].map((path) => resolve(path))
}

/**
 * Binds the names of `lookupName`; other names are nobody's. Each file is read once a run, so that all hosts see the same.
 * @param playbook  file of the play that asks
 */
export const createLookups = (): ((name: string, playbook: string | undefined) => Binding | undefined) => {
  const files = new Map<string, Binding>()
  const file = (path: string): Binding => {
    const known = files.get(path) ?? bound(read(path))
    files.set(path, known)
    return known
  }
  return (name, playbook) => {
    const wanted = lookupOf(name)
    if (wanted === undefined) return undefined
    if (wanted.plugin === 'env') return bound(process.env[wanted.term] ?? null)
    const found = placesOf(wanted.term, playbook).map(file)
    return found.find((each) => each.kind === 'value' && each.value !== null) ?? bound(null)
  }
}
