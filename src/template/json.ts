import type { Value } from '../model/document.ts'
import { fault } from './fault.ts'
import { mapOf } from './values.ts'

const plain = (value: unknown): Value => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null)
    return mapOf(Object.entries(value).map(([key, item]) => [key, plain(item)]))
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

/** JSON text as a value whose maps have no prototype. */
export const parseJson = (text: string): Value => {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    throw fault(`this is not valid JSON: ${error instanceof Error ? error.message.toLowerCase() : 'unknown'}`)
  }
  return plain(parsed)
}
