import type { Checked, Diagnostic } from '../model/document.ts'
import { SSH_OPTIONS } from './ssh-option-table.ts'
import type { Setting, Settings } from './ssh-settings.ts'

export type LoginMethod = 'publickey' | 'password' | 'keyboard-interactive'

/** What settings mean, as far as something was said. Paths and names are as written: `~` and tokens are expanded later. */
export interface SshOptions {
  readonly hostname?: string
  readonly port?: number
  readonly user?: string
  readonly identityFiles?: readonly string[]
  readonly certificateFiles?: readonly string[]
  readonly identitiesOnly?: boolean
  readonly identityAgent?: string
  readonly userKnownHosts?: readonly string[]
  readonly globalKnownHosts?: readonly string[]
  readonly hostKey?: 'strict' | 'accept-new'
  readonly hostKeyAlias?: string
  readonly hashKnownHosts?: boolean
  readonly kex?: string
  readonly ciphers?: string
  readonly macs?: string
  readonly hostKeyAlgorithms?: string
  readonly addressFamily?: 'any' | 'inet' | 'inet6'
  readonly bindAddress?: string
  readonly proxy?: Proxy
  readonly timeout?: number
  readonly aliveInterval?: number
  readonly aliveCount?: number
  /** In the order of preference. */
  readonly methods?: readonly LoginMethod[]
  /** The option that only the system's client can follow, and where it stands. */
  readonly needsOpenssh?: string
}

export type Proxy =
  | { readonly kind: 'none' }
  | { readonly kind: 'jump'; readonly hops: string }
  | { readonly kind: 'command'; readonly command: string }

/** What the meaning depends on beside the settings. */
export interface Surroundings {
  /** The user holds a Kerberos ticket. */
  readonly hasTicket: boolean
}

/** A value that cannot be, or one that we do not follow. */
class Mistake extends Error {
  readonly hint: string | undefined
  constructor(summary: string, hint?: string) {
    super(summary)
    this.hint = hint
  }
}

type Reader = (settings: readonly [Setting, ...Setting[]]) => SshOptions

/** @returns problems without a host; a mistaken value is left out */
export const readOptions = (settings: Settings, { hasTicket }: Surroundings): Checked<SshOptions> => {
  const problems: Diagnostic[] = []
  let value: SshOptions = {}
  for (const [slot, said] of settings) {
    const [first, ...more] = said
    if (first === undefined) continue
    try {
      if (demandsOpenssh(slot, first, hasTicket)) value = { needsOpenssh: named(first), ...value }
      else value = { ...value, ...READERS[slot]?.([first, ...more]) }
    } catch (cause) {
      if (!(cause instanceof Mistake)) throw cause
      const summary = first.from === undefined ? cause.message : `${first.from}: ${cause.message}`
      const { hint } = cause
      const at = first.at === undefined ? {} : { at: first.at }
      problems.push({ severity: 'error', summary, ...at, ...(hint !== undefined && { hint }) })
    }
  }
  return { value: withMethods(settings, value), problems }
}

const named = ({ name, at, from }: Setting): string => {
  const where = at === undefined ? from : `${at.file}:${at.line}`
  return where === undefined ? name : `${name} (${where})`
}

const OPENSSH: ReadonlySet<string> = new Set(
  SSH_OPTIONS.flatMap(({ name, handling }) => (handling === 'openssh' ? [name.toLowerCase()] : [])),
)

const demandsOpenssh = (slot: string, { words: [value = ''] }: Setting, hasTicket: boolean): boolean => {
  if (!OPENSSH.has(slot) || /^(no|none|false|off)$/i.test(value)) return false
  if (slot.startsWith('gssapi')) return hasTicket
  if (slot === 'pubkeyacceptedalgorithms') return !value.startsWith('+')
  if (slot === 'requiredrsasize') return !(Number(value) <= 1024)
  return true
}

const value = ([{ name, words }]: readonly [Setting, ...Setting[]]): string => {
  const [first = '', ...more] = words
  if (first === '') throw new Mistake(`${name} has no value`)
  if (more.length > 0) throw new Mistake(`${name} takes one value, not ${words.length}`)
  return first
}

const text =
  (make: (text: string) => SshOptions): Reader =>
  (said) =>
    make(value(said))

const flag =
  (make: (flag: boolean) => SshOptions): Reader =>
  (said) => {
    const word = value(said)
    if (/^(yes|true)$/i.test(word)) return make(true)
    if (/^(no|false)$/i.test(word)) return make(false)
    throw new Mistake(`${said[0].name} is neither yes nor no: ${word}`)
  }

const files =
  (make: (files: readonly string[]) => SshOptions): Reader =>
  ([{ name, words }]) => {
    if (words.includes('')) throw new Mistake(`${name} has no value`)
    return make(words.filter((file) => !isNone(file)))
  }

const addingFiles =
  (make: (files: readonly string[]) => SshOptions): Reader =>
  (said) => {
    const all = said.map((one) => value([one])).filter((file) => !isNone(file))
    return make([...new Set(all)])
  }

