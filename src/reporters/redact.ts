import type { RunEvent } from '../model/event.ts'

/** Shorter ones would take ordinary text with them. */
const shortest = 4

/** Replaces secret values in every text of an event, also inside other text. */
export const createRedactor = (secrets: readonly string[]): ((event: RunEvent) => RunEvent) => {
  const hidden = secrets.filter((secret) => secret.length >= shortest)
  if (hidden.length === 0) return (event) => event
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return hidden.reduce((text, secret) => text.replaceAll(secret, '***'), value)
    if (Array.isArray(value)) return value.map(redact)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner)]))
    return value
  }
  return (event) => redact(event) as RunEvent
}
