import type { Checked, Diagnostic, Position } from '../model/document.ts'

/** A line of an ssh_config that says something. */
export interface ConfigLine {
  /** As written. */
  readonly name: string
  /** The name in lower case, as OpenSSH compares it. */
  readonly keyword: string
  readonly words: readonly string[]
  /** Everything behind the keyword as it is: what a shell will read. */
  readonly rest: string
  readonly at: Position
}

/** Keyword, then blanks or one `=`, then words. A mistake takes away its line alone. */
export const readConfigLines = (text: string, file: string): Checked<readonly ConfigLine[]> => {
  const lines: ConfigLine[] = []
  const problems: Diagnostic[] = []
  text.split('\n').forEach((source, index) => {
    const at = { file, line: index + 1, column: source.search(/\S/) + 1 }
    const [, name, rest = ''] = /^\s*"?([^\s="#][^\s="]*)"?(?:[ \t]*=[ \t]*|[ \t]*)(.*?)\s*$/.exec(source) ?? []
    if (name === undefined) return
    const words = splitConfigWords(rest)
    if (words === undefined)
      problems.push({ severity: 'error', summary: 'a quote is not closed', at, hint: 'close it where the text ends' })
    else if (words.length === 0)
      problems.push({
        severity: 'error',
        summary: `${name} has no value`,
        at,
        hint: 'write one behind it, or remove the line',
      })
    else lines.push({ name, keyword: name.toLowerCase(), words, rest, at })
  })
  return { value: lines, problems }
}

/**
 * Words as OpenSSH's argv_split cuts them: a backslash escapes quotes, itself, and a blank outside of quotes; `#` begins
 * a comment where a word could begin. Undefined: a quote is left open.
 */
export const splitConfigWords = (text: string): readonly string[] | undefined => {
  const words: string[] = []
  const word = /[ \t]*(?:(#.*)|((?:\\['"\\ ]|"(?:\\['"\\]|[^"])*"|'(?:\\['"\\]|[^'])*'|[^ \t"'])+)|$)/y
  while (word.lastIndex < text.length) {
    const found = word.exec(text)
    if (found === null) return undefined
    const [, comment, source] = found
    if (comment !== undefined || source === undefined) break
    words.push(source.replace(/\\(['"\\ ])|"((?:\\['"\\]|[^"])*)"|'((?:\\['"\\]|[^'])*)'/g, unquoted))
  }
  return words
}

const unquoted = (_: string, escaped?: string, double?: string, single?: string): string =>
  escaped ?? (double ?? single ?? '').replace(/\\(['"\\])/g, '$1')
