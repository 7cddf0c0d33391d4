/** A file of tasks, as `import_tasks` and `include_tasks` name it. */
import type { Checked, Diagnostic } from '../model/document.ts'
import { before } from './broken-yaml.ts'
import { type Reading, readTaskList, type TaskListDocument } from './playbook-block.ts'
import { describe, isNothing, mistake } from './playbook-fields.ts'
import { parseYaml } from './yaml.ts'

/** Reads a list of tasks; everything that is wrong is in the problems. `types`: names of the task types. */
export const readTaskFile = (text: string, file: string, types: readonly string[]): Checked<TaskListDocument> => {
  const parsed = parseYaml(text, file, 'playbook')
  const problems: Diagnostic[] = [...parsed.problems]
  const reading: Reading = { types, report: (problem) => problems.push(problem) }
  const root = parsed.value
  if (parsed.broken !== undefined) {
    const found: Diagnostic[] = []
    if (root?.kind === 'list') readTaskList(root, 'tasks', { types, report: (problem) => found.push(problem) })
    return { value: [], problems: [...problems, ...before(found, parsed.broken)] }
  }
  if (root === undefined || isNothing(root)) return { value: [], problems }
  if (root.kind === 'list') return { value: readTaskList(root, 'tasks', reading), problems }
  reading.report(mistake(root.at, `a file of tasks is a list of them, not ${describe(root)}`, 'begin each with `- `'))
  return { value: [], problems }
}
