import { redactText } from '../reporters/redact.ts'

type Journal = (entry: object) => Promise<void>

/** The bytes of a file that is put back, as a text to look for secrets in. */
const shown = (undo: unknown): string =>
  JSON.stringify(undo, (key, value) =>
    key === 'content' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  )

/**
 * A journal without secrets. An undo that holds one is left out whole: half of it would put a wrong file back. Every other
 * text has them replaced.
 */
export const cleanJournal = (hidden: ReadonlySet<string>, journal: Journal): Journal => {
  const clean = redactText(hidden)
  const walk = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value)
    if (Array.isArray(value)) return value.map(walk)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, key === 'undo' ? kept(inner) : walk(inner)]),
    )
  }
  const kept = (undo: unknown): unknown => {
    const text = shown(undo)
    return clean(text) === text ? undo : 'not kept: it holds a secret'
  }
  return (entry) => journal(hidden.size === 0 ? entry : (walk(entry) as object))
}
