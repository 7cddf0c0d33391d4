import type { VaultOptions } from './vault-options.ts'

/** The options of `run` as commander gives them. */
export interface RunOptions extends VaultOptions {
  readonly inventory: readonly string[]
  readonly limit?: string
  readonly tags: readonly string[]
  readonly skipTags: readonly string[]
  readonly check?: boolean
  readonly dryRun?: boolean
  readonly diff?: boolean
  readonly extraVars: readonly string[]
  readonly forks: number
  readonly connectLimit: readonly [number, number]
  readonly user?: string
  readonly become?: boolean
  readonly askBecomePass?: boolean
  readonly becomePasswordFile?: string
  readonly privateKey?: string
  readonly sshConfig?: string
  readonly hostKey?: 'strict' | 'accept-new'
  readonly timeout?: number
  readonly taskTimeout?: number
  readonly listHosts?: boolean
  readonly listTasks?: boolean
  readonly listTags?: boolean
  readonly startAtTask?: string
  readonly rerun?: string
  readonly detailedExitcode?: boolean
  readonly allowEmpty?: boolean
  readonly forceRemove?: boolean
  readonly output: 'auto' | 'live' | 'plain' | 'ndjson' | 'json'
  readonly junit?: string
  readonly verbose: number
  /** commander's negation: false with --no-color. */
  readonly color: boolean
}

export const isCheck = ({ check, dryRun }: RunOptions): boolean => check === true || dryRun === true
