/** Playbook files, found and read. */
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { type PlayDocument, readPlaybook } from '../documents/playbook.ts'
import { mistake, textOf } from '../documents/playbook-fields.ts'
import type { ImportedPlaybook } from '../documents/playbook-import.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { circle } from './build-tasks.ts'

export interface PlaybookDocument {
  /** As it was found: `playbooks/site.yml`. */
  readonly file: string
  /** Those of imported playbooks in their place. */
  readonly plays: readonly LocatedPlay[]
}

export interface LocatedPlay {
  readonly document: PlayDocument
  /** The playbook that it stands in. */
  readonly file: string
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
    : {
        severity: 'error',
        summary: `the playbook ${path} cannot be read (${code})`,
        hint: 'look at its owner and mode',
      }

/** What an import lays on each of its plays; its variables win over theirs, as in Ansible. */
const laidOn = ({ document, file }: LocatedPlay, { when, tags, vars }: ImportedPlaybook): LocatedPlay => ({
  file,
  document: {
    ...document,
    when: [...when, ...document.when],
    tags: [...new Set([...tags, ...document.tags])],
    ...(vars === undefined ? {} : { vars: { ...vars, entries: [...(document.vars?.entries ?? []), ...vars.entries] } }),
  },
})

const readImported = async (
  imported: ImportedPlaybook,
  from: string,
  types: readonly string[],
  chain: readonly string[],
): Promise<Checked<readonly LocatedPlay[]>> => {
  if (imported.file === undefined) return { value: [], problems: [] }
  const { at } = imported.file
  const name = textOf(imported.file)
  const path = isAbsolute(name) ? name : join(dirname(from), name)
  if (chain.includes(path)) return { value: [], problems: [mistake(at, circle([...chain, path]), 'break the circle')] }
  const read = await readAt(path, types, [...chain, path])
  if (read === undefined)
    return { value: [], problems: [mistake(at, `there is no playbook ${name}`, `looked for ${path}`)] }
  const problems = read.problems.map((problem) => (problem.at === undefined ? { ...problem, at } : problem))
  return { value: (read.value?.plays ?? []).map((play) => laidOn(play, imported)), problems }
}

/** Nothing, when there is no such file. */
const readAt = async (
  path: string,
  types: readonly string[],
  chain: readonly string[],
): Promise<Checked<PlaybookDocument | undefined> | undefined> => {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    return { value: undefined, problems: [unreadable(path, code)] }
  }
  const { value: items, problems: found } = readPlaybook(text, path, types)
  const plays: LocatedPlay[] = []
  const problems: Diagnostic[] = [...found]
  for (const item of items) {
    if (item.kind === 'play') plays.push({ document: item, file: path })
    else {
      const imported = await readImported(item, path, types, chain)
      plays.push(...imported.value)
      problems.push(...imported.problems)
    }
  }
  return { value: { file: path, plays }, problems }
}

/**
 * Reads a playbook, with those that it imports: the file of this name, else the one under `playbooks/`.
 * @param types  the names of the task types
 */
export const loadPlaybook = async (
  name: string,
  types: readonly string[],
): Promise<Checked<PlaybookDocument | undefined>> => {
  const paths = isAbsolute(name) ? [name] : [name, join(folder, name)]
  for (const path of paths) {
    const read = await readAt(path, types, [path])
    if (read !== undefined) return read
  }
  return { value: undefined, problems: [await missing(name, paths)] }
}
