import { readFileSync } from 'node:fs'
import type { Checked, Diagnostic } from '../model/document.ts'
import { readOption, type SshOptions } from './ssh-options.ts'

/** An ssh_config file, read once; `for` gives what it says about one host name. */
export interface SshConfig {
  for(name: string): Checked<SshOptions>
}

/** What is read; everything else is passed over, as it changes neither where nor as whom we log in. */
const READ = [
  'HostName',
  'Port',
  'User',
  'IdentityFile',
  'UserKnownHostsFile',
  'GlobalKnownHostsFile',
  'IdentitiesOnly',
  'StrictHostKeyChecking',
  'ConnectTimeout',
]
/** These would change whom we talk to: better an error than the wrong host. */
const REFUSED = ['ProxyJump', 'ProxyCommand', 'HostKeyAlias', 'CertificateFile', 'KnownHostsCommand']

const NOTHING: SshConfig = { for: () => ({ value: {}, problems: [] }) }

/** Without a path nothing is read, not even ~/.ssh/config. What cannot be honoured for the whole file is a problem here. */
export const readSshConfig = async (path: string | undefined): Promise<Checked<SshConfig>> => {
  if (path === undefined) return { value: NOTHING, problems: [] }
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    return { value: NOTHING, problems: [{ severity: 'error', summary: `--ssh-config ${path}: ${why}` }] }
  }
  const problems = refuseWholeFile(text, path)
  if (problems.length > 0) return { value: NOTHING, problems }
  return parse(text, path)
}

/** Directives that run programs or read other files while a host is looked up. */
const refuseWholeFile = (text: string, path: string): readonly Diagnostic[] =>
  text.split('\n').flatMap((line, index) => {
    const [, name = '', rest = ''] = /^\s*([A-Za-z]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? []
    const what = /^include$/i.test(name)
      ? 'Include'
      : /^match$/i.test(name)
        ? /\b(exec|canonical|final|tagged|localnetwork)\b/i.exec(rest)?.[1]?.replace(/^/, 'Match ')
        : /^canonicalizehostname$/i.test(name) && !/^no\b/i.test(rest)
          ? 'CanonicalizeHostname'
          : undefined
    if (what === undefined) return []
    const at = { file: path, line: index + 1, column: line.search(/\S/) + 1 }
    return [{ severity: 'error' as const, summary: `${what} in an ssh config is not supported yet`, at }]
  })

const parse = async (text: string, path: string): Promise<Checked<SshConfig>> => {
  const { default: SSHConfig } = await import('ssh-config')
  try {
    const config = SSHConfig.parse(text)
    return {
      value: { for: (name) => select(config.compute(name, { ignoreCase: true, matchExec: false }), path) },
      problems: [],
    }
  } catch (cause) {
    return { value: NOTHING, problems: [{ severity: 'error', summary: `${path}: ${(cause as Error).message}` }] }
  }
}

const select = (computed: Record<string, string | string[]>, path: string): Checked<SshOptions> => {
  const problems: Diagnostic[] = []
  let value: SshOptions = {}
  const valuesOf = (name: string): readonly string[] => [computed[name.toLowerCase()] ?? []].flat()
  for (const name of REFUSED) {
    const [first = 'none'] = valuesOf(name)
    if (first !== 'none') problems.push({ severity: 'error', summary: `${path}: ${name} is not supported yet` })
  }
  for (const name of READ) {
    const values = valuesOf(name)
    if (values.length === 0) continue
    const { options, problem } = readOption(name, values)
    value = { ...value, ...options }
    if (problem !== undefined) problems.push({ ...problem, summary: `${path}: ${problem.summary}` })
  }
  return { value, problems }
}
