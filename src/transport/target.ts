import { existsSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import type { Target } from '../model/connection.ts'
import type { Checked, Diagnostic, Value } from '../model/document.ts'
import { connectionKind } from './connection-kind.ts'
import { readSshArgs } from './ssh-args.ts'
import type { SshConfig } from './ssh-config.ts'
import type { SshOptions } from './ssh-options.ts'

export { readSshConfig } from './ssh-config.ts'

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
  'ansible_password',
  'ansible_ssh_pass',
] as const
export type ConnectionVars = { readonly [name in (typeof CONNECTION_VARS)[number]]?: Value }

/** What the command line says: -u, --private-key, --host-key, --timeout. */
export interface ConnectionOptions {
  readonly user?: string
  readonly privateKey?: string
  readonly hostKey?: 'strict' | 'accept-new'
  readonly timeout?: number
}

/** What the defaults depend on. */
export interface Machine {
  readonly home: string
  readonly user: string
  /** The socket of the SSH agent, if there is one. */
  readonly agent: string | undefined
  exists(path: string): boolean
}

/** Seconds for connect, handshake and login, as Ansible's default. */
const TIMEOUT = 10
/** A host that is gone is told after 45 s. */
const KEEP_ALIVE = { interval: 15, count: 3 }
const DEFAULT_KEYS = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa']
const USER_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

/** The machine that this process runs on. */
export const thisMachine = (): Machine => {
  const seen = new Map<string, boolean>()
  const look = (path: string): boolean => {
    const there = existsSync(path)
    seen.set(path, there)
    return there
  }
  return {
    home: homedir(),
    user: userInfo().username,
    agent: process.env.SSH_AUTH_SOCK || undefined,
    exists: (path) => seen.get(path) ?? look(path),
  }
}

/**
 * Where and as whom: command line, then inventory, then ssh config, then defaults. The config is asked about the name
 * that `ssh` would be given (ansible_host, else the inventory's name); its HostName says what that name stands for.
 */
export const resolveTarget = (
  host: string,
  vars: ConnectionVars,
  options: ConnectionOptions,
  config: SshConfig,
  machine: Machine = thisMachine(),
): Checked<Target> => {
  const problems: Diagnostic[] = []
  const wants = readKind(vars, problems)
  const own = readVars(vars, problems)
  const name = own.hostname ?? host
  const configured = config.for(name)
  problems.push(...configured.problems)
  const file = configured.value
  const address = file.hostname?.replace(/%%|%h/g, (token) => (token === '%h' ? name : '%')) ?? name
  const port = own.port ?? file.port ?? 22
  const user = wants === 'local' ? machine.user : (options.user ?? own.user ?? file.user ?? machine.user)
  const expand = expander({ host: address, port, user, name }, machine)
  const identities = options.privateKey !== undefined ? [options.privateKey] : (own.identityFiles ?? file.identityFiles)
  const value: Target = {
    host,
    wants,
    address,
    port,
    user,
    via: { kind: 'direct' },
    addressFamily: 'any',
    identityFiles: identities?.map(expand) ?? DEFAULT_KEYS.map(expand).filter(machine.exists),
    certificateFiles: [],
    identitiesOnly: own.identitiesOnly ?? file.identitiesOnly ?? false,
    ...(machine.agent !== undefined && { agent: machine.agent }),
    knownHosts: (own.userKnownHosts ?? file.userKnownHosts ?? USER_KNOWN_HOSTS).map(expand),
    globalKnownHosts: (own.globalKnownHosts ?? file.globalKnownHosts ?? GLOBAL_KNOWN_HOSTS).map(expand),
    hostKey: options.hostKey ?? own.hostKey ?? file.hostKey ?? 'strict',
    hashKnownHosts: false,
    algorithms: {},
    timeout: options.timeout ?? own.timeout ?? file.timeout ?? TIMEOUT,
    keepAlive: KEEP_ALIVE,
    sshName: name,
    sshOptions: [],
  }
  return { value, problems: problems.map((problem) => ({ ...problem, summary: `${host}: ${problem.summary}` })) }
}

const readKind = ({ ansible_connection: written }: ConnectionVars, problems: Diagnostic[]): Target['wants'] => {
  const kind = written === undefined || written === null ? 'ssh' : connectionKind(String(written))
  if (typeof kind === 'string') return kind
  problems.push(kind)
  return 'ssh'
}

/** Variables of their own win over the same thing said in ansible_ssh_common_args. */
const readVars = (vars: ConnectionVars, problems: Diagnostic[]): SshOptions => {
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
  for (const name of ['ansible_password', 'ansible_ssh_pass'] as const)
    if (text(name) !== undefined) error('login with a password is not supported yet', `use a key, and remove ${name}`)
  const args = [text('ansible_ssh_common_args'), text('ansible_ssh_extra_args')].filter((part) => part !== undefined)
  const { value, problems: inArgs } = readSshArgs(args.join(' '))
  problems.push(...inArgs.map((problem) => ({ ...problem, summary: `ansible_ssh_common_args: ${problem.summary}` })))
  const written = text('ansible_port', 'ansible_ssh_port')
  const port = written === undefined ? undefined : /^\d{1,5}$/.test(written) ? Number(written) : 0
  if (port !== undefined && (port < 1 || port > 65535))
    error(`ansible_port is not a port: ${written}`, 'a port is 1 to 65535')
  const hostname = text('ansible_host', 'ansible_ssh_host')
  const user = text('ansible_user', 'ansible_ssh_user')
  const key = text('ansible_ssh_private_key_file', 'ansible_private_key_file')
  return {
    ...value,
    ...(hostname !== undefined && { hostname }),
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(key !== undefined && { identityFiles: [key] }),
  }
}

interface Tokens {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly name: string
}

/** `~` and the tokens of ssh_config(5) that a path may hold. */
const expander = (tokens: Tokens, machine: Machine): ((path: string) => string) => {
  const meaning: Record<string, string> = {
    '%%': '%',
    '%d': machine.home,
    '%h': tokens.host,
    '%n': tokens.name,
    '%p': String(tokens.port),
    '%r': tokens.user,
    '%u': machine.user,
  }
  return (path) => path.replace(/^~(?=\/|$)/, () => machine.home).replace(/%./g, (token) => meaning[token] ?? token)
}
