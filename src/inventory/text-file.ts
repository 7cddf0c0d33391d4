import { isUtf8 } from 'node:buffer'
import { readFileSync, statSync } from 'node:fs'
import { maxBytes } from '../documents/yaml.ts'
import type { Diagnostic } from '../model/document.ts'

/** The text of a file, or why it is not read. */
type ReadText = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Diagnostic }

/**
 * Reads a file of hosts or variables: text in UTF-8, 4 MiB at most, which is told before it is read. Throws what the
 * file system throws. Synchronous: files are few, and each trip through the thread pool would cost more than reading.
 */
export const readTextFile = (file: string): ReadText => {
  const entry = statSync(file)
  const at = { file, line: 1, column: 1 }
  const refuse = (summary: string, hint: string, place = at): ReadText => ({
    ok: false,
    problem: { severity: 'error', summary, at: place, hint },
  })
  if (!entry.isFile() && !entry.isFIFO()) {
    return { ok: false, problem: { severity: 'error', summary: `${file} is no file`, hint: 'name a text file' } }
  }
  if (entry.size > maxBytes) return refuse('the file is larger than 4 MiB', 'divide it into several files')
  const bytes = readFileSync(file)
  const text = bytes.toString('utf8')
  if (bytes.includes(0)) return refuse('this file is not text: it holds zero bytes', 'save it as text in UTF-8')
  if (isUtf8(bytes)) return { ok: true, text }
  const before = text.slice(0, text.indexOf('\uFFFD')).split('\n')
  const place = { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  return refuse('this file is not text in UTF-8', 'save it as UTF-8', place)
}
