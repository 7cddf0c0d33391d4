import { isCollection, isPair, type Node } from 'yaml'

/** A template that was written without quotes where YAML reads a map: `a: {{ x }}`. */
export interface BareTemplate {
  readonly start: number
  readonly end: number
  /** It stands inside [ ] or { }. */
  readonly inBrackets: boolean
}

const closing = { '{{': '}}', '{%': '%}' } as const

const templateAt = (text: string, start: number): { readonly start: number; readonly end: number } | undefined => {
  const open = text.slice(start, start + 2)
  if (open !== '{{' && open !== '{%') return undefined
  const lineEnd = text.indexOf('\n', start)
  const close = text.indexOf(closing[open], start + 2)
  const onLine = close !== -1 && (lineEnd === -1 || close < lineEnd)
  return { start, end: onLine ? close + 2 : start + 2 }
}

const search = (node: unknown, text: string, inBrackets: boolean, found: BareTemplate[]): void => {
  if (isPair(node)) {
    search(node.key, text, inBrackets, found)
    search(node.value, text, inBrackets, found)
    return
  }
  if (!isCollection(node)) return
  const bare = node.flow && node.range ? templateAt(text, node.range[0]) : undefined
  if (bare) found.push({ ...bare, inBrackets })
  else for (const item of node.items) search(item, text, inBrackets || node.flow === true, found)
}

/** All unquoted templates of a document that was composed from `text`, outermost first. */
export const findBareTemplates = (contents: Node | null, text: string): readonly BareTemplate[] => {
  const found: BareTemplate[] = []
  search(contents, text, false, found)
  return found
}

/** The text with each template replaced by as many letters, so that it reads as the plain text that was meant. */
export const withoutBareTemplates = (text: string, bare: readonly BareTemplate[]): string => {
  const pieces: string[] = []
  let at = 0
  for (const { start, end } of [...bare].sort((a, b) => a.start - b.start)) {
    pieces.push(text.slice(at, start), 'x'.repeat(end - start))
    at = end
  }
  return pieces.join('') + text.slice(at)
}
