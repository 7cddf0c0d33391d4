import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, openSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** A run's folder on the controller: `$XDG_STATE_HOME/ipvs-play/runs/RUN`, 0700, its files 0600. */
export interface RunFiles {
  readonly run: string
  readonly folder: string
  /** Buffered; written at the latest after 200 ms and by `flush`. */
  event(line: string): void
  /** Resolves when the entry is written. */
  journal(entry: object): Promise<void>
  /** Hosts that are left, one a line, for `--limit @FILE`. */
  left(hosts: readonly string[]): string
  flush(): void
}

/** `20261124T041200Z-x7k2` */
const newRunName = (now: Date): string =>
  `${now.toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(5).readUIntBE(0, 5).toString(36).slice(-4)}`

const flushAfter = 200

/** The state folder can no longer be written: without its journal no script may leave. Not a bug of ours. */
export class JournalLost extends Error {
  constructor(file: string, { code }: NodeJS.ErrnoException) {
    super(`the journal of this run can no longer be written (${code}): ${file}`)
  }
}

/** Makes the folder and points `last` at it. Throws what the file system says. */
export const createRunFiles = (
  now: Date,
  stateHome = process.env.XDG_STATE_HOME || join(homedir(), '.local/state'),
): RunFiles => {
  const run = newRunName(now)
  const runs = join(stateHome, 'ipvs-play/runs')
  const folder = join(runs, run)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const fresh = join(runs, `.last.${run}`)
  symlinkSync(run, fresh)
  renameSync(fresh, join(runs, 'last'))
  const events = openSync(join(folder, 'events.ndjson'), 'ax', 0o600)
  const journalFile = join(folder, 'journal.ndjson')
  writeFileSync(journalFile, '', { mode: 0o600, flag: 'wx' })
  let waiting: string[] = []
  let timer: NodeJS.Timeout | undefined
  let lost = false
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const lines = waiting.join('')
    waiting = []
    try {
      appendFileSync(events, lines)
    } catch (cause) {
      // What happened is told on stdout all the same; only the journal is a condition of writing.
      if (!lost)
        process.stderr.write(
          `warning: events.ndjson of this run is not whole (${(cause as NodeJS.ErrnoException).code})\n`,
        )
      lost = true
    }
  }
  return {
    run,
    folder,
    event: (line) => {
      waiting.push(line)
      timer ??= setTimeout(flush, flushAfter)
    },
    journal: async (entry) => {
      try {
        await appendFile(journalFile, `${JSON.stringify(entry)}\n`)
      } catch (cause) {
        throw new JournalLost(journalFile, cause as NodeJS.ErrnoException)
      }
    },
    left: (hosts) => {
      const path = join(folder, 'left')
      writeFileSync(path, `${hosts.join('\n')}\n`, { mode: 0o600 })
      return path
    },
    flush,
  }
}
