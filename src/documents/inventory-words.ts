/** One word of a line; `column` counts from 1 and is where it begins, quotes included. */
export interface Word {
  readonly text: string
  readonly column: number
}

/** What a line of shell words holds, or where its quoting goes wrong. */
export type Words =
  | { readonly ok: true; readonly words: readonly Word[] }
  | { readonly ok: false; readonly column: number; readonly summary: string }

const isBlank = (char: string | undefined): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n'

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does, which is what Ansible reads host lines with:
 * quotes join to the word they touch, a backslash takes the next character literally (between double quotes only
 * before `"` and `\`), and an unquoted `#` ends the line, even in the middle of a word.
 */
export const splitWords = (line: string): Words => {
  const words: Word[] = []
  let index = 0
  while (index < line.length) {
    if (isBlank(line[index])) {
      index += 1
      continue
    }
    if (line[index] === '#') break
    const word = readWord(line, index)
    if (!word.ok) return word
    words.push({ text: word.text, column: index + 1 })
    index = word.end
  }
  return { ok: true, words }
}

type Read =
  | { readonly ok: true; readonly text: string; readonly end: number }
  | { readonly ok: false; readonly column: number; readonly summary: string }

const readWord = (line: string, start: number): Read => {
  let text = ''
  let index = start
  let plainFrom = start
  for (; index < line.length; index += 1) {
    const char = line[index]
    if (isBlank(char) || char === '#') break
    if (char !== "'" && char !== '"' && char !== '\\') continue
    text += line.slice(plainFrom, index)
    const special = char === '\\' ? readEscaped(line, index) : readQuoted(line, index)
    if (!special.ok) return special
    text += special.text
    plainFrom = special.end
    index = special.end - 1
  }
  return { ok: true, text: text + line.slice(plainFrom, index), end: index }
}

const readEscaped = (line: string, backslash: number): Read => {
  const next = line[backslash + 1]
  if (next === undefined) return { ok: false, column: backslash + 1, summary: 'a backslash ends the line' }
  return { ok: true, text: next, end: backslash + 2 }
}

const readQuoted = (line: string, start: number): Read => {
  const quote = line[start] ?? ''
  let text = ''
  for (let index = start + 1; index < line.length; index += 1) {
    const char = line[index] ?? ''
    if (char === quote) return { ok: true, text, end: index + 1 }
    const next = line[index + 1] ?? ''
    if (quote === '"' && char === '\\' && (next === '"' || next === '\\')) {
      text += next
      index += 1
    } else {
      text += char
    }
  }
  return { ok: false, column: start + 1, summary: `this ${quote} is never closed` }
}
