import { isUtf8 } from 'node:buffer'
import { execFile } from 'node:child_process'
import { accessSync, constants, type Stats } from 'node:fs'
import { resolve } from 'node:path'
import type { InventoryDocument } from '../documents/inventory-document.ts'
import { parseScriptHost, parseScriptList } from '../documents/inventory-script.ts'
import type { Checked, Diagnostic } from '../model/document.ts'

/** Why an executable file that begins with `#!` is not run as an inventory; `undefined` if it may be. */
export const unsafeToRun = (path: string, { uid, mode }: Stats): { summary: string; hint: string } | undefined => {
  const us = process.getuid?.()
  if (!isExecutable(path)) {
    return { summary: 'this is a script that may not be executed', hint: `make it executable: chmod +x ${path}` }
  }
  if (uid !== 0 && uid !== us) {
    const hint = 'look at what it does, then make it yours or copy it'
    return { summary: 'this script belongs to another user, so it is not run', hint }
  }
  if ((mode & 0o022) === 0) return undefined
  return { summary: 'this script can be written by others, so it is not run', hint: `chmod go-w ${path}` }
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Runs an inventory script with `--list` and, where that gives no `_meta`, with `--host` for each host in turn; half a
 * minute for all of it. What it prints on stderr is shown where it fails.
 */
export const runScript = async (file: string, seconds = 30): Promise<Checked<InventoryDocument>> => {
  const limit: Limit = { seconds, at: performance.now() + seconds * 1000 }
  const list = await call(file, ['--list'], limit)
  if (!list.ok) return { value: { file, statements: [] }, problems: [list.problem] }
  const { value, problems } = parseScriptList(list.text, file)
  const statements = [...value.statements]
  const allProblems = [...problems]
  for (const [host, group] of value.hostsToAsk) {
    const answer = await call(file, ['--host', host], limit)
    if (!answer.ok) return { value: { file, statements }, problems: [...allProblems, answer.problem] }
    const { value: vars, problems: wrong } = parseScriptHost(answer.text, file, host)
    statements.push({ kind: 'hosts', group, names: [host], at: { file, line: 1, column: 1 }, vars })
    allProblems.push(...wrong)
  }
  return { value: { file, statements }, problems: allProblems }
}

interface Limit {
  readonly seconds: number
  /** When they are over. */
  readonly at: number
}

const mostBytes = 64 << 20

type Called = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly problem: Diagnostic }

const call = (file: string, args: readonly string[], limit: Limit): Promise<Called> =>
  new Promise((done) => {
    const at = { file, line: 1, column: 1 }
    const refuse = (summary: string): void =>
      done({ ok: false, problem: { severity: 'error', summary, at, hint: `try it: ${file} ${args.join(' ')}` } })
    const timeout = Math.max(1, Math.ceil(limit.at - performance.now()))
    const options = { timeout, killSignal: 'SIGKILL', maxBuffer: mostBytes, encoding: 'buffer' } as const
    const child = execFile(resolve(file), args, options, (error, stdout, stderr) => {
      const said = stderr.toString('utf8').trim().split('\n').at(-1) ?? ''
      if (error !== null) {
        refuse(`the script ${wayOfFailing(error, limit)} for ${args.join(' ')}${said === '' ? '' : `: ${said}`}`)
      } else if (isUtf8(stdout)) done({ ok: true, text: stdout.toString('utf8') })
      else refuse(`what the script printed for ${args.join(' ')} is not text in UTF-8`)
    })
    child.stdin?.on('error', () => {}).end()
  })

const wayOfFailing = (
  { killed, code }: { readonly killed?: boolean | undefined; readonly code?: unknown },
  { seconds }: Limit,
): string => {
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return `printed more than ${mostBytes >> 20} MiB`
  if (killed) return `took longer than ${seconds} s`
  return typeof code === 'number' ? `failed with exit code ${code}` : `could not be run (${code})`
}
