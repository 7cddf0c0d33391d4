/** Files of tasks that are imported or included. */
import { readFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import type { TaskListDocument } from '../documents/playbook-block.ts'
import { readTaskFile } from '../documents/task-file.ts'
import type { Diagnostic, Position } from '../model/document.ts'

export type TaskFile =
  | { readonly path: string; readonly list: TaskListDocument; readonly problems: readonly Diagnostic[] }
  | { readonly problem: Diagnostic }

export interface TaskFiles {
  /** Finds a file beside the one that names it, or beside the playbook; in a folder `tasks` there too. `at`: where it is named. */
  load(name: string, at: Position, playbook: string): TaskFile
}

const reasonOf = (path: string, code: string): string =>
  code === 'EISDIR' ? `${path} is a directory` : `${path} cannot be read (${code})`

/** Reads each file once. `types`: names of the task types. */
export const createTaskFiles = (types: readonly string[]): TaskFiles => {
  const known = new Map<string, Extract<TaskFile, { path: string }>>()
  const read = (path: string): Extract<TaskFile, { path: string }> => {
    const before = known.get(path)
    if (before !== undefined) return before
    const { value, problems } = readTaskFile(readFileSync(path, 'utf8'), path, types)
    const file = { path, list: value, problems }
    known.set(path, file)
    return file
  }
  return {
    load: (name, at, playbook) => {
      const directories = [...new Set([dirname(at.file), dirname(playbook)])]
      const paths = isAbsolute(name)
        ? [name]
        : [...directories.map((each) => join(each, name)), ...directories.map((each) => join(each, 'tasks', name))]
      for (const path of paths) {
        try {
          return read(path)
        } catch (cause) {
          const { code } = cause as NodeJS.ErrnoException
          if (code === undefined) throw cause
          if (code !== 'ENOENT' && code !== 'ENOTDIR')
            return { problem: { severity: 'error', summary: reasonOf(path, code), at, hint: 'name a file of tasks' } }
        }
      }
      const hint = `looked for ${paths.join(' and ')}`
      return { problem: { severity: 'error', summary: `there is no file of tasks "${name}"`, at, hint } }
    },
  }
}
