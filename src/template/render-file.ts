/** Whole template files, as Ansible's `template` renders them. */
import type { Diagnostic, Position, Rendered, ScalarNode, Scope } from '../model/document.ts'
import { diagnosticOf, fault } from './fault.ts'
import { type Parsed, parsedText } from './parsed.ts'
import { evaluationOf, located, newWork, printing, withLineEnds } from './rendering.ts'
import { settle } from './settle.ts'
import { type Blanks, isTemplate, usualReading } from './split-text.ts'
import type { Part } from './syntax.ts'
import { type Locals, walkToText } from './walk.ts'

/** A template file that was read: make it once, render it for each host. */
export interface TemplateFile {
  readonly node: ScalarNode
  readonly parsed: Parsed<readonly Part[]>
}

/**
 * Parses the text of a template file; what is wrong with it is in `parsed`.
 * @param blanks  `trim_blocks` (on unless told) and `lstrip_blocks` (off unless told)
 */
export const templateFile = (text: string, file: string, blanks: Partial<Blanks> = {}): TemplateFile => {
  const header = readHeader(text, { file, line: 1, column: 1 })
  const from = header.length
  const node = nodeOf(text.slice(from), file, from === 0 ? 1 : 2)
  if (header.problem) return { node, parsed: { kind: 'fault', problem: header.problem } }
  return { node, parsed: parsedText(node, { ...usualReading, rawStrings: false, ...blanks, ...header.blanks }) }
}

/**
 * The text that a template file becomes; its last line end is kept. Never throws: a mistake is a problem at its line and
 * column in the file.
 */
export const renderFile = ({ node, parsed }: TemplateFile, scope: Scope): Rendered<string> => {
  if (parsed.kind === 'fault') return { kind: 'problem', problem: parsed.problem }
  if (!isTemplate(String(node.value))) return { kind: 'value', value: String(node.value) }
  const work = newWork(scope)
  const walk = { evaluation: (locals: Locals) => evaluationOf(work, locals), plain: printing(work) }
  const walked = (): string | null => walkToText(parsed.parsed, walk) ?? null
  const rendered = settle(() => located(node, walked), node)
  if (rendered.kind !== 'value') return rendered
  const text = rendered.value
  return { kind: 'value', value: text === null ? '' : withLineEnds(text, String(node.value)) }
}

/** One piece a line, so that every place in the text is known. */
const nodeOf = (text: string, file: string, firstLine: number): ScalarNode => {
  const pieces = [{ offset: 0, line: firstLine, column: 1 }]
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1))
    pieces.push({ offset: end + 1, line: firstLine + pieces.length, column: 1 })
  return {
    kind: 'scalar',
    at: { file, line: firstLine, column: 1 },
    value: text,
    source: text,
    quoted: true,
    pieces,
  }
}

interface Header {
  readonly length: number
  readonly blanks: Partial<Blanks>
  readonly problem?: Diagnostic
}

const settings: { readonly [name: string]: keyof Blanks } = {
  trim_blocks: 'trimBlocks',
  lstrip_blocks: 'lstripBlocks',
}
const flags: { readonly [text: string]: boolean } = { true: true, false: false }

/** Ansible's first line `#jinja2: trim_blocks: False, lstrip_blocks: True`, which is no part of the text. */
const readHeader = (text: string, at: Position): Header => {
  const line = /^#jinja2:([^\n]*)(?:\n|$)/.exec(text)
  if (!line) return { length: 0, blanks: {} }
  const [whole, list = ''] = line
  const blanks: { -readonly [name in keyof Blanks]?: boolean } = {}
  for (const part of list.split(',')) {
    const [name = '', flag = ''] = part.split(':').map((word) => word.trim())
    const setting = Object.hasOwn(settings, name) ? settings[name] : undefined
    const on = flags[flag.toLowerCase()]
    if (setting === undefined || on === undefined) return { length: whole.length, blanks, problem: notThere(part, at) }
    blanks[setting] = on
  }
  return { length: whole.length, blanks }
}

const notThere = (part: string, at: Position): Diagnostic =>
  diagnosticOf({
    ...fault(
      `\`${part.trim()}\` in the #jinja2 line is not supported`,
      'trim_blocks and lstrip_blocks are, each True or False',
    ),
    at,
  })
