import type { Change, CommandResult, Facts, Plan, Prediction, Reading } from '../src/model/task-type.ts'

/** What a host answered, by the key of the source. */
export type Outputs = ReadonlyMap<string, CommandResult>

export const answered = (stdout: string): CommandResult => ({ exitCode: 0, stdout, stderr: '' })
const nothing: CommandResult = { exitCode: 127, stdout: '', stderr: '' }

/** Facts as the engine gives them: what was read, with predictions laid over it. A source without output was not there. */
export const factsFrom = (outputs: Outputs, predictions: readonly Prediction[] = []): Facts => {
  const laid = new Map(predictions.map(({ reading, value }) => [reading.key, value]))
  return {
    of: <T>(reading: Reading<T>): T =>
      laid.has(reading.key) ? (laid.get(reading.key) as T) : reading.parse(outputs.get(reading.source.key) ?? nothing),
  }
}

export const changesOf = (plan: Plan): readonly Change[] => {
  if (plan.kind !== 'changes') throw new Error(`not changes: ${JSON.stringify(plan)}`)
  return plan.changes
}

/** The facts after a plan was carried out as it foretells. */
export const afterPlan = (outputs: Outputs, plan: Plan): Facts =>
  factsFrom(
    outputs,
    changesOf(plan).flatMap(({ leaves }) => leaves),
  )

export const setting = (groups: readonly string[] = []) => ({
  host: 'h1',
  groups,
  lasting: [],
  files: new Map<string, Uint8Array>(),
})
