/** Options that may stand in the text of a command itself, as in `make creates=/x`. */
const names = ['creates', 'removes', 'chdir', 'executable', 'stdin'] as const
export type FreeOptions = { readonly [name in (typeof names)[number]]?: string }

const piece = /'[^']*'|"(?:[^"\\]|\\[\s\S])*"|\\[\s\S]|[^\s'"\\]+|\s+|['"\\]/y
const option = new RegExp(`^(${names.join('|')})=([\\s\\S]*)$`)

/** Words with the blanks before each, nothing of them changed. */
const wordsOf = (text: string): readonly { readonly before: string; readonly word: string }[] => {
  const words: { before: string; word: string }[] = [{ before: '', word: '' }]
  piece.lastIndex = 0
  for (let match = piece.exec(text); match; match = piece.exec(text)) {
    const [part] = match
    const last = words.at(-1) as { before: string; word: string }
    if (!/^\s/.test(part)) last.word += part
    else if (last.word === '') last.before += part
    else words.push({ before: part, word: '' })
  }
  return words
}

const unquoted = (value: string): string => {
  const quoted = /^'([^']*)'$|^"((?:[^"\\]|\\[\s\S])*)"$/.exec(value)
  return quoted === null ? value : (quoted[1] ?? (quoted[2] ?? '').replace(/\\(["\\])/g, '$1'))
}

/** Parts a text into the command and the options that stand between its words. */
export const takeOptions = (text: string): { readonly text: string; readonly options: FreeOptions } => {
  const options: { [name: string]: string } = {}
  const rest = wordsOf(text).filter(({ word }) => {
    const [, name, value] = option.exec(word) ?? []
    if (name === undefined || value === undefined) return true
    options[name] = unquoted(value)
    return false
  })
  return {
    text: rest
      .map(({ before, word }) => before + word)
      .join('')
      .trim(),
    options,
  }
}
