/** What is left of a document whose syntax is wrong: behind the first mistake nothing is as it was meant. */
import { CST } from 'yaml'
import type { Diagnostic } from '../model/document.ts'
import { positionAt, type SourceText } from './position.ts'

/** The line of the list item that a line belongs to. */
const itemOf = ({ text, starts }: SourceText, line: number): number => {
  for (let at = line; at > 0; at--) {
    const start = starts[at - 1] ?? 0
    if (/^\s*- /.test(text.slice(start, starts[at]))) return at
  }
  return 1
}

/** From this line on a broken document cannot be judged; undefined where its syntax is right. */
export const brokenFrom = (syntax: readonly Diagnostic[], source: SourceText): number | undefined => {
  const lines = syntax.flatMap(({ at }) => at?.line ?? [])
  return lines.length === 0 ? undefined : itemOf(source, Math.min(...lines))
}

/** Without the mistakes that follow from broken syntax. */
export const before = (problems: readonly Diagnostic[], line: number | undefined): readonly Diagnostic[] =>
  line === undefined ? problems : problems.filter(({ at }) => at === undefined || at.line < line)

const unclosed = ({ type, source = '' }: { readonly type: string; readonly source?: string }): boolean =>
  (type === 'double-quoted-scalar' && !(source.length > 1 && /(?:^|[^\\])(?:\\\\)*"$/.test(source))) ||
  (type === 'single-quoted-scalar' && !(source.length > 1 && source.endsWith("'")))

/** Where the last quote opens that is never closed: the parser only sees the end of the file. */
export const openQuote = (tokens: readonly CST.Token[], source: SourceText): Diagnostic['at'] => {
  let offset: number | undefined
  for (const token of tokens) {
    if (token.type !== 'document') continue
    CST.visit(token, ({ key, value }) => {
      for (const part of [key, value]) if (part && 'source' in part && unclosed(part)) offset = part.offset
    })
  }
  return offset === undefined ? undefined : positionAt(source, offset)
}
