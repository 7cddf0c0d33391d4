import type { RunEvent } from '../model/event.ts'

/** Shorter ones would take ordinary text with them. */
const shortest = 4

/** Fields that hold text of people and hosts. The others are our own words and names, by which readers sort events. */
const free = new Set([
  'reason',
  'hint',
  'differences',
  'result',
  'notes',
  'text',
  'item',
  'task',
  'resume',
  'owner',
  'why',
])

/** Replaces secret values in the free text of an event, also inside other text. */
export const createRedactor = (secrets: readonly string[]): ((event: RunEvent) => RunEvent) => {
  const hidden = secrets.filter((secret) => secret.length >= shortest)
  if (hidden.length === 0) return (event) => event
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return hidden.reduce((text, secret) => text.replaceAll(secret, '***'), value)
    if (Array.isArray(value)) return value.map(redact)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [redact(key), redact(inner)]))
    return value
  }
  return (event) =>
    Object.fromEntries(
      Object.entries(event).map(([key, value]) => [key, free.has(key) ? redact(value) : value]),
    ) as unknown as RunEvent
}