const isNone = (word: string): boolean => word.toLowerCase() === 'none'

/** sshd_config(5) TIME FORMATS: `90`, `1m30s`. */
const UNITS: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }

const seconds =
  (make: (seconds: number) => SshOptions): Reader =>
  (said) => {
    const word = value(said)
    if (isNone(word)) return {}
    if (!/^(\d+[smhdw]?)+$/i.test(word)) throw new Mistake(`${said[0].name} is not a time in seconds: ${word}`)
    const parts = [...word.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)]
    return make(parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNITS[unit ?? ''] ?? 1), 0))
  }

const count = (most: number, make: (count: number) => SshOptions): Reader => {
  const read: Reader = (said) => {
    const word = value(said)
    const number = /^\d{1,9}$/.test(word) ? Number(word) : 0
    if (number < 1 || number > most) throw new Mistake(`${said[0].name} is not a number from 1 to ${most}: ${word}`)
    return make(number)
  }
  return read
}

/** `ask` is strict here: nobody is asked in the middle of a run. */
const hostKey: Reader = (said) => {
  const word = value(said)
  if (/^(yes|true|ask)$/i.test(word)) return { hostKey: 'strict' }
  if (/^accept-new$/i.test(word)) return { hostKey: 'accept-new' }
  throw new Mistake(
    `StrictHostKeyChecking ${word} is not supported: host keys are always checked`,
    'accept-new trusts a key on first sight and never a changed one',
  )
}

const addressFamily: Reader = (said) => {
  const word = value(said).toLowerCase()
  if (word === 'any' || word === 'inet' || word === 'inet6') return { addressFamily: word }
  throw new Mistake(`AddressFamily is neither any, inet nor inet6: ${word}`)
}

const proxyCommand: Reader = ([{ rest }]) => {
  const command = rest.replace(/^[\s=]+/, '')
  return { proxy: isNone(command) ? { kind: 'none' } : { kind: 'command', command } }
}

const proxyJump: Reader = (said) => {
  const hops = value(said)
  return { proxy: isNone(hops) ? { kind: 'none' } : { kind: 'jump', hops } }
}

const refused: Reader = ([{ rest }]) => {
  throw new Mistake(`the ssh config refuses the connection: ${rest}`)
}

const READERS: Readonly<Record<string, Reader>> = {
  hostname: text((hostname) => ({ hostname })),
  user: text((user) => ({ user })),
  port: count(65535, (port) => ({ port })),
  identityfile: addingFiles((identityFiles) => ({ identityFiles })),
  certificatefile: addingFiles((certificateFiles) => ({ certificateFiles })),
  identitiesonly: flag((identitiesOnly) => ({ identitiesOnly })),
  identityagent: text((identityAgent) => ({ identityAgent })),
  userknownhostsfile: files((userKnownHosts) => ({ userKnownHosts })),
  globalknownhostsfile: files((globalKnownHosts) => ({ globalKnownHosts })),
  stricthostkeychecking: hostKey,
  hostkeyalias: text((hostKeyAlias) => ({ hostKeyAlias })),
  hashknownhosts: flag((hashKnownHosts) => ({ hashKnownHosts })),
  kexalgorithms: text((kex) => ({ kex })),
  ciphers: text((ciphers) => ({ ciphers })),
  macs: text((macs) => ({ macs })),
  hostkeyalgorithms: text((hostKeyAlgorithms) => ({ hostKeyAlgorithms })),
  addressfamily: addressFamily,
  bindaddress: text((bindAddress) => ({ bindAddress })),
  proxycommand: proxyCommand,
  proxyjump: proxyJump,
  connecttimeout: seconds((timeout) => (timeout > 0 ? { timeout } : {})),
  serveraliveinterval: seconds((aliveInterval) => ({ aliveInterval })),
  serveralivecountmax: count(1_000_000, (aliveCount) => ({ aliveCount })),
  refuseconnection: refused,
}

const METHODS: readonly (readonly [LoginMethod, keyword: string])[] = [
  ['publickey', 'pubkeyauthentication'],
  ['keyboard-interactive', 'kbdinteractiveauthentication'],
  ['password', 'passwordauthentication'],
]

/** What PreferredAuthentications lists, in its order, without what is switched off. */
const withMethods = (settings: Settings, options: SshOptions): SshOptions => {
  const preferred = settings.get('preferredauthentications')?.[0]?.words[0]?.split(',')
  const isOff = (keyword: string): boolean => /^(no|false)$/i.test(settings.get(keyword)?.[0]?.words[0] ?? '')
  const allowed = METHODS.filter(([, keyword]) => !isOff(keyword)).map(([method]) => method)
  if (preferred === undefined && allowed.length === METHODS.length) return options
  const methods =
    preferred === undefined ? allowed : preferred.flatMap((name) => allowed.find((one) => one === name) ?? [])
  return { ...options, methods }
}
