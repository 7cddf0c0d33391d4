import { join } from 'node:path'
import type { Diagnostic } from '../model/document.ts'
import { type Block, type ConfigFile, readBlocks } from './ssh-config-files.ts'
import { type Asked, holds } from './ssh-config-match.ts'
import { createAskSsh } from './ssh-g.ts'
import { argsOf, mergeSettings, type Settings, settingsOf } from './ssh-settings.ts'
import { expandTokens } from './ssh-tokens.ts'

/** The user's ssh configuration, read once. */
export interface SshConfig {
  /** What it says about a host. `said` comes before it and decides what Match looks at. */
  for(name: string, said: Settings): { readonly settings: Settings; readonly problem?: Diagnostic }
  /** How `ssh` is told to read the same: -F. */
  readonly args: readonly string[]
  /** Mistakes in the files themselves. */
  readonly problems: readonly Diagnostic[]
}

export interface ConfigSource {
  /** `--ssh-config`: instead of ~/.ssh/config and /etc/ssh/ssh_config, as `ssh -F`; `none` for no file at all. */
  readonly path?: string
  readonly home: string
  readonly user: string
  /** Match exec may run what it names; else such a block holds for nobody. */
  readonly mayRun: boolean
}

const NOTHING: Settings = new Map()
export const NO_SSH_CONFIG: SshConfig = { for: () => ({ settings: NOTHING }), args: [], problems: [] }

export const readSshConfig = (source: ConfigSource): SshConfig => {
  const { blocks, problems } = readBlocks(filesOf(source), source.home)
  const args = source.path === undefined ? [] : ['-F', source.path]
  return { for: createLookUp(blocks, source, args), args, problems }
}

const filesOf = ({ path, home }: ConfigSource): readonly ConfigFile[] => {
  const directory = join(home, '.ssh')
  if (path?.toLowerCase() === 'none') return []
  if (path !== undefined) return [{ path, directory, guarded: false, named: true }]
  return [
    { path: join(directory, 'config'), directory, guarded: true, named: false },
    { path: '/etc/ssh/ssh_config', directory: '/etc/ssh', guarded: false, named: false },
  ]
}

/**
 * A fleet's hosts mostly meet the same blocks: what these say together is merged once. Blocks that name hosts without a
 * wildcard are found by the name, however many there are.
 */
const createLookUp = (blocks: readonly Block[], source: ConfigSource, args: readonly string[]): SshConfig['for'] => {
  const { byName, others } = index(blocks)
  const merged = new Map<string, Settings>()
  const askSsh = createAskSsh()
  const answers = new Map<string, ReturnType<SshConfig['for']>>()
  const merge = (held: readonly number[]): Settings => {
    const key = held.join()
    let settings = merged.get(key)
    if (settings === undefined) {
      settings = settingsOf(held.flatMap((number) => blocks[number]?.settings ?? []))
      merged.set(key, settings)
    }
    return settings
  }
  const candidates = (name: string): readonly number[] => {
    const own = byName.get(name)
    return own === undefined ? others : [...own, ...others].sort((one, other) => one - other)
  }
  const ask = (name: string, said: Settings): ReturnType<SshConfig['for']> => {
    const options = argsOf(said)
    const key = JSON.stringify([name, options])
    const kept = answers.get(key)
    if (kept !== undefined) return kept
    const found = askSsh(name, [...args, ...options])
    const answer = 'problem' in found ? refusal(name, found.problem) : found
    answers.set(key, answer)
    return answer
  }
  return (name, said) => {
    const first = walk(blocks, candidates(name), { name, host: name, said, source, final: false })
    if (first.unknown && source.mayRun) return ask(name, said)
    if (!first.wantsFinal) return { settings: merge(first.held) }
    const before = mergeSettings([said, merge(first.held)])
    const host = hostnameOf(before, name).toLowerCase()
    const second = walk(blocks, blocks.keys(), { name, host, said: before, source, final: true })
    if (second.unknown && source.mayRun) return ask(name, said)
    // What HostName stands for is settled by then.
    const settled = settingsOf([{ name: 'HostName', words: [host.replaceAll('%', '%%')], rest: host }])
    return { settings: mergeSettings([merge(first.held), settled, merge(second.held)]) }
  }
}

const refusal = (name: string, why: string): ReturnType<SshConfig['for']> => ({
  settings: NOTHING,
  problem: {
    severity: 'error',
    summary: `what the ssh config says of ${name} depends on a program that runs: ${why}`,
    hint: 'ssh -G is asked about such hosts; or give another file: --ssh-config FILE',
  },
})

const index = (
  blocks: readonly Block[],
): { readonly byName: ReadonlyMap<string, readonly number[]>; readonly others: readonly number[] } => {
  const byName = new Map<string, number[]>()
  const others: number[] = []
  blocks.forEach(({ conditions, settings }, number) => {
    const [only, ...more] = conditions
    const plain = only?.kind === 'host' && more.length === 0 && !only.patterns.some((name) => /[*?!]/.test(name))
    if (!plain) others.push(number)
    else if (settings.length > 0)
      for (const name of new Set(only.patterns)) byName.set(name, [...(byName.get(name) ?? []), number])
  })
  return { byName, others }
}

interface Pass {
  readonly name: string
  readonly host: string
  readonly said: Settings
  readonly source: ConfigSource
  readonly final: boolean
}

interface Walked {
  /** Numbers of the blocks that count. */
  readonly held: readonly number[]
  readonly unknown: boolean
  readonly wantsFinal: boolean
}

/** From top to bottom: what a block says of HostName and User is what later Match lines look at. */
const walk = (blocks: readonly Block[], candidates: Iterable<number>, pass: Pass): Walked => {
  const { name, host, said, source, final } = pass
  const held: number[] = []
  const seen = new Map<object, boolean | 'unknown'>()
  let [user, hostname, tag] = [firstOf(said, 'user'), firstOf(said, 'hostname'), firstOf(said, 'tag')]
  let [unknown, wantsFinal] = [false, false]
  let canonicalize: string | undefined
  const asked = (): Asked => ({
    name,
    host,
    hostname: final || hostname === undefined ? host : expandTokens(hostname, { h: name }),
    user: user ?? source.user,
    localUser: source.user,
    tag: tag ?? '',
    final,
  })
  for (const number of candidates) {
    const block = blocks[number]
    if (block === undefined) continue
    wantsFinal ||= block.conditions.some(wantsSecondPass)
    const counts = block.conditions.every((condition) => {
      const known = seen.get(condition) ?? holds(condition, asked())
      seen.set(condition, known)
      unknown ||= known === 'unknown'
      return known === true
    })
    if (!counts) continue
    held.push(number)
    for (const setting of block.settings) {
      const keyword = setting.name.toLowerCase()
      if (keyword === 'user') user ??= setting.words[0]
      if (keyword === 'hostname') hostname ??= setting.words[0]
      if (keyword === 'tag') tag ??= setting.words[0]
      if (keyword === 'canonicalizehostname') canonicalize ??= setting.words[0]
    }
  }
  unknown ||= !/^(no|false)$/i.test(canonicalize ?? 'no')
  return { held, unknown, wantsFinal }
}

const firstOf = (settings: Settings, keyword: string): string | undefined => settings.get(keyword)?.[0]?.words[0]

const hostnameOf = (settings: Settings, name: string): string =>
  expandTokens(firstOf(settings, 'hostname') ?? '%h', { h: name })

const wantsSecondPass = (condition: Block['conditions'][number]): boolean =>
  condition.kind === 'match' && condition.criteria.some(({ name, negated }) => name === 'final' && !negated)
