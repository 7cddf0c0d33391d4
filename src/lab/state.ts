/** lab.json: what runs, written by the server alone, read by everybody. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { LabHost } from './fleet.ts'

/** A process that cannot be taken for another one that got its pid later. */
export interface ProcessId {
  readonly pid: number
  /** Clock ticks between the boot of the machine and the start of the process: field 22 of /proc/PID/stat. */
  readonly started: string
}

export interface HostState extends LabHost {
  readonly port: number
  /** The host's init; absent while it is off. `nsenter -t PID -m -n -u -p` enters it. */
  readonly init?: ProcessId
  /** ISO 8601 UTC */
  readonly booted?: string
}

export type ServerKind = 'openssh' | 'embedded'

export interface LabState {
  readonly version: 1
  /** The machine's, /proc/sys/kernel/random/boot_id. */
  readonly bootId: string
  /** The process that all hangs on; its network namespace is the switch. While `lab up` prepares: that process. */
  readonly server: ProcessId
  readonly ready: boolean
  readonly ssh: ServerKind
  /** The directory was made by `lab up`, and may go with the lab. */
  readonly ownsDirectory: boolean
  readonly hosts: readonly HostState[]
}

/** Undefined: no such process. A zombie counts as none. */
export const processId = (pid: number): ProcessId | undefined => {
  const stat = readIfThere(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The command's name, field 2, is in parentheses and may hold blanks and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const started = fields[19]
  return started === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : { pid, started }
}

export const isAlive = (id: ProcessId): boolean => processId(id.pid)?.started === id.started

export const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()

/** Undefined: no lab.json, or none that can be read as one. */
export const readState = (path: string): LabState | undefined => {
  const text = readIfThere(path)
  if (text === undefined) return undefined
  try {
    const state = JSON.parse(text) as Partial<LabState>
    return state.version === 1 && state.server !== undefined && state.hosts !== undefined
      ? (state as LabState)
      : undefined
  } catch {
    return undefined
  }
}

/** A lab.json can outlive its lab: after SIGKILL, after a reboot of the machine. */
export const isRunning = (state: LabState): boolean => state.bootId === bootId() && isAlive(state.server)

export const writeState = (path: string, state: LabState): void => {
  writeFileSync(`${path}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
