/** One word of a line; `column` counts from 1 and is where it begins, quotes included. */
export interface Word {
  readonly text: string
  readonly column: number
}

/** What a line of shell words holds, or where its quoting goes wrong. */
export type Words =
  | { readonly ok: true; readonly words: readonly Word[] }
  | { readonly ok: false; readonly column: number; readonly summary: string }

const blank = /\s/

/**
 * Splits a line as Python's `shlex.split(line, comments=True)` does, which is what Ansible reads host lines with:
 * quotes join to the word they touch, a backslash takes the next character literally (between double quotes only
 * before `"` and `\`), and an unquoted `#` ends the line, even in the middle of a word.
 */
export const splitWords = (line: string): Words => {
  const words: Word[] = []
  let index = 0
  while (index < line.length) {
    if (blank.test(line[index] ?? '')) {
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
  while (index < line.length) {
    const char = line[index] ?? ''
    if (blank.test(char) || char === '#') break
    if (char === "'" || char === '"') {
      const quoted = readQuoted(line, index)
      if (!quoted.ok) return quoted
      text += quoted.text
      index = quoted.end
    } else if (char === '\\') {
      if (index + 1 >= line.length) return { ok: false, column: index + 1, summary: 'a backslash ends the line' }
      text += line[index + 1]
      index += 2
    } else {
      text += char
      index += 1
    }
  }
  return { ok: true, text, end: index }
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
