/** What is printed around sudo or doas, so that nobody else's words are taken for theirs. */
export interface Marks {
  /** Just before it starts: on stderr, or on stdout of a terminal. What comes before it others have said. */
  readonly from: string
  /** How the password is asked for: a text of our own on stderr, or words at the end of what a terminal shows. */
  readonly prompt?: string | RegExp
  /** On stdout: the shell behind it is about to read its script. */
  readonly begin: string
}

/** What is to be done after some output of sudo or doas. */
export type Move =
  | { readonly kind: 'wait' }
  | { readonly kind: 'answer' } // it asks for the password
  | { readonly kind: 'asked-again' } // the one password we have was wrong
  | { readonly kind: 'begin'; readonly rest: Buffer } // the shell behind it is there; `rest` is its first output

/** Follows what is said until the shell has begun. Nothing may be sent but what a move asks for. */
export interface BecomeDialog {
  onStdout(chunk: Buffer): Move
  onStderr(chunk: Buffer): Move
  /** sudo or doas has had its turn: whoever ended or waits, it is not the login shell. */
  started(): boolean
  /** What was said on stderr or the terminal, since that is so; the marks taken out; of a flood the end. */
  said(): string
}

const WAIT: Move = { kind: 'wait' }
/** Bytes kept of what is said: enough for any lecture. */
const KEPT = 16 * 1024

export const createBecomeDialog = (marks: Marks): BecomeDialog => {
  const { from, begin, prompt } = marks
  const asks = prompt instanceof RegExp ? atEnd(prompt) : anywhere(prompt)
  const inTerminal = prompt instanceof RegExp
  let stdout: Buffer = Buffer.alloc(0)
  let heard: Buffer = Buffer.alloc(0)
  let started = false
  let asked = false
  const lookForBegin = (seen: Buffer): Move | undefined => {
    const at = seen.indexOf(begin)
    return at < 0 ? undefined : { kind: 'begin', rest: seen.subarray(at + begin.length) }
  }
  const lookForQuestion = (): Move => {
    const { times, left } = asks(heard)
    heard = left.subarray(-KEPT)
    if (times === 0) return WAIT
    const again = asked || times > 1
    asked = true
    return { kind: again ? 'asked-again' : 'answer' }
  }
  const hear = (chunk: Buffer): Move => {
    heard = Buffer.concat([heard, chunk])
    if (!started) {
      const at = heard.indexOf(from)
      if (at < 0) {
        heard = heard.subarray(-KEPT)
        return WAIT
      }
      started = true
      heard = heard.subarray(at + from.length)
    }
    return (inTerminal ? lookForBegin(heard) : undefined) ?? lookForQuestion()
  }
  return {
    onStdout: (chunk) => {
      if (inTerminal) return hear(chunk)
      stdout = Buffer.concat([stdout, chunk])
      const move = lookForBegin(stdout)
      stdout = stdout.subarray(Math.max(0, stdout.length - begin.length + 1))
      return move ?? WAIT
    },
    onStderr: (chunk) => (inTerminal ? WAIT : hear(chunk)),
    started: () => started,
    said: () => heard.toString(),
  }
}

/** How often something was asked in these bytes, and the bytes without it. */
type Asks = (heard: Buffer) => { readonly times: number; readonly left: Buffer }

const anywhere =
  (prompt: string | undefined): Asks =>
  (heard) => {
    if (prompt === undefined || !heard.includes(prompt)) return { times: 0, left: heard }
    const parts = heard.toString('latin1').split(prompt)
    return { times: parts.length - 1, left: Buffer.from(parts.join(''), 'latin1') }
  }

const atEnd =
  (prompt: RegExp): Asks =>
  (heard) => {
    const text = heard.toString('latin1')
    return prompt.test(text)
      ? { times: 1, left: Buffer.from(text.replace(prompt, ''), 'latin1') }
      : { times: 0, left: heard }
  }
