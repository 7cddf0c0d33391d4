import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { refuse } from './problems.ts'
import type { RunOptions } from './run-options.ts'

/** The password for become, asked or read once before the run; undefined where none was promised. */
export const becomePassword = async ({
  askBecomePass,
  becomePasswordFile,
}: RunOptions): Promise<string | undefined> => {
  if (becomePasswordFile !== undefined) return firstLineOf(becomePasswordFile)
  if (!askBecomePass) return undefined
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
    return refuse('-K asks on a terminal and there is none', 'use --become-password-file')
  return askSecretly('BECOME password: ')
}

const firstLineOf = (file: string): string => {
  try {
    const [first = ''] = readFileSync(file === '-' ? 0 : file, 'utf8').split(/\r?\n/)
    if (first === '') return refuse(`the password file ${file} begins with an empty line`)
    return first
  } catch (cause) {
    return refuse(`the password file ${file} cannot be read (${(cause as NodeJS.ErrnoException).code})`)
  }
}

/** Nothing of what is typed is shown. */
export const askSecretly = async (question: string): Promise<string> => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  process.stderr.write(question)
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  const abort = new AbortController()
  lines.once('SIGINT', () => abort.abort())
  try {
    return await lines.question('', { signal: abort.signal })
  } catch {
    return refuse('no password was given')
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
