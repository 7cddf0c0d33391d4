/** The lines that a task has a shell or a program carry out, as far as their text is known. */
import { relative } from 'node:path'
import type { DocNode, Position, ScalarNode } from '../model/document.ts'
import { placeIn } from '../template/place.ts'
import { renderNode } from '../template/render.ts'
import type { Fleet, Found, Work } from './rule.ts'

interface CommandLine {
  readonly text: string
  /** Where its first character stands, or the whole text where a template gave it. */
  at(column: number): Position
}

const types = new Set(['command', 'shell', 'script', 'raw'])

/** Does the task run what it is given as text? */
export const runsText = (name: string): boolean => types.has(name)

/** Characters of a line that are looked at: enough for any command, and little for any file. */
const mostLooked = 4096

interface Line {
  readonly line: string
  readonly offset: number
}

/** Cut at line ends, with the offset of each; what a shell joins is one line, and a comment is none. */
const linesIn = (text: string): readonly Line[] => {
  const lines: Line[] = []
  let offset = 0
  let open: Line | undefined
  for (const each of text.split('\n')) {
    const joins = each.endsWith('\\')
    const piece = (joins ? each.slice(0, -1) : each).slice(0, mostLooked)
    const whole: Line = open === undefined ? { line: piece, offset } : { ...open, line: `${open.line}  ${piece}` }
    open = joins && whole.line.length < mostLooked ? whole : undefined
    if (open === undefined) lines.push(whole)
    offset += each.length + 1
  }
  return [...lines, ...(open === undefined ? [] : [open])].filter(({ line }) => !/^\s*(?:#|$)/.test(line))
}

const inNode = (node: DocNode, { scope }: Work): readonly CommandLine[] => {
  const rendered = renderNode(node, scope)
  if (rendered.kind !== 'value') return node.kind === 'scalar' ? asWritten(node, node.source) : []
  const { value } = rendered
  if (node.kind === 'scalar' && node.value === value) return asWritten(node, String(value))
  const text = Array.isArray(value) ? value.join(' ') : String(value)
  return linesIn(text).map(({ line, offset }) => ({ text: line, at: () => lineOf(node, text, offset) }))
}

/** The line of a template that gave the line of a text; all of it where these are not to be paired. */
const lineOf = (node: DocNode, text: string, offset: number): Position => {
  const written = node.kind === 'scalar' && typeof node.value === 'string' ? node.value.split('\n') : []
  const index = text.slice(0, offset).split('\n').length - 1
  const line = written[index]
  if (node.kind !== 'scalar' || line === undefined || text.split('\n').length !== written.length) return node.at
  const before = written.slice(0, index).reduce((sum, each) => sum + each.length + 1, 0)
  return placeIn(node, before + line.search(/\S|$/))
}

const asWritten = (node: ScalarNode, text: string): readonly CommandLine[] =>
  linesIn(text).map(({ line, offset }) => ({ text: line, at: (column) => placeIn(node, offset + column) }))

/** What the local file of a `script` task says. */
const inScript = ({ args }: Work, { files }: Fleet): readonly CommandLine[] => {
  const src = (args as { readonly src?: string } | undefined)?.src
  const content = src === undefined ? undefined : files.get(src)
  if (src === undefined || content === undefined) return []
  const near = relative(process.cwd(), src)
  const file = near.startsWith('..') ? src : near
  const text = new TextDecoder().decode(content)
  return linesIn(text).map(({ line, offset }) => ({
    text: line,
    at: (column) => ({ file, line: text.slice(0, offset).split('\n').length, column: column + 1 }),
  }))
}

const read = (work: Work, fleet: Fleet): readonly CommandLine[] => {
  const { type, args } = work.task
  const nodes =
    args.kind === 'map'
      ? args.entries.filter(({ key }) => ['cmd', 'argv'].includes(String(key.value))).map(({ value }) => value)
      : [args]
  return [...nodes.flatMap((node) => inNode(node, work)), ...(type.name === 'script' ? inScript(work, fleet) : [])]
}

const known = new WeakMap<Work, readonly CommandLine[]>()

/** Several rules look at them. */
const linesOf = (work: Work, fleet: Fleet): readonly CommandLine[] => {
  const lines = known.get(work) ?? read(work, fleet)
  known.set(work, lines)
  return lines
}

/** Programs that run another: `sudo -u root`, `timeout 5`. */
const carriers =
  'sudo|doas|exec|env|nohup|setsid|time|timeout|nice|ionice|xargs|command|then|do|else|if|elif|while|until|!'

/** Where a command can begin: at the start, behind what parts commands, in a text for `sh -c`, behind its carriers. */
const begin =
  `(?<before>(?:^|[;&|(\`{"'])\\s*(?:(?:${carriers})\\s+(?:-\\S+\\s+(?:root\\s+)?|\\d\\S*\\s+)*|\\w+=\\S*\\s+)*)` +
  '(?:(?:/usr)?(?:/local)?/s?bin/)?'

/** A command with what follows its name. */
export const command = (name: string, rest = ''): RegExp => new RegExp(`${begin}${name}(?=[\\s;&|)"']|$)${rest}`)

/** What a command line is not to hold. */
export interface Suspect {
  /** Its group `before` stands before the place of the finding. */
  readonly pattern: RegExp
  readonly summary: string
  /** The next move; with what the pattern's groups caught, where that helps. */
  readonly hint: string | ((caught: Readonly<Record<string, string | undefined>>) => string)
}

/** The first suspect of each line of a task that runs text. */
export const suspectsIn = (work: Work, fleet: Fleet, suspects: readonly Suspect[]): readonly Found[] => {
  if (!runsText(work.task.type.name)) return []
  return linesOf(work, fleet).flatMap(({ text, at }) => {
    for (const { pattern, summary, hint } of suspects) {
      const match = pattern.exec(text)
      if (match === null) continue
      const { groups = {} } = match
      const place = at(match.index + (groups.before?.length ?? 0))
      return [{ summary, at: place, hint: typeof hint === 'string' ? hint : hint(groups) }]
    }
    return []
  })
}
