/** Playbook files, found and read. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { type PlayDocument, readPlaybook } from '../documents/playbook.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import { nearest } from '../nearest.ts'

export interface PlaybookDocument {
  /** As it was found: `playbooks/site.yml`. */
  readonly file: string
  readonly plays: readonly PlayDocument[]
}

const folder = 'playbooks'

const namesIn = async (path: string): Promise<readonly string[]> => {
  try {
    return (await readdir(path)).filter((name) => /\.ya?ml$/.test(name))
  } catch {
    return []
  }
}

const missing = async (name: string, looked: readonly string[]): Promise<Diagnostic> => {
  const known = [...(await namesIn('.')), ...(await namesIn(folder))]
  const near = nearest(basename(name), known)
  const hint = near === undefined ? `looked for ${looked.join(' and ')}` : `did you mean ${near}?`
  return { severity: 'error', summary: `there is no playbook ${name}`, hint }
}

const unreadable = (path: string, code: string | undefined): Diagnostic =>
  code === 'EISDIR'
    ? { severity: 'error', summary: `${path} is a directory`, hint: 'name a playbook in it' }
    : { severity: 'error', summary: `the playbook ${path} cannot be read (${code})` }

/**
 * Reads a playbook: the file of this name, else the one under `playbooks/`.
 * @param types  the names of the task types
 */
export const loadPlaybook = async (
  name: string,
  types: readonly string[],
): Promise<Checked<PlaybookDocument | undefined>> => {
  const paths = isAbsolute(name) ? [name] : [name, join(folder, name)]
  for (const path of paths) {
    try {
      const { value, problems } = readPlaybook(await readFile(path, 'utf8'), path, types)
      return { value: { file: path, plays: value }, problems }
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === undefined) throw cause
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return { value: undefined, problems: [unreadable(path, code)] }
    }
  }
  return { value: undefined, problems: [await missing(name, paths)] }
}
