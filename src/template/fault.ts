import type { Diagnostic, Position } from '../model/document.ts'

/**
 * Why an evaluation stopped. Thrown within this room only: render.ts turns it into a `Rendered`.
 * A fault gets its offset in the text from the expression around it, and its place from the node that holds the text.
 */
export type Stop = Fault | Waits

export interface Fault {
  readonly stop: 'fault'
  readonly summary: string
  readonly hint?: string
  /** Where in the template text. */
  readonly offset?: number
  readonly at?: Position
  /** The value is merely missing: `default` and `is defined` accept that. */
  readonly missing?: true
  /** It may stand within other text, where it leaves nothing behind. */
  readonly blank?: true
}

interface Waits {
  readonly stop: 'waits'
  readonly on: string
}

export const fault = (summary: string, hint?: string, offset?: number): Fault => ({
  stop: 'fault',
  summary,
  ...(hint === undefined ? {} : { hint }),
  ...(offset === undefined ? {} : { offset }),
})

export const isStop = (thrown: unknown): thrown is Stop =>
  typeof thrown === 'object' &&
  thrown !== null &&
  'stop' in thrown &&
  (thrown.stop === 'fault' || thrown.stop === 'waits')

export const isFault = (thrown: unknown): thrown is Fault => isStop(thrown) && thrown.stop === 'fault'

/** Rethrows; a fault that does not know its offset yet gets this one. */
export const rethrowAt = (thrown: unknown, offset: number): never => {
  if (isFault(thrown) && thrown.offset === undefined && thrown.at === undefined) throw { ...thrown, offset }
  throw thrown
}

export const diagnosticOf = ({ summary, hint, at }: Fault): Diagnostic => ({
  severity: 'error',
  summary,
  ...(at === undefined ? {} : { at }),
  ...(hint === undefined ? {} : { hint }),
})
