import { inspect } from 'node:util'
import type { SecretText } from './model/connection.ts'

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
