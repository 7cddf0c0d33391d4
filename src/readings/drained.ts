import type { Reading } from '../model/task-type.ts'
import type { VirtualService } from './virtual-service.ts'

/** A server that was taken out of rotation on purpose, as the director keeps it until it is readmitted. */
export interface DrainRecord {
  readonly service: string
  /** `ADDRESS:PORT` */
  readonly server: string
  /** What it had, and gets back. */
  readonly weight: number
  readonly run: string
  readonly owner: string
}

export const drainFolder = '/var/lib/ipvs-play/drained'

/** The name of its file; the boot script looks for it. */
export const recordName = ({ name }: VirtualService, server: string): string =>
  `${name.replaceAll('/', '-')}@${server}.json`

/** Every record of the director, one JSON text a file and line. What cannot be read as one is left out. */
export const drainRecords: Reading<readonly DrainRecord[]> = {
  key: 'drained',
  source: {
    key: 'drained',
    command: ['sh', '-c', `cat ${drainFolder}/*.json 2>/dev/null; :`],
  },
  parse: ({ stdout }) => stdout.split('\n').flatMap((line) => recordOf(line) ?? []),
  test: () => [],
}

const recordOf = (line: string): DrainRecord | undefined => {
  if (line.trim() === '') return undefined
  try {
    const { service, server, weight, run, owner } = JSON.parse(line) as { [key: string]: unknown }
    if (typeof service !== 'string' || typeof server !== 'string' || typeof weight !== 'number') return undefined
    return { service, server, weight, run: String(run ?? 'somebody'), owner: String(owner ?? 'somebody') }
  } catch {
    return undefined
  }
}
