/** From a mistake in arguments to its place in the playbook. */
import type { Diagnostic, DocNode, MapEntry, Position, Scope } from '../model/document.ts'
import type { ArgumentProblem } from '../model/task-type.ts'
import { renderNode } from '../template/render.ts'

/** The entry whose key reads `name` once it is rendered. */
const entryOf = (node: DocNode, name: string, scope: Scope): MapEntry | undefined => {
  if (node.kind !== 'map') return undefined
  const plain = node.entries.find(({ key }) => String(key.value) === name)
  if (plain !== undefined) return plain
  return node.entries.find(({ key }) => {
    const rendered = String(key.value).includes('{{') ? renderNode(key, scope) : undefined
    return rendered?.kind === 'value' && String(rendered.value) === name
  })
}

const placeOf = (args: DocNode, path: ArgumentProblem['path'], scope: Scope): { value: Position; key: Position } => {
  let node = args
  let key = args.at
  for (const step of path) {
    const entry = typeof step === 'number' ? undefined : entryOf(node, step, scope)
    const next = entry?.value ?? (node.kind === 'list' ? node.items[Number(step)] : undefined)
    // What is deeper came out of a template: the template is the place.
    if (next === undefined) break
    node = next
    key = entry?.key.at ?? next.at
  }
  return { value: node.at, key }
}

const nameOf = (path: ArgumentProblem['path'], type: string): string =>
  path.reduce<string>((name, step) => (typeof step === 'number' ? `${name}[${step}]` : step), type)

/** `src=a dest=/b` that could not be parted. */
const onOneLine = (args: DocNode): string | undefined =>
  args.kind === 'scalar' && typeof args.value === 'string' && /^[A-Za-z_]\w*=/.test(args.value)
    ? 'on one line write `name=value` pairs only; a value with blanks needs quotes, and each quote its end'
    : undefined

/** The problem at its place: at the key when the key itself is wrong, else at the value. */
export const placed = (problem: ArgumentProblem, type: string, args: DocNode, scope: Scope): Diagnostic => {
  const place = placeOf(args, problem.path, scope)
  // What begins with a verb speaks of the argument.
  const summary = /^(?:must|is|has|ends|names) /.test(problem.summary)
    ? `\`${nameOf(problem.path, type)}\` ${problem.summary}`
    : problem.summary
  return {
    severity: 'error',
    summary,
    at: /^(?:unknown key|is not supported|is given twice)/.test(problem.summary) ? place.key : place.value,
    hint: problem.hint ?? onOneLine(args) ?? `\`ipvs-play doc ${type}\` tells what it takes`,
  }
}
