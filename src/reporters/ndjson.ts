import type { Reporter, RunEvent } from '../model/event.ts'

/** Where text goes: a stream's write, a file. */
export type Write = (text: string) => void

/** One JSON object a line, nothing else. */
export const createNdjson = (write: Write): Reporter => ({
  report: (event) => write(`${JSON.stringify(event)}\n`),
})

/** One object that holds all events, at the end. */
export const createJson = (write: Write): Reporter => {
  const events: RunEvent[] = []
  return {
    report: (event) => void events.push(event),
    finish: async () => write(`${JSON.stringify({ v: 1, events }, null, 2)}\n`),
  }
}
