import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { BecomeOptions } from './connection-options.ts'
import { Interrupted, Refused, refuse } from './problems.ts'

/** The password for become, asked or read once before the run; undefined where none was promised. */
export const becomePassword = async ({
  askBecomePass,
  becomePasswordFile,
}: BecomeOptions): Promise<string | undefined> => {
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

/** Nothing of what is typed is shown. Throws Interrupted after Ctrl-C, Refused where nothing comes. */
export const askSecretly = async (question: string): Promise<string> => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  // The terminal no longer echoes when the question stands there.
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  process.stderr.write(question)
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('SIGINT', () => reject(new Interrupted()))
      lines.once('line', resolve)
      // Ctrl-D
      lines.once('close', () => reject(new Refused([{ severity: 'error', summary: 'no password was given' }])))
    })
  } finally {
    lines.close()
    process.stderr.write('\n')
  }
}
