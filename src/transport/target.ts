import { isIP } from 'node:net'
import type { Algorithms, Target, Via } from '../model/connection.ts'
import type { Checked, Diagnostic } from '../model/document.ts'
import { readAlgorithms, SUPPLIES } from './algorithms.ts'
import { type ConnectionVars, createVarsReader, type InventorySays } from './connection-vars.ts'
import { hasTicket, type Machine } from './machine.ts'
import { type Hop, readHops } from './proxy-jump.ts'
import type { SshConfig } from './ssh-config.ts'
import { readOptions, type SshOptions } from './ssh-options.ts'
import { argsOf, mergeSettings, type Settings, settingsOf } from './ssh-settings.ts'
import { expandPath, expandTokens, type Tokens, tokensOf } from './ssh-tokens.ts'

/** What the command line says: -u, --private-key, --host-key, --timeout. */
export interface ConnectionOptions {
  readonly user?: string
  readonly privateKey?: string
  readonly hostKey?: 'strict' | 'accept-new'
  readonly timeout?: number
}

/** Seconds for connect, handshake and login, as Ansible's default. */
const TIMEOUT = 10
/** A host that is gone is told after 45 s. */
const KEEP_ALIVE = { interval: 15, count: 3 }
/** Those on tokens last: they want a touch. */
const DEFAULT_KEYS = ['ed25519', 'ecdsa', 'rsa', 'ed25519_sk', 'ecdsa_sk'].map((name) => `~/.ssh/id_${name}`)
const USER_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
const GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']

export type TargetResolver = (host: string, vars: ConnectionVars) => Checked<Target>

/**
 * Where and as whom: command line, then inventory, then ssh config, then defaults. The config is asked about the name
 * that `ssh` would be given (ansible_host, else the inventory's name); its HostName says what that name stands for.
 * Jump hosts are looked up in the config alone, as ssh does; --host-key and --timeout hold for them too.
 */
export const createTargetResolver = (
  options: ConnectionOptions,
  config: SshConfig,
  machine: Machine,
): TargetResolver => {
  const readVars = createVarsReader()
  const policy = asSettings({ StrictHostKeyChecking: options.hostKey, ConnectTimeout: options.timeout })
  const typed = merged([asSettings({ User: options.user, IdentityFile: options.privateKey }), policy])
  const saidOf = ({ port, user, privateKey, args }: InventorySays): Settings =>
    merged([typed, asSettings({ Port: port, User: user, IdentityFile: privateKey }), args])
  const resolve = createResolver(policy, config, machine)
  return (host, vars) => {
    const { value: own, problems } = readVars(vars)
    const resolved = resolve({ host, name: own.address ?? host, said: saidOf(own) }, [])
    const all = [...problems, ...resolved.problems]
    const value = own.wants === 'ssh' ? resolved.value : withKind(resolved.value, own.wants, machine)
    return { value, problems: all.map((one) => ({ ...one, summary: `${host}: ${one.summary}` })) }
  }
}

/** On this machine itself nobody logs in: it is who runs ipvs-play. */
const withKind = (target: Target, wants: Target['wants'], { user }: Machine): Target =>
  wants === 'local' ? { ...target, wants, user, via: { kind: 'direct' } } : { ...target, wants }

type Said = Readonly<Record<string, string | number | undefined>>

const asSettings = (said: Said): Settings =>
  settingsOf(
    Object.entries(said).flatMap(([name, value]) =>
      value === undefined ? [] : [{ name, words: [String(value)], rest: String(value) }],
    ),
  )

/** The most important first; nothing is made anew where one alone says something. */
const merged = (all: readonly Settings[]): Settings => {
  const [first, ...more] = all.filter((settings) => settings.size > 0)
  if (first === undefined) return NOTHING
  return more.length === 0 ? first : mergeSettings([first, ...more])
}

const NOTHING: Settings = new Map()

