import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import type { BecomeOptions, ConnectionOptions } from './connection-options.ts'
import { Interrupted, Refused, refuse } from './problems.ts'

/** What the command line promised; undefined where it promised nothing. */
export interface Passwords {
  readonly login: string | undefined
  readonly become: string | undefined
}

type PasswordOptions = BecomeOptions & Pick<ConnectionOptions, 'askPass' | 'connectionPasswordFile'>

/** The passwords for logins and for become, asked or read once before the run. */
export const askPasswords = async (options: PasswordOptions): Promise<Passwords> => {
  const { askPass, connectionPasswordFile, askBecomePass, becomePasswordFile } = options
  if (connectionPasswordFile === '-' && becomePasswordFile === '-')
    return refuse('both passwords are to come from stdin', 'give one of them another file')
  const login = await passwordOf(connectionPasswordFile, {
    asked: askPass,
    question: 'SSH password: ',
    option: '-k',
    other: '--connection-password-file',
  })
  const become = await passwordOf(becomePasswordFile, {
    asked: askBecomePass,
    question: login === undefined ? 'BECOME password: ' : 'BECOME password (empty: the SSH password): ',
    option: '-K',
    other: '--become-password-file',
  })
  return { login, become: become === '' ? login : become }
}

const passwordOf = async (
  file: string | undefined,
  asking: { readonly asked: boolean | undefined; question: string; option: string; other: string },
): Promise<string | undefined> => {
  if (file !== undefined) return firstLineOf(file)
  if (!asking.asked) return undefined
  if (!isTerminal()) return refuse(`${asking.option} asks on a terminal and there is none`, `use ${asking.other}`)
  return askSecretly(asking.question)
}

export const isTerminal = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true

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
