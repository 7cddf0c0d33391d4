/** What is to be done after some output of sudo. */
export type Move =
  | { readonly kind: 'wait' }
  | { readonly kind: 'answer' } // it asks for the password
  | { readonly kind: 'asked-again' } // the one password we have was wrong
  | { readonly kind: 'begin'; readonly rest: Buffer } // the shell behind sudo is there; `rest` is its first output

/** Follows what sudo says until the shell behind it has begun. Nothing may be sent to it but what a move asks for. */
export interface SudoDialog {
  onStdout(chunk: Buffer): Move
  onStderr(chunk: Buffer): Move
}

const WAIT: Move = { kind: 'wait' }

/**
 * @param prompt what sudo was told to ask with, on stderr
 * @param begin  what the shell prints on stdout before it reads its script
 */
export const createSudoDialog = (prompt: string, begin: string): SudoDialog => {
  let stdout: Buffer = Buffer.alloc(0)
  let stderr: Buffer = Buffer.alloc(0)
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
  }
}

/** As much as may be the start of a mark that is cut by a chunk's end. */
const tail = (seen: Buffer, mark: string): Buffer => seen.subarray(Math.max(0, seen.length - mark.length + 1))
