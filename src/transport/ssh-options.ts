import type { Diagnostic } from '../model/document.ts'

/** What `-o Name=value` and ssh_config may say; names in lower case, as OpenSSH compares them. */
export interface SshOptions {
  readonly hostname?: string
  readonly port?: number
  readonly user?: string
  readonly identityFiles?: readonly string[]
  readonly identitiesOnly?: boolean
  readonly userKnownHosts?: readonly string[]
  readonly globalKnownHosts?: readonly string[]
  readonly hostKey?: 'strict' | 'accept-new'
  readonly timeout?: number
}

interface Read {
  readonly options: SshOptions
  readonly problem?: Diagnostic
}

/** Spelled as in ssh_config(5), for messages. */
const SUPPORTED = [
  'ConnectTimeout',
  'GlobalKnownHostsFile',
  'IdentitiesOnly',
  'IdentityFile',
  'Port',
  'StrictHostKeyChecking',
  'User',
  'UserKnownHostsFile',
]

const mistake = (summary: string, hint?: string): Read => ({
  options: {},
  problem: { severity: 'error', summary, ...(hint !== undefined && { hint }) },
})

/** One option as OpenSSH spells it. `values` are its words, quotes taken away. */
export const readOption = (name: string, values: readonly string[]): Read => {
  const value = values[0] ?? ''
  if (value === '') return mistake(`${name} has no value`)
  switch (name.toLowerCase()) {
    case 'hostname':
      return { options: { hostname: value } }
    case 'user':
      return { options: { user: value } }
    case 'port':
      return readCount(name, value, 65535, (port) => ({ port }))
    case 'connecttimeout':
      return readCount(name, value, 86400, (timeout) => ({ timeout }))
    case 'identityfile':
      return { options: { identityFiles: values.filter((file) => file !== 'none') } }
    case 'userknownhostsfile':
      return { options: { userKnownHosts: values.filter((file) => file !== 'none') } }
    case 'globalknownhostsfile':
      return { options: { globalKnownHosts: values.filter((file) => file !== 'none') } }
    case 'identitiesonly':
      return readFlag(name, value, (identitiesOnly) => ({ identitiesOnly }))
    case 'stricthostkeychecking':
      return readHostKeyPolicy(value)
    case 'proxyjump':
    case 'proxycommand':
      return value === 'none'
        ? { options: {} }
        : mistake(`${name} is not supported yet`, 'reach the host directly, or run on the jump host')
    default:
      return mistake(`ssh option ${name} is not supported`, `supported are ${SUPPORTED.join(', ')}`)
  }
}

const readCount = (name: string, value: string, most: number, make: (count: number) => SshOptions): Read => {
  const count = /^\d+$/.test(value) ? Number(value) : 0
  return count >= 1 && count <= most
    ? { options: make(count) }
    : mistake(`${name} is not a number from 1 to ${most}: ${value}`)
}

const readFlag = (name: string, value: string, make: (flag: boolean) => SshOptions): Read => {
  if (/^(yes|true)$/i.test(value)) return { options: make(true) }
  if (/^(no|false)$/i.test(value)) return { options: make(false) }
  return mistake(`${name} is neither yes nor no: ${value}`)
}

/** `ask` is strict here: nobody is asked in the middle of a run. */
const readHostKeyPolicy = (value: string): Read => {
  if (/^(yes|true|ask)$/i.test(value)) return { options: { hostKey: 'strict' } }
  if (/^accept-new$/i.test(value)) return { options: { hostKey: 'accept-new' } }
  return mistake(
    `StrictHostKeyChecking ${value} is not supported: host keys are always checked`,
    'accept-new trusts a key on first sight and never a changed one',
  )
}
