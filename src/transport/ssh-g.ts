import { spawnSync } from 'node:child_process'
import { splitConfigWords } from './ssh-config-lines.ts'
import { type Setting, type Settings, settingsOf } from './ssh-settings.ts'

/** What the system's ssh makes of its configuration for one host, or why it cannot be asked. */
export type AskSsh = (
  name: string,
  args: readonly string[],
) => { readonly settings: Settings } | { readonly problem: string }

/** One process a host: only for what a reader of files cannot know. What ssh says of any host is left out. */
export const createAskSsh = (): AskSsh => {
  let usual: ReadonlySet<string> | undefined
  return (name, args) => {
    usual ??= new Set(dump('nobody.invalid', ['-F', 'none']).lines)
    const { lines, problem } = dump(name, args)
    if (problem !== undefined) return { problem }
    const known = usual
    return { settings: settingsOf(lines.filter((line) => !known.has(line)).flatMap(settingOf)) }
  }
}

const dump = (name: string, args: readonly string[]): { lines: readonly string[]; problem?: string } => {
  const { error, status, stdout, stderr } = spawnSync('ssh', ['-G', ...args, '--', name], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
  })
  const { code } = (error ?? {}) as NodeJS.ErrnoException
  if (code === 'ENOENT') return { lines: [], problem: 'the ssh client is not installed' }
  if (error !== undefined) return { lines: [], problem: error.message }
  if (status !== 0) return { lines: [], problem: stderr.trim().split('\n')[0] ?? `ssh -G ended with ${status}` }
  return { lines: stdout.split('\n').filter((line) => line !== '') }
}

/** `-G` tells resolved names in lower case and takes quotes away: only lists of files are several words. */
const settingOf = (line: string): Setting[] => {
  const [, name, rest] = /^(\S+) (.*)$/.exec(line) ?? []
  if (name === undefined || rest === undefined || name === 'host') return []
  const words = /^(user|global)knownhostsfile$/.test(name) ? (splitConfigWords(rest) ?? [rest]) : [rest]
  return [{ name, words, rest }]
}
