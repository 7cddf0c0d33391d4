import type { CommandResult, Facts, Reading, Source } from '../model/task-type.ts'

/** A plan asked for something that has not been read: the engine reads it and plans anew. */
export class NotRead extends Error {
  readonly reading: Reading<unknown>
  constructor(reading: Reading<unknown>) {
    super(`not read: ${reading.key}`)
    this.reading = reading
  }
}

/** What is known of one host, as read by one identity, with predictions laid over it. */
export interface FactBook {
  has(source: Source): boolean
  learn(source: Source, result: CommandResult): void
  /** Facts under these predictions (reading key → value). Parsing happens once, and only when asked. */
  under(predicted: ReadonlyMap<string, unknown>): Facts
}

/**
 * Hosts of a fleet mostly say the same: what came of the last answer to a reading is given again where the answer is the
 * same to the letter. Values do not change, and equal keys mean equal readings.
 */
const lastParsed = new Map<string, { readonly answer: CommandResult; readonly value: unknown }>()

const parseOnce = (reading: Reading<unknown>, answer: CommandResult): unknown => {
  const last = lastParsed.get(reading.key)
  if (last !== undefined && sameAnswer(last.answer, answer)) return last.value
  const value = reading.parse(answer)
  lastParsed.set(reading.key, { answer, value })
  return value
}

const sameAnswer = (one: CommandResult, other: CommandResult): boolean =>
  one.exitCode === other.exitCode && one.stdout === other.stdout && one.stderr === other.stderr

export const createFactBook = (): FactBook => {
  const results = new Map<string, CommandResult>()
  const parsed = new Map<string, unknown>()
  const read = (reading: Reading<unknown>): unknown => {
    if (parsed.has(reading.key)) return parsed.get(reading.key)
    const result = results.get(reading.source.key)
    if (result === undefined) throw new NotRead(reading)
    const value = parseOnce(reading, result)
    parsed.set(reading.key, value)
    return value
  }
  return {
    has: (source) => results.has(source.key),
    learn: (source, result) => void results.set(source.key, result),
    under: (predicted) => ({
      of: <T>(reading: Reading<T>): T =>
        (predicted.has(reading.key) ? predicted.get(reading.key) : read(reading as Reading<unknown>)) as T,
    }),
  }
}
