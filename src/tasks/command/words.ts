/** A command line that cannot be taken as words. */
interface WordProblem {
  readonly summary: string
  readonly hint: string
}
export type Words =
  | { readonly ok: true; readonly words: readonly [string, ...string[]] }
  | { readonly ok: false; readonly problem: WordProblem }

interface Word {
  readonly text: string
  /** Nothing in it is quoted or escaped. */
  readonly bare: boolean
}

/**
 * Splits a text into words as a POSIX shell does, quotes and backslashes included; nothing is expanded.
 * What only a shell would understand is a mistake, for no shell runs it: a program would get `|` as an argument.
 */
export const splitWords = (text: string): Words => {
  const split = scan(text)
  if ('problem' in split) return { ok: false, problem: split.problem }
  const wrong = split.words.map(needsShell).find((problem) => problem !== undefined) ?? firstWord(split.words[0])
  if (wrong) return { ok: false, problem: wrong }
  const [first, ...rest] = split.words.map((word) => word.text)
  if (first === undefined) return { ok: false, problem: { summary: 'is empty', hint: 'name the program to run' } }
  return { ok: true, words: [first, ...rest] }
}

const part = /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)/y

const scan = (text: string): { words: Word[] } | { problem: WordProblem } => {
  const words: Word[] = []
  let word: Word | undefined
  part.lastIndex = 0
  for (let at = 0; at < text.length; at = part.lastIndex) {
    part.lastIndex = at
    const match = part.exec(text)
    if (!match) return { problem: unclosed(text.charAt(at)) }
    const [, single, double, escaped, plain, blanks] = match
    if (double !== undefined && expansion.test(double)) return { problem: expands(double) }
    if (blanks !== undefined) {
      if (word) words.push(word)
      word = undefined
    } else {
      const more = single ?? double?.replace(/\\([$`"\\])|\\\n/g, '$1') ?? escaped ?? plain ?? ''
      word = { text: (word?.text ?? '') + more, bare: (word?.bare ?? true) && plain !== undefined }
      if (plain !== undefined && expansion.test(plain)) return { problem: expands(plain) }
    }
  }
  return { words: word ? [...words, word] : words }
}

const unclosed = (mark: string): WordProblem =>
  mark === '\\'
    ? { summary: 'ends in a backslash', hint: 'take it out, or double it' }
    : { summary: `has a ${mark} that is not closed`, hint: `close it, or write \\${mark} for the character itself` }

/** What a shell would replace: `$NAME`, `${…}`, `$(…)`, backticks; not after a backslash. */
const expansion = /(?:^|[^\\])(?:\\\\)*(?:\$[A-Za-z_{(]|`)/

const shellHint = "command runs no shell: quote it if the program shall get it, or use argv: [sh, -c, '…']"

const expands = (text: string): WordProblem => ({
  summary: `only a shell would expand ${/\$\(?\{?\w*|`/.exec(text)?.[0] ?? text}`,
  hint: shellHint,
})

const operator = /^(?:\|[|&]?|&&?|\d*(?:>>?|<<?)(?:&?\d|-)?.*|&>.*|.*;)$/s

const needsShell = ({ text, bare }: Word): WordProblem | undefined => {
  if (!bare) return undefined
  if (operator.test(text)) return { summary: `\`${text}\` means something to a shell only`, hint: shellHint }
  const name = /^(creates|removes|chdir|stdin|unless|onlyif)=/.exec(text)?.[1]
  return name === undefined
    ? undefined
    : { summary: `\`${text}\` would go to the program`, hint: `write command: {cmd: …, ${name}: …}` }
}

const firstWord = (word: Word | undefined): WordProblem | undefined =>
  word?.bare && /^[A-Za-z_]\w*=/.test(word.text)
    ? { summary: `\`${word.text}\` is not a program`, hint: 'set variables with environment: beside the task' }
    : undefined
