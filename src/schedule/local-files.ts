/** Local files that arguments name, such as `src` of `copy`. */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import type { Keyring } from '../documents/keyring.ts'
import { isVault } from '../documents/vault.ts'
import type { Play } from '../model/schedule.ts'
import type { Locate } from './scope.ts'

export interface LocalFiles {
  readonly locate: Locate
  /** By absolute path, and by the name that was given. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

type Read = { readonly content: Uint8Array } | { readonly why: string | undefined }

/** A file that is a vault as a whole arrives opened, as in Ansible. */
const read = (path: string, keyring: Keyring): Read => {
  try {
    return plainOf(readFileSync(path), keyring)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { why: undefined }
    return { why: code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})` }
  }
}

const plainOf = (content: Buffer, keyring: Keyring): Read => {
  const text = content.toString('latin1')
  if (!isVault(text)) return { content }
  const opened = keyring.open(text, 'it')
  // What lint does not know it does not judge: the vault's own text will do.
  if (opened.kind === 'sealed') return { content }
  if (opened.kind === 'wrong') return { why: `: ${opened.summary}` }
  keyring.hide(opened.text)
  return { content: opened.bytes ?? content }
}

/** A name is looked up beside the playbook: first under `files/` or `templates/`, then as it is. */
const candidates = (play: Play, name: string, folder: string): readonly string[] => {
  if (isAbsolute(name)) return [name]
  const directory = dirname(play.at.file)
  return [join(directory, folder, name), join(directory, name)]
}

/** Reads each file once, when it is first asked for. */
export const createLocalFiles = (keyring: Keyring): LocalFiles => {
  const files = new Map<string, Uint8Array>()
  const answers = new Map<string, ReturnType<Locate>>()
  const find = (play: Play, name: string, folder: string): ReturnType<Locate> => {
    const paths = candidates(play, name, folder)
    for (const path of paths) {
      const result = read(path, keyring)
      if ('why' in result) {
        if (result.why !== undefined) return { missing: `the local file ${path} ${result.why}`, hint: 'name a file' }
        continue
      }
      const absolute = resolve(path)
      files.set(absolute, result.content)
      if (!files.has(name)) files.set(name, result.content)
      return { path: absolute, content: result.content }
    }
    return { missing: `there is no local file "${name}"`, hint: `looked for ${paths.join(' and ')}` }
  }
  return {
    files,
    locate: (play, name, folder) => {
      const key = `${dirname(play.at.file)}\0${folder}\0${name}`
      const answer = answers.get(key) ?? find(play, name, folder)
      answers.set(key, answer)
      return answer
    },
  }
}
