/** A file of tasks, as `import_tasks` and `include_tasks` name it. */
import type { Checked, Diagnostic } from '../model/document.ts'
import { type Reading, readTaskList, type TaskListDocument } from './playbook-block.ts'
import { describe, isNothing, mistake } from './playbook-fields.ts'
import { parseYaml } from './yaml.ts'

/** Reads a list of tasks; everything that is wrong is in the problems. `types`: names of the task types. */
export const readTaskFile = (text: string, file: string, types: readonly string[]): Checked<TaskListDocument> => {
  const parsed = parseYaml(text, file, 'playbook')
  const problems: Diagnostic[] = [...parsed.problems]
  const reading: Reading = { types, report: (problem) => problems.push(problem) }
  const root = parsed.value
  if (root === undefined || isNothing(root)) return { value: [], problems }
  if (root.kind === 'list') return { value: readTaskList(root, 'tasks', reading), problems }
  reading.report(mistake(root.at, `a file of tasks is a list of them, not ${describe(root)}`, 'begin each with `- `'))
  return { value: [], problems }
}
