import type { Diagnostic } from '../model/document.ts'

const most = 100

/** Of very many mistakes in one file the first hundred, errors before warnings, and how many more there are. */
export const firstProblems = (problems: readonly Diagnostic[], file: string): readonly Diagnostic[] => {
  if (problems.length <= most) return problems
  const errors = problems.filter(({ severity }) => severity === 'error')
  const warnings = problems.filter(({ severity }) => severity === 'warning')
  const told = [...errors, ...warnings].slice(0, most)
  const severity = errors.length > most ? 'error' : 'warning'
  const rest = { severity, summary: `${file} has ${problems.length - most} more of them`, hint: 'mend the first ones' }
  return [...told, rest as Diagnostic]
}
