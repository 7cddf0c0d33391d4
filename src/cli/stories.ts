import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from '../reporters/printable.ts'
import { redactText } from '../reporters/redact.ts'
import type { Stories } from '../transport/story.ts'

/** With fewer `-v` nobody tells how hosts are reached, at no cost. */
const ENOUGH = 3

interface Where {
  readonly verbose: number
  /** Secrets that no line may show. */
  readonly hidden: ReadonlySet<string>
  write(host: string, line: string): void
}

const storiesTo = ({ verbose, hidden, write }: Where): Stories | undefined => {
  if (verbose < ENOUGH) return undefined
  const clean = redactText(hidden)
  return (host) => {
    const begun = performance.now()
    return (line) => {
      const ms = String(Math.round(performance.now() - begun)).padStart(6)
      for (const one of clean(line).trimEnd().split(/\r?\n/)) write(host, `${ms} ms  ${printable(one)}\n`)
    }
  }
}

type Common = Pick<Where, 'verbose' | 'hidden'>

/** Each line names its host. */
export const storiesOnStderr = (common: Common): Stories | undefined =>
  storiesTo({ ...common, write: (host, line) => void process.stderr.write(`${printable(host)}  ${line}`) })

/** A file a host in this folder; the name of a host may hold anything. */
export const storiesInFolder = (folder: string, common: Common): Stories | undefined => {
  if (common.verbose < ENOUGH) return undefined
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const write = (host: string, line: string): void =>
    appendFileSync(join(folder, `${encodeURIComponent(host)}.log`), line, { mode: 0o600 })
  return storiesTo({ ...common, write })
}
