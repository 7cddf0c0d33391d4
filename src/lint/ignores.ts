/** `# ipvs-play: ignore[id, id]`: findings that the user has looked at. */
import type { Diagnostic } from '../model/document.ts'
import { nearest } from '../nearest.ts'
import { rules } from './rules/index.ts'

interface Ignore {
  readonly id: string
  readonly file: string
  readonly line: number
  readonly column: number
  /** The line whose findings it suppresses. */
  readonly of: number
}

const comment = /(?:^|\s)#\s*ipvs-play:/

/** The comments of a file. What is not understood is a problem: else it would be believed to help. */
const readIgnores = (
  file: string,
  text: string,
): { readonly ignores: readonly Ignore[]; readonly problems: readonly Diagnostic[] } => {
  const ignores: Ignore[] = []
  const problems: Diagnostic[] = []
  const lines = text.split('\n')
  const warn = (line: number, column: number, summary: string, hint: string): void => {
    problems.push({ severity: 'warning', summary, at: { file, line, column }, hint })
  }
  for (const [index, line] of lines.entries()) {
    const found = comment.exec(line)
    if (found === null) continue
    const start = line.indexOf('#', found.index)
    const alone = line.slice(0, start).trim() === ''
    const of = alone ? nextOf(lines, index) : index
    const said = line.slice(start).replace(/^#\s*ipvs-play:\s*/, '')
    const [, ids] = /^ignore\[([^\]]*)\]/.exec(said) ?? []
    if (ids === undefined || ids.trim() === '') {
      warn(index + 1, start + 1, 'this comment to ipvs-play is not understood', 'write `# ipvs-play: ignore[id]`')
      continue
    }
    for (const part of ids.split(',')) {
      const id = part.trim()
      const column = start + 1 + Math.max(0, line.slice(start).indexOf(id))
      if (rules.some((rule) => rule.id === id)) ignores.push({ id, file, line: index + 1, column, of: of + 1 })
      else {
        const near = nearest(
          id,
          rules.map((rule) => rule.id),
        )
        const known = `the rules are ${rules.map((rule) => rule.id).join(', ')}`
        warn(index + 1, column, `no rule is called \`${id}\``, near === undefined ? known : `did you mean \`${near}\`?`)
      }
    }
  }
  return { ignores, problems }
}

/** A comment on a line of its own is about the next line that is none. */
const nextOf = (lines: readonly string[], index: number): number => {
  const next = lines.findIndex((line, at) => at > index && !/^\s*#/.test(line))
  return next === -1 ? index : next
}

/**
 * The findings that no comment ignores, and what is wrong with the comments.
 * @param whole  everything was looked at, so that a comment which suppresses nothing is worth a warning
 */
export const withoutIgnored = (
  findings: readonly Diagnostic[],
  texts: ReadonlyMap<string, string>,
  whole: boolean,
): readonly Diagnostic[] => {
  const read = [...texts].map(([file, text]) => readIgnores(file, text))
  const ignores = read.flatMap((each) => each.ignores)
  const used = new Set<Ignore>()
  const kept = findings.filter(({ rule, at }) => {
    const hits = ignores.filter(({ id, file, of }) => id === rule && file === at?.file && of === at.line)
    for (const hit of hits) used.add(hit)
    return hits.length === 0
  })
  const idle = ignores
    .filter((ignore) => whole && !used.has(ignore))
    .map(
      ({ id, file, line, column }): Diagnostic => ({
        severity: 'warning',
        summary: `nothing here for \`${id}\` to ignore`,
        at: { file, line, column },
        hint: 'remove the comment; it counts for its own line, or alone on a line for the next one',
      }),
    )
  return [...kept, ...read.flatMap((each) => each.problems), ...idle]
}
