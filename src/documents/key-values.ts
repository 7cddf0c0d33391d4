/** `copy: src=a dest=/b`: arguments on one line, as old playbooks write them. */
import type { DocNode, MapEntry, ScalarNode } from '../model/document.ts'
import { meaningOf } from './dialect.ts'

/** Types whose text is a command, a file or a value, not arguments. */
const freeForm: ReadonlySet<string> = new Set(['command', 'shell', 'script', 'include_tasks', 'meta'])

const pair = /([A-Za-z_]\w*)=((?:\{\{.*?\}\}|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])*)(?:\s+|$)/sy

const quoted = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')$/s

/** A map, where all of the text is such pairs; else the node as it is. Bare values mean what they mean in YAML. */
export const keyValues = (node: DocNode, type: string): DocNode => {
  if (node.kind !== 'scalar' || typeof node.value !== 'string' || freeForm.has(type)) return node
  const text = node.value.trim()
  const entries: MapEntry[] = []
  pair.lastIndex = 0
  while (pair.lastIndex < text.length) {
    const from = pair.lastIndex
    const [, name, value] = pair.exec(text) ?? []
    if (name === undefined || value === undefined) return node
    entries.push({ key: scalar(node, from, name), value: scalar(node, from + name.length + 1, value) })
  }
  return entries.length === 0 ? node : { kind: 'map', at: node.at, entries }
}

/** A piece of the text at its place, which is known where the text stands on one line as it is. */
const scalar = (whole: ScalarNode, offset: number, written: string): ScalarNode => {
  const [, double, single] = quoted.exec(written) ?? []
  const inQuotes = double?.replace(/\\(["\\])/g, '$1') ?? single
  const shift = offset + (whole.quoted ? 1 : 0) + (inQuotes === undefined ? 0 : 1)
  const at = whole.pieces === undefined ? { ...whole.at, column: whole.at.column + shift } : whole.at
  if (inQuotes !== undefined) return { kind: 'scalar', at, value: inQuotes, source: inQuotes, quoted: true }
  const { value, problem } = meaningOf(written, 'playbook')
  return { kind: 'scalar', at, value: problem === undefined ? value : written, source: written, quoted: false }
}
