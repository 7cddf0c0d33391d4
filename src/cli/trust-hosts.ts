import { createInterface } from 'node:readline/promises'
import type { Target } from '../model/connection.ts'
import { plural } from '../reporters/printable.ts'
import { editKnownHosts } from '../transport/known-hosts-edit.ts'
import { createKnownHostsReader } from '../transport/known-hosts-files.ts'
import type { Ssh } from '../transport/ssh.ts'
import { createTransport } from '../transport/transports.ts'
import { interruptible } from './interruptible.ts'
import { openKeys } from './open-keys.ts'
import { askPasswords, isTerminal } from './password.ts'
import { printProblems, refuse } from './problems.ts'
import { reachPattern } from './reach-pattern.ts'
import type { TrustOptions } from './trust.ts'
import { editsFor, obstacle, type Standing, standingOf, tellStandings } from './trust-plan.ts'
import { readKeyring } from './vault.ts'

/** Fetches, shows, asks and writes, jump hosts first. Sets the exit code. */
export const trust = async (pattern: string, options: TrustOptions): Promise<void> => {
  if (options.yes !== true && !isTerminal())
    refuse('trust asks on a terminal, and there is none', 'compare the fingerprints elsewhere, then give --yes')
  const keyring = await readKeyring(options)
  const passwords = await askPasswords(options)
  const { reach, problems } = await reachPattern(pattern, options, { keyring, passwords })
  await printProblems(problems)
  const keys = await openKeys(reach.targets.values(), options, keyring)
  const transport = createTransport({ connectLimit: options.connectLimit, keys })
  const { abort, stopListening } = interruptible()
  const codes: number[] = []
  try {
    for (const targets of levelsOf([...reach.targets.values()])) {
      const standings = await standingsOf(targets, { transport, signal: abort.signal })
      if (abort.signal.aborted) break
      process.stdout.write(tellStandings(standings))
      codes.push(await settle(standings, options))
    }
    process.exitCode = abort.signal.aborted ? 130 : codes.includes(2) ? 2 : Math.max(0, ...codes)
  } finally {
    stopListening()
  }
}

/** Who is reached directly comes first: through a jump host that is not known nobody goes. */
const levelsOf = (targets: readonly Target[]): readonly (readonly Target[])[] => {
  const levels: Set<Target>[] = []
  const put = (target: Target): number => {
    const level = target.via.kind === 'jump' ? put(target.via.target) + 1 : 0
    levels[level] ??= new Set()
    levels[level].add(target)
    return level
  }
  for (const target of targets) if (target.wants !== 'local') put(target)
  return levels.map((level) => [...level])
}

interface Fetching {
  readonly transport: Pick<Ssh, 'fetchKeys'>
  readonly signal: AbortSignal
}

const standingsOf = async (
  targets: readonly Target[],
  { transport, signal }: Fetching,
): Promise<readonly Standing[]> => {
  const read = createKnownHostsReader()
  return await Promise.all(
    targets.map(async (target): Promise<Standing> => {
      const fetched = await transport.fetchKeys(target, signal)
      if ('kind' in fetched) {
        const { reason, hint } = fetched
        return { kind: 'refused', target, reason, ...(hint !== undefined && { hint }) }
      }
      return standingOf(target, fetched, read([...target.knownHosts, ...target.globalKnownHosts]))
    }),
  )
}

/** Asks and writes. @returns what it adds to the exit code */
const settle = async (
  standings: readonly Standing[],
  { yes = false, replace = false }: TrustOptions,
): Promise<number> => {
  const agreed: Standing[] = []
  let left = 0
  for (const [kind, question] of [
    ['new', 'trust these keys of'],
    ['changed', 'put the new keys in the place of the known ones of'],
  ] as const) {
    const all = standings.filter((standing) => standing.kind === kind)
    const able = all.filter((standing) => {
      const why = obstacle(standing)
      if (why !== undefined) process.stdout.write(`${standing.target.host} is left as it is: ${why}\n`)
      return why === undefined
    })
    left += all.length - able.length
    if (able.length === 0) continue
    if (kind === 'changed' && !replace) {
      process.stdout.write('somebody may be in between; if hosts were installed anew, give --replace\n')
      left += able.length
    } else if (yes || (await confirmed(`${question} ${plural(able.length, 'host')}?`))) {
      agreed.push(...able)
    } else left += able.length
  }
  for (const edit of editsFor(agreed)) {
    try {
      await editKnownHosts(edit)
    } catch (cause) {
      return refuse(`${edit.file} cannot be written: ${(cause as Error).message}`)
    }
    process.stdout.write(`written to ${edit.file}: ${plural(edit.add.length, 'key')}\n`)
  }
  const unreachable = standings.some(({ kind }) => kind === 'refused')
  return left > 0 ? 2 : unreachable ? 4 : 0
}

const confirmed = async (question: string): Promise<boolean> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
  } finally {
    lines.close()
  }
}
