import type { BecomeOptions, ConnectionOptions } from './connection-options.ts'
import type { VaultOptions } from './vault-options.ts'

/** The options of `run` as commander gives them. */
export interface RunOptions extends ConnectionOptions, BecomeOptions, VaultOptions {
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check?: boolean
  readonly dryRun?: boolean
  readonly diff?: boolean
  readonly taskTimeout?: number
  readonly listHosts?: boolean
  readonly listTasks?: boolean
  readonly listTags?: boolean
  readonly syntaxCheck?: boolean
  readonly startAtTask?: string
  readonly rerun?: string
  readonly detailedExitcode?: boolean
  readonly allowEmpty?: boolean
  readonly forceRemove?: boolean
  readonly output: 'auto' | 'live' | 'plain' | 'ndjson' | 'json'
  readonly junit?: string
  /** commander's negation: false with --no-color. */
  readonly color: boolean
}

export const isCheck = ({ check, dryRun }: RunOptions): boolean => check === true || dryRun === true
