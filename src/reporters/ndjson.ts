import type { Reporter, RunEvent } from '../model/event.ts'

/** Where text goes: a stream's write, a file. */
export type Write = (text: string) => void

/** What JSON lets stand and a terminal would act on: DEL, C1 controls, marks that turn the direction of text. */
const unsafe = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

/** The same JSON value in characters that no terminal acts on. */
const asJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    unsafe,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )

/** One JSON object a line, nothing else. */
export const createNdjson = (write: Write): Reporter => ({
  report: (event) => write(`${asJson(event)}\n`),
})

/** One object that holds all events, at the end. */
export const createJson = (write: Write): Reporter => {
  const events: RunEvent[] = []
  return {
    report: (event) => void events.push(event),
    finish: async () => write(`${asJson({ v: 1, events }, 2)}\n`),
  }
}
