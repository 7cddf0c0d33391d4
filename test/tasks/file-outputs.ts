import fc from 'fast-check'
import type { Outputs } from '../host-facts.ts'
import { answered } from '../host-facts.ts'

/** What the reading of files prints for one thing at a path, below its number. */
export const printed = {
  absent: 'absent\n',
  orphan: 'orphan\n',
  unreadable: 'unreadable\n',
  directory: 'other directory\n',
  link: (to: string): string => `link ${to} \n`,
  file: (content: string | Uint8Array, attributes = '644 0 0 root root'): string => {
    const bytes = Buffer.from(content)
    return `file ${bytes.length} ${attributes}\n${bytes.length > 0 ? `${bytes.toString('base64')}\n` : ''}`
  },
}

export const printedFiles = (sections: readonly string[]): string =>
  sections.map((section, index) => `@${index} ${section}`).join('')

/** The answer of one source with these sections. */
export const filesOutput = (key: string, sections: readonly string[]): Outputs =>
  new Map([[key, answered(printedFiles(sections))]])

export const attributes = fc.constantFrom('644 0 0 root root', '600 33 33 www www', '4755 4711 4712 UNKNOWN UNKNOWN')
