import type { Diagnostic } from '../model/document.ts'
import type { Dialect } from './dialect.ts'
import { positionAt, type SourceText } from './position.ts'

// YAML allows tab, line feed and carriage return of the control characters. What is decoded leaves U+FFFD for what is no UTF-8.
const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/

/** The first character that no text holds. Data may come from a host, where replaced bytes are no mistake of a file. */
export const notText = (source: SourceText, dialect: Dialect): Diagnostic | undefined => {
  const decoded = dialect === 'playbook' ? source.text.indexOf('\uFFFD') : -1
  const odd = control.exec(source.text)?.index ?? -1
  if (decoded < 0 && odd < 0) return undefined
  const first = decoded < 0 ? odd : odd < 0 ? decoded : Math.min(decoded, odd)
  const code = source.text.charCodeAt(first).toString(16).toUpperCase().padStart(4, '0')
  return {
    severity: 'error',
    summary: first === decoded ? 'this file is not text in UTF-8' : `a text cannot hold the character U+${code}`,
    at: positionAt(source, first),
    hint: 'save the file as text, in UTF-8',
  }
}
