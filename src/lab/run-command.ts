import { spawn } from 'node:child_process'

/** Root's PATH lacks the sbin directories after a plain `su`. */
export const toolPath = (inherited: string | undefined = process.env.PATH): string =>
  [inherited, '/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/bin', '/bin'].filter(Boolean).join(':')

export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  /** Trimmed. */
  readonly stderr: string
}

/** Runs to its end; never throws. A program that cannot be started, or dies of a signal, has exit code 127 or 128. */
export const runCommand = (
  command: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly stdin?: string } = {},
): Promise<Finished> =>
  new Promise((resolve) => {
    const [program, ...args] = command
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, PATH: toolPath(), LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', (error) => resolve({ exitCode: 127, stdout, stderr: error.message }))
    child.on('close', (code) => resolve({ exitCode: code ?? 128, stdout, stderr: stderr.trim() }))
    child.stdin.on('error', () => {}) // it ended without reading
    child.stdin.end(options.stdin ?? '')
  })

/** For what must work: throws a LabProblem with the program's own words. */
export const must = async (
  command: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly stdin?: string } = {},
): Promise<string> => {
  const finished = await runCommand(command, options)
  if (finished.exitCode === 0) return finished.stdout
  // The first: mount's second line is advice to read dmesg.
  const words = finished.stderr.split('\n')[0] || `exit code ${finished.exitCode}`
  throw new LabProblem(`\`${command[0]}\` failed: ${words}`)
}

/** What a machine refuses, in one sentence for the operator. Not a bug of ours. */
export class LabProblem extends Error {}
