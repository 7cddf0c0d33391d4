import { inspect } from 'node:util'
import type { SecretText } from './model/connection.ts'
import type { Value } from './model/document.ts'

/** Prints as *** in every sink: templates, JSON, inspection. Only the transport calls `reveal`. */
export class Secret implements SecretText {
  readonly #text: string
  constructor(text: string) {
    this.#text = text
  }
  reveal(): string {
    return this.#text
  }
  toString(): string {
    return '***'
  }
  toJSON(): string {
    return '***'
  }
  [inspect.custom](): string {
    return '***'
  }
}

/** Does the name of a variable, a key or an environment variable say that its value is a secret? */
export const isSecretName = (name: string): boolean =>
  /(?:^|[_-])(?:password|passwd|passphrase|pass|token|secret|api_?key)$/i.test(name)

/** Every text and number in a value. */
export const textsIn = (value: Value): readonly string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value === 'number') return [String(value)]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}
