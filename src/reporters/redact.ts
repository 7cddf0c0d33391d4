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

/** Replaces secret values in a text. The set may grow in the meantime. */
export const redactText = (secrets: ReadonlySet<string>): ((text: string) => string) => {
  let hidden: readonly string[] = []
  let seen = -1
  return (text) => {
    if (secrets.size !== seen) {
      seen = secrets.size
      // The longer first: one may be a part of another.
      hidden = [...secrets].filter((secret) => secret.length >= shortest).sort((a, b) => b.length - a.length)
    }
    return hidden.reduce((rest, secret) => rest.replaceAll(secret, '***'), text)
  }
}

/** Replaces secret values in the free text of an event, also inside other text. */
export const createRedactor = (secrets: ReadonlySet<string>): ((event: RunEvent) => RunEvent) => {
  const clean = redactText(secrets)
  const redact = (value: unknown): unknown => {
    if (typeof value === 'string') return clean(value)
    if (Array.isArray(value)) return value.map(redact)
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [clean(key), redact(inner)]))
    return value
  }
  return (event) =>
    secrets.size === 0
      ? event
      : (Object.fromEntries(
          Object.entries(event).map(([key, value]) => [key, free.has(key) ? redact(value) : value]),
        ) as unknown as RunEvent)
}
