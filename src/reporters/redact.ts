import type { RunEvent } from '../model/event.ts'
import { formsOf } from './secret-forms.ts'

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
  'tasks',
  'play',
  'resume',
  'owner',
  'why',
])

/** By their first characters: a text is looked through once, however many secrets there are. */
type Index = Map<string, string[]>
/** No form is shorter (see formsOf). */
const start = 4

const add = (index: Index, secrets: Iterable<string>): void => {
  const changed = new Set<string[]>()
  for (const form of new Set([...secrets].flatMap(formsOf))) {
    const key = form.slice(0, start)
    const bucket = index.get(key) ?? []
    bucket.push(form)
    index.set(key, bucket)
    changed.add(bucket)
  }
  // The longer first: one may be the beginning of another.
  for (const bucket of changed) bucket.sort((a, b) => b.length - a.length)
}

/** What of the text is secret is replaced, also where two secrets overlap. */
const replaceIn = (text: string, index: Index): string => {
  let shown = ''
  let from = 0
  let end = 0
  for (let at = 0; at + start <= text.length; at++) {
    const found = index.get(text.slice(at, at + start))?.find((form) => text.startsWith(form, at))
    if (found === undefined) continue
    if (at >= end) {
      shown += `${text.slice(from, at)}***`
      from = end = at
    }
    end = Math.max(end, at + found.length)
    from = end
  }
  return shown + text.slice(from)
}

/** Replaces secret values in a text, in their encoded forms too. The set may grow in the meantime. */
export const redactText = (secrets: ReadonlySet<string>): ((text: string) => string) => {
  const index: Index = new Map()
  const known = new Set<string>()
  return (text) => {
    if (known.size !== secrets.size) {
      const fresh = [...secrets].filter((secret) => !known.has(secret))
      for (const secret of fresh) known.add(secret)
      add(index, fresh)
    }
    return index.size === 0 ? text : replaceIn(text, index)
  }
}

/** Whether a text holds a secret value, in an encoded form too. */
export const secretIn = (secrets: ReadonlySet<string>): ((text: string) => boolean) => {
  const clean = redactText(secrets)
  return (text) => secrets.size > 0 && clean(text) !== text
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