interface Question {
  /** As messages and the inventory name it. */
  readonly host: string
  /** As `ssh` would be given it. */
  readonly name: string
  /** What comes before the ssh config. */
  readonly said: Settings
}

/** Jump hosts on the way to the one that is being resolved, the last first. */
type Chain = readonly string[]
type Resolve = (question: Question, chain: Chain) => Checked<Target>

const createResolver = (policy: Settings, config: SshConfig, machine: Machine): Resolve => {
  const read = createOptionsReader(config, hasTicket(machine))
  const hops = new Map<string, Checked<Target>>()
  const resolveHop: ResolveHop = (hop, before, chain) => {
    const key = JSON.stringify([hop, before])
    const known = hops.get(key)
    if (known !== undefined) return known
    const said = merged([asSettings({ User: hop.user, Port: hop.port, ProxyJump: before }), policy])
    const resolved = resolve({ host: hop.name, name: hop.name, said }, chain)
    hops.set(key, resolved)
    return resolved
  }
  const resolve: Resolve = (question, chain) => {
    const { value: file, problems: found } = read(question)
    const problems = [...found]
    const value = targetOf(question, file, { config, machine, problems, chain, resolveHop })
    return { value, problems }
  }
  return resolve
}

type ResolveHop = (hop: Hop, before: string | undefined, chain: Chain) => Checked<Target>

/** The same settings mean the same: for hosts that are alike they are read once. */
const createOptionsReader = (config: SshConfig, ticket: boolean): ((question: Question) => Checked<SshOptions>) => {
  const kept = new WeakMap<Settings, WeakMap<Settings, Checked<SshOptions>>>()
  return ({ name, said }) => {
    const { settings, problem } = config.for(name, said)
    if (problem !== undefined) return { value: {}, problems: [problem] }
    const bySaid = kept.get(settings) ?? new WeakMap<Settings, Checked<SshOptions>>()
    kept.set(settings, bySaid)
    const known = bySaid.get(said)
    if (known !== undefined) return known
    const read = readOptions(mergeSettings([said, settings]), { hasTicket: ticket })
    bySaid.set(said, read)
    return read
  }
}

interface Context {
  readonly config: SshConfig
  readonly machine: Machine
  readonly problems: Diagnostic[]
  readonly chain: Chain
  readonly resolveHop: ResolveHop
}

const targetOf = ({ host, name, said }: Question, file: SshOptions, context: Context): Target => {
  const { config, machine, problems } = context
  const address = lowerName(file.hostname === undefined ? name : expandTokens(file.hostname, { h: name }))
  const port = file.port ?? 22
  const user = file.user ?? machine.user
  const jump = file.proxy?.kind === 'jump' ? file.proxy.hops : ''
  const tokens = tokensOf({ name, address, port, user, alias: file.hostKeyAlias, jump }, machine)
  const expand = (path: string): string => {
    try {
      return expandPath(path, tokens, machine)
    } catch (cause) {
      problems.push({ severity: 'error', summary: (cause as Error).message })
      return path
    }
  }
  const { value: algorithms, lacking } = algorithmsOf(file)
  const via = viaOf(file, { name, address, port, user }, tokens, context)
  const behind = via.kind === 'jump' ? via.target.needsOpenssh : undefined
  const needsOpenssh = file.needsOpenssh ?? lacking ?? behind
  const agent = agentOf(file.identityAgent, machine, expand)
  return {
    host,
    wants: 'ssh',
    ...(needsOpenssh !== undefined && { needsOpenssh }),
    address,
    port,
    user,
    via,
    addressFamily: file.addressFamily ?? 'any',
    ...(file.bindAddress !== undefined && { bindAddress: file.bindAddress }),
    identityFiles: file.identityFiles?.map(expand) ?? DEFAULT_KEYS.map(expand).filter(machine.exists),
    certificateFiles: file.certificateFiles?.map(expand) ?? [],
    identitiesOnly: file.identitiesOnly ?? false,
    ...(agent !== undefined && { agent }),
    ...(file.methods !== undefined && { methods: file.methods }),
    knownHosts: (file.userKnownHosts ?? USER_KNOWN_HOSTS).map(expand),
    globalKnownHosts: file.globalKnownHosts ?? GLOBAL_KNOWN_HOSTS,
    ...(file.hostKeyAlias !== undefined && { hostKeyAlias: file.hostKeyAlias.toLowerCase() }),
    hostKey: file.hostKey ?? 'strict',
    hashKnownHosts: file.hashKnownHosts ?? false,
    algorithms,
    timeout: file.timeout ?? TIMEOUT,
    keepAlive: { interval: file.aliveInterval ?? KEEP_ALIVE.interval, count: file.aliveCount ?? KEEP_ALIVE.count },
    sshName: name,
    sshOptions: [...config.args, ...argsOf(said)],
  }
}

