import type { Value } from '../model/document.ts'
import type { Reporter, RunEvent } from '../model/event.ts'
import type { Write } from './ndjson.ts'
import { createPaint } from './paint.ts'
import { checkMode, oneLine, plural, printable, someNames } from './printable.ts'
import { createSummary } from './summary.ts'

export interface PlainOptions {
  readonly color: boolean
  readonly diff: boolean
  /** 1: also what is ok or skipped; 2: also what tasks print and when they start. */
  readonly verbosity: number
}

const asText = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** For logs and pipes: one line per event that matters, then the summary. */
export const createPlain = (write: Write, { color, diff, verbosity }: PlainOptions): Reporter => {
  const paint = createPaint(color)
  const summary = createSummary()
  const line = (text: string) => write(`${text}\n`)

  const finished = (event: Extract<RunEvent, { type: 'task-finished' }>) => {
    const { status, host, task, item, reason, differences } = event
    const message = event.result?.msg
    const quiet = status === 'ok' || status === 'skipped' || status === 'not-run'
    // A loop is told by its items.
    const loop = event.result?.results !== undefined
    const said = status === 'ok' && message !== undefined && !loop ? asText(message) : undefined
    if (quiet && verbosity === 0 && said === undefined) return
    const label = item === undefined ? task : `${task} (${oneLine(JSON.stringify(item))})`
    const detail = said ?? reason ?? (differences.length > 0 ? plural(differences.length, 'difference') : '')
    const mild = event.ignored ? 'ignored' : event.rescued ? 'rescued' : undefined
    const word = mild !== undefined ? paint.yellow(mild.padEnd(12)) : paint.status(status, status.padEnd(12))
    line(`${word} ${host}  ${oneLine(label)}${detail === '' ? '' : `: ${oneLine(detail)}`}`)
  }
  return {
    report: (event) => {
      summary.see(event)
      switch (event.type) {
        case 'run-started':
          if (event.check) line(paint.dim(checkMode(event.carried_out)))
          break
        case 'play-started':
          line(
            paint.bold(`PLAY ${event.number} ${printable(event.play)}`) +
              paint.dim(` (${plural(event.hosts.length, 'host')})`),
          )
          break
        case 'batch-started':
          line(
            paint.bold(`batch ${event.batch} of ${event.batches}`) +
              paint.dim(` (${plural(event.hosts.length, 'host')}: ${someNames(event.hosts)})`),
          )
          break
        case 'task-started':
          if (verbosity >= 2) line(paint.dim(`started      ${event.host}  ${oneLine(event.task)}`))
          break
        case 'task-retrying':
          line(
            `${paint.yellow('retrying'.padEnd(12))} ${event.host}  ${oneLine(event.task)} (attempt ${event.attempt}, ${event.retries_left} left)${event.reason === undefined ? '' : `: ${oneLine(event.reason)}`}`,
          )
          break
        case 'task-finished':
          // A loop's items are only told one by one when somebody asks, or when they have something to say.
          if (event.item === undefined || verbosity > 0 || event.status === 'ok') finished(event)
          break
        case 'task-output':
          if (verbosity >= 2)
            for (const text of printable(event.text.trimEnd()).split('\n')) line(paint.dim(`  ${event.host} | ${text}`))
          break
        case 'host-unreachable':
          line(`${paint.red('unreachable '.padEnd(12))} ${event.host}  ${oneLine(event.reason)}`)
          break
        case 'host-locked':
          line(`${paint.red('locked'.padEnd(12))} ${event.host}  by ${oneLine(event.owner)}`)
          break
        case 'notice':
          line(paint.cyan(printable(event.text)))
          break
        case 'warning':
          line(paint.yellow(`warning: ${printable(event.text)}${event.where === undefined ? '' : ` (${event.where})`}`))
          break
        case 'interrupted':
          line(paint.red(`${event.signal}: no new host starts, hosts in flight finish the round they were sent`))
          break
      }
    },
    finish: async () => {
      for (const text of summary.lines(paint, { diff })) line(text)
    },
  }
}
