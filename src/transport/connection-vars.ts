import type { Target } from '../model/connection.ts'
import type { Checked, Diagnostic, Value } from '../model/document.ts'
import { connectionKind } from './connection-kind.ts'
import { readSshArgs } from './ssh-args.ts'
import type { Settings } from './ssh-settings.ts'

/** The inventory variables that say how a host is reached; the caller renders these and passes what is set. */
export const CONNECTION_VARS = [
  'ansible_connection',
  'ansible_host',
  'ansible_ssh_host',
  'ansible_port',
  'ansible_ssh_port',
  'ansible_user',
  'ansible_ssh_user',
  'ansible_ssh_private_key_file',
  'ansible_private_key_file',
  'ansible_ssh_common_args',
  'ansible_ssh_extra_args',
] as const
export type ConnectionVars = { readonly [name in (typeof CONNECTION_VARS)[number]]?: Value }

/** What the inventory says of the way to a host. */
export interface InventorySays {
  readonly wants: Target['wants']
  readonly address?: string
  readonly port?: number
  readonly user?: string
  readonly privateKey?: string
  /** ansible_ssh_common_args and ansible_ssh_extra_args. */
  readonly args: Settings
}

/** Args are mostly a group's: the same text for many hosts is read once. */
export const createVarsReader = (): ((vars: ConnectionVars) => Checked<InventorySays>) => {
  const kept = new Map<string, Checked<Settings>>()
  const readArgs = (text: string): Checked<Settings> => {
    let args = kept.get(text)
    if (args === undefined) {
      args = readSshArgs(text)
      kept.set(text, args)
    }
    return args
  }
  return (vars) => readVars(vars, readArgs)
}

const readVars = (vars: ConnectionVars, readArgs: (text: string) => Checked<Settings>): Checked<InventorySays> => {
  const problems: Diagnostic[] = []
  const error = (summary: string, hint?: string): void => {
    problems.push({ severity: 'error', summary, ...(hint !== undefined && { hint }) })
  }
  const text = (...names: (keyof ConnectionVars)[]): string | undefined => {
    const name = names.find((known) => vars[known] !== undefined && vars[known] !== null)
    const found = name === undefined ? undefined : vars[name]
    if (typeof found === 'string' && found !== '') return found
    if (typeof found === 'number') return String(found)
    if (found !== undefined) error(`${name} is not a text`)
    return undefined
  }
  const connection = text('ansible_connection')
  const kind = connection === undefined ? 'ssh' : connectionKind(connection)
  if (typeof kind !== 'string') problems.push(kind)
  const written = text('ansible_port', 'ansible_ssh_port')
  const port = written !== undefined && /^\d{1,5}$/.test(written) ? Number(written) : 0
  const isPort = port >= 1 && port <= 65535
  if (written !== undefined && !isPort) error(`ansible_port is not a port: ${written}`, 'a port is 1 to 65535')
  const args = [text('ansible_ssh_common_args'), text('ansible_ssh_extra_args')].filter((part) => part !== undefined)
  const { value: read, problems: inArgs } = readArgs(args.join(' '))
  problems.push(...inArgs.map((problem) => ({ ...problem, summary: `ansible_ssh_common_args: ${problem.summary}` })))
  const address = text('ansible_host', 'ansible_ssh_host')
  const user = text('ansible_user', 'ansible_ssh_user')
  const privateKey = text('ansible_ssh_private_key_file', 'ansible_private_key_file')
  const value: InventorySays = {
    wants: typeof kind === 'string' ? kind : 'ssh',
    ...(address !== undefined && { address }),
    ...(isPort && { port }),
    ...(user !== undefined && { user }),
    ...(privateKey !== undefined && { privateKey }),
    args: read,
  }
  return { value, problems }
}
