/** What sudo or doas and the shell behind it say, so that nobody else's words are taken for theirs. */
export interface Marks {
  /** On stdout: the shell is about to read its script. */
  readonly begin: string
  /** How the password is asked for: a text of our own on stderr, or, behind `from`, words at the end of stdout. */
  readonly prompt?: string | RegExp
  /** On stdout, where both streams are one: what comes before it is not said by who lets through. */
  readonly from?: string
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
  /** What was said so far by who lets through, our own prompt taken out; of a flood the end. */
  said(): string
}

const WAIT: Move = { kind: 'wait' }
/** Bytes kept of what is said: enough for any lecture. */
const KEPT = 16 * 1024

export const createBecomeDialog = (marks: Marks): BecomeDialog =>
  marks.prompt instanceof RegExp ? inTerminal(marks, marks.prompt) : onTwoStreams(marks, marks.prompt)

const onTwoStreams = ({ begin }: Marks, prompt: string | undefined): BecomeDialog => {
  let stdout: Buffer = Buffer.alloc(0)
  let stderr: Buffer = Buffer.alloc(0)
  let said = ''
  let asked = false
  return {
    onStdout: (chunk) => {
      stdout = Buffer.concat([stdout, chunk])
      const at = stdout.indexOf(begin)
      if (at >= 0) return { kind: 'begin', rest: stdout.subarray(at + begin.length) }
      stdout = tail(stdout, begin)
      return WAIT
    },
    onStderr: (chunk) => {
      said = (said + chunk.toString()).slice(-KEPT)
      if (prompt === undefined) return WAIT
      stderr = Buffer.concat([stderr, chunk])
      const at = stderr.indexOf(prompt)
      if (at < 0) {
        stderr = tail(stderr, prompt)
        return WAIT
      }
      stderr = stderr.subarray(at + prompt.length)
      const again = asked || stderr.includes(prompt)
      asked = true
      return { kind: again ? 'asked-again' : 'answer' }
    },
    said: () => (prompt === undefined ? said : said.replaceAll(prompt, '')),
  }
}

const inTerminal = ({ begin, from = '' }: Marks, prompt: RegExp): BecomeDialog => {
  let heard: Buffer = Buffer.alloc(0)
  let started = false
  let asked = false
  const follow = (): Move => {
    if (!started) {
      const at = heard.indexOf(from)
      if (at < 0) {
        heard = heard.subarray(-KEPT)
        return WAIT
      }
      started = true
      heard = heard.subarray(at + from.length)
    }
    const at = heard.indexOf(begin)
    if (at >= 0) return { kind: 'begin', rest: heard.subarray(at + begin.length) }
    heard = heard.subarray(-KEPT)
    const text = heard.toString('latin1')
    if (!prompt.test(text)) return WAIT
    heard = Buffer.from(text.replace(prompt, ''), 'latin1')
    const again = asked
    asked = true
    return { kind: again ? 'asked-again' : 'answer' }
  }
  return {
    onStdout: (chunk) => {
      heard = Buffer.concat([heard, chunk])
      return follow()
    },
    onStderr: () => WAIT,
    said: () => heard.toString(),
  }
}

/** As much as may be the start of a mark that is cut by a chunk's end. */
const tail = (seen: Buffer, mark: string): Buffer => seen.subarray(Math.max(0, seen.length - mark.length + 1))
