import { readFileSync } from 'node:fs'
import type { Diagnostic, Position } from '../model/document.ts'

/** One part of a host pattern: hosts to add, to keep only, or to take away. */
export interface PatternPart {
  readonly role: 'add' | 'keep' | 'take'
  /** Without its `&` or `!`. */
  readonly text: string
}

/**
 * Splits a host pattern as Ansible does: at commas if it has any; else at colons, unless the whole is one address or
 * host range; never inside brackets. `@FILE` stands for the patterns in that file, one a line.
 */
export const splitPattern = (
  pattern: string | readonly string[],
  at: Position | undefined,
  problems: Diagnostic[],
): readonly PatternPart[] => {
  const written = (typeof pattern === 'string' ? [pattern] : pattern).flatMap(splitText)
  if (written.length === 0) {
    const hint = 'write "all" for every host'
    problems.push({ severity: 'error', summary: 'the host pattern is empty', hint, ...(at && { at }) })
  }
  return [...new Set(written)].flatMap((text) =>
    text.startsWith('@') ? patternsIn(text.slice(1), at, problems) : [partOf(text)],
  )
}

const partOf = (text: string): PatternPart => {
  if (text.startsWith('!')) return { role: 'take', text: text.slice(1).trim() }
  return text.startsWith('&') ? { role: 'keep', text: text.slice(1).trim() } : { role: 'add', text }
}

const splitText = (text: string): readonly string[] => {
  const parts = text.includes(',')
    ? text.split(',')
    : isAddress(text.trim())
      ? [text]
      : (text.match(/(?:[^\s:[\]]|\[[^\]]*\])+/g) ?? [])
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** IPv6 addresses, also with ranges in them or an embedded IPv4 address; in brackets they may carry a port. */
const isAddress = (text: string): boolean => {
  const bare = /^[!&]?(?:\[(.+)\]:\d+|(.+))$/.exec(text)
  const address = (bare?.[1] ?? bare?.[2] ?? '').replace(/\[[\da-f]+:[\da-f]+(?::\d+)?\]/gi, '0')
  return /^[\da-f:.]+(?:%\w+)?$/i.test(address) && (address.includes('::') || address.split(':').length === 8)
}

const patternsIn = (file: string, at: Position | undefined, problems: Diagnostic[]): readonly PatternPart[] => {
  const refuse = (summary: string): readonly PatternPart[] => {
    const hint = '@FILE names a file with one pattern a line'
    problems.push({ severity: 'error', summary, hint, ...(at && { at }) })
    return []
  }
  if (file === '') return refuse('@ stands without a file')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return refuse(`the host pattern file '${file}' cannot be read (${code})`)
  }
  const lines = text.split('\n').map((line) => line.trim())
  const parts = lines.filter((line) => !line.startsWith('#')).flatMap((line) => splitText(line).map(partOf))
  // Nothing added would mean everybody: an empty list of hosts must not.
  return parts.length > 0 ? parts : refuse(`the host pattern file '${file}' holds no pattern`)
}