/** A zone behind an IPv6 address is the name of a device, whose case counts. */
const lowerName = (name: string): string => (isIP(name) === 0 ? name.toLowerCase() : name)

const algorithmsOf = (file: SshOptions): { readonly value: Algorithms; readonly lacking?: string } => {
  const said = [
    ['kex', 'KexAlgorithms', file.kex],
    ['ciphers', 'Ciphers', file.ciphers],
    ['macs', 'MACs', file.macs],
    ['hostKeys', 'HostKeyAlgorithms', file.hostKeyAlgorithms],
  ] as const
  const value: { -readonly [name in keyof Algorithms]: Algorithms[name] } = {}
  let lacking: string | undefined
  for (const [key, name, list] of said) {
    if (list === undefined) continue
    value[key] = readAlgorithms(list, SUPPLIES[key])
    if (value[key]?.length === 0) lacking = `${name} ${list}`
  }
  return { value, ...(lacking !== undefined && { lacking }) }
}

/** IdentityAgent: `none`, the name of a variable, or a path; else what the environment names. */
const agentOf = (said: string | undefined, { environment }: Machine, expand: (path: string) => string) => {
  if (said?.toLowerCase() === 'none') return undefined
  const [, variable = said === undefined || said === 'SSH_AUTH_SOCK' ? 'SSH_AUTH_SOCK' : undefined] =
    /^\$([A-Za-z_]\w*)$/.exec(said ?? '') ?? []
  if (variable !== undefined) return environment[variable] || undefined
  return said === undefined ? undefined : expand(said)
}

type Self = Pick<Target, 'address' | 'port' | 'user'> & { readonly name: string }

const viaOf = ({ proxy }: SshOptions, self: Self, tokens: Tokens, context: Context): Via => {
  if (proxy === undefined || proxy.kind === 'none') return { kind: 'direct' }
  const { h = '', n = '', p = '', r = '' } = tokens
  const expand = (text: string): string => expandTokens(text, { h, n, p, r })
  if (proxy.kind === 'command') return { kind: 'command', command: expand(proxy.command) }
  const written = expand(proxy.hops)
  const hops = readHops(written)
  const last = hops?.at(-1)
  const fail = (summary: string, hint?: string): Via => {
    context.problems.push({ severity: 'error', summary, ...(hint !== undefined && { hint }) })
    return { kind: 'direct' }
  }
  if (last === undefined)
    return fail(`ProxyJump is not readable: ${written}`, 'write [user@]host[:port], several by commas')
  const me = `${self.user}@${self.name}:${self.port}`
  const chain = [me, ...context.chain]
  if (context.chain.includes(me)) return fail(`ProxyJump leads in a circle: ${chain.toReversed().join(' -> ')}`, CIRCLE)
  const before = written.includes(',') ? written.slice(0, written.lastIndexOf(',')) : undefined
  const { value: target, problems } = context.resolveHop(last, before, chain)
  context.problems.push(...problems)
  return { kind: 'jump', target }
}

const CIRCLE = 'let the block of the jump hosts say ProxyJump none, or leave them out: Host * !bastion'
