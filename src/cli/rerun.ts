/** `--rerun failed|unreachable`: the hosts of the last run that it is about. */
import { readFileSync, readlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '../model/event.ts'
import { nearest } from '../nearest.ts'
import { refuse } from './problems.ts'

const kinds = ['failed', 'unreachable'] as const
type Kind = (typeof kinds)[number]

const kindOf = (which: string): Kind => {
  const kind = kinds.find((each) => each === which)
  if (kind !== undefined) return kind
  if (/^\d{8}T\d{6}Z-\w+$/.test(which))
    return refuse(
      '`--rerun RUN`, which goes on with an earlier run, is not in this version yet',
      '--limit @FILE takes the hosts of a file',
    )
  const near = nearest(which, kinds)
  return refuse(
    `--rerun ${which} is unknown`,
    near === undefined ? 'give `failed` or `unreachable`' : `did you mean \`${near}\`?`,
  )
}

/** The events of a run as far as they were written: the last line may be cut. */
const eventsOf = (text: string): readonly RunEvent[] =>
  text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as RunEvent]
    } catch {
      return []
    }
  })

/** Hosts in the order in which it happened to them. */
const hostsWith = (kind: Kind, events: readonly RunEvent[]): readonly string[] => {
  const hosts = new Set<string>()
  for (const event of events) {
    if (kind === 'unreachable' && event.type === 'host-unreachable') hosts.add(event.host)
    if (kind !== 'failed') continue
    if (event.type === 'task-finished' && event.status === 'failed' && event.ignored !== true) hosts.add(event.host)
    if (event.type === 'host-locked') hosts.add(event.host)
  }
  return [...hosts]
}

export interface Rerun {
  readonly run: string
  /** As it was named on that run's command line. */
  readonly playbook: string
  readonly hosts: readonly string[]
}

/**
 * Reads the last run. Refuses where there is none, or where nothing of that kind happened in it.
 * @param which  the value of --rerun
 */
export const readRerun = (
  which: string,
  stateHome = process.env.XDG_STATE_HOME || join(homedir(), '.local/state'),
): Rerun => {
  const kind = kindOf(which)
  const last = join(stateHome, 'ipvs-play/runs/last')
  try {
    const run = readlinkSync(last)
    const events = eventsOf(readFileSync(join(last, 'events.ndjson'), 'utf8'))
    const started = events.find((event) => event.type === 'run-started')
    const hosts = hostsWith(kind, events)
    if (hosts.length === 0) {
      const summary =
        kind === 'failed' ? `no host failed in the last run, ${run}` : `every host was reached in the last run, ${run}`
      return refuse(summary, 'leave --rerun out to run on all hosts')
    }
    return { run, playbook: started?.playbook ?? '', hosts }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === undefined) throw cause
    return refuse(
      code === 'ENOENT' ? 'there is no last run to go on with' : `the last run cannot be read: ${last} (${code})`,
      'leave --rerun out, or name the hosts with --limit',
    )
  }
}

/** The hosts, and of these only those that the user's own limit names. */
export const limitTo = (hosts: readonly string[], limit: string | undefined): string => {
  if (limit === undefined) return hosts.join(',')
  const names = hosts.map((host) => host.replace(/[^\w-]/g, '\\$&')).join('|')
  return `${limit}${limit.includes(',') ? ',' : ':'}&~(${names})$`
}
