import { readFileSync, statSync } from 'node:fs'
import { isVault } from '../documents/vault.ts'
import type { Diagnostic } from '../model/document.ts'
import { redactText } from '../reporters/redact.ts'
import { isSecretName } from '../secret.ts'

/** A mistake of the user that ends the command: exit 5, nothing was contacted. */
export class Refused extends Error {
  readonly problems: readonly Diagnostic[]
  constructor(problems: readonly Diagnostic[]) {
    super('refused')
    this.problems = problems
  }
}

/** Ctrl-C before anything began: exit 130. */
export class Interrupted extends Error {}

export const refuse = (summary: string, hint?: string): never => {
  throw new Refused([{ severity: 'error', summary, ...(hint === undefined ? {} : { hint }) }])
}

export const hasErrors = (problems: readonly Diagnostic[]): boolean =>
  problems.some(({ severity }) => severity === 'error')

/** Messages that name values, without those that nobody may see. */
export const withoutSecrets = (problems: readonly Diagnostic[], hidden: ReadonlySet<string>): readonly Diagnostic[] => {
  const clean = redactText(hidden)
  return problems.map(({ summary, hint, ...rest }) => ({
    ...rest,
    summary: clean(summary),
    ...(hint !== undefined && { hint: clean(hint) }),
  }))
}

/** An error of ours that may quote values, as it may be shown. */
export const withoutSecretsIn = (cause: unknown, hidden: ReadonlySet<string>): unknown => {
  if (!(cause instanceof Error) || cause instanceof Refused || hidden.size === 0) return cause
  const clean = redactText(hidden)
  return Object.assign(new Error(clean(cause.message)), { stack: clean(cause.stack ?? String(cause)) })
}

/** A name and its value begin: `name: value`, `"name"= value`. */
const assignment = /(?<![\w-])([\w-]+)["']?\s*[:=]\s*(?!\s|$)/g

/** A line that gives a secret its value is shown without it, wherever the mistake is. */
const withoutWritten = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      const secret = [...line.matchAll(assignment)].find(([, name = '']) => isSecretName(name))
      return secret === undefined ? line : `${line.slice(0, secret.index + secret[0].length)}***`
    })
    .join('\n')

/** Bytes; no larger file is read. */
const maxShown = 4 << 20

/** Mistakes go to stderr with the lines they are in. */
export const printProblems = async (problems: readonly Diagnostic[]): Promise<void> => {
  if (problems.length === 0) return
  // most runs have none to show
  const { showDiagnostics } = await import('../documents/code-frame.ts')
  const read = (file: string): string | undefined => {
    try {
      const entry = statSync(file)
      if (!entry.isFile() || entry.size > maxShown) return undefined
      const text = readFileSync(file, 'utf8')
      // The place is in what the vault holds.
      return isVault(text) ? undefined : withoutWritten(text)
    } catch {
      return undefined
    }
  }
  const { stderr } = process
  const color = stderr.isTTY === true && !process.env.NO_COLOR
  process.stderr.write(`${showDiagnostics(problems, read, { color, columns: stderr.columns ?? 100 })}\n`)
}

/** Runs a command; what it refuses is printed and exits 5, a question that is answered with Ctrl-C exits 130. */
export const refusing = async (act: () => Promise<void>): Promise<void> => {
  try {
    await act()
  } catch (cause) {
    if (cause instanceof Interrupted) {
      process.exitCode = 130
      return
    }
    if (!(cause instanceof Refused)) throw cause
    await printProblems(cause.problems)
    process.exitCode = 5
  }
}
