/** What `ping` finds out about a host. The worst first. */
export type PingStatus = 'unreachable' | 'failed' | 'unfit' | 'well'

export interface Pinged {
  readonly host: string
  readonly address: string
  readonly port: number
  /** The jump hosts, in order. */
  readonly via: readonly string[]
  readonly user: string
  /** Who acts there, where that is not the user who logs in. */
  readonly become?: string
  readonly status: PingStatus
  readonly reason?: string
  readonly hint?: string
  readonly os?: string
  readonly shell?: string
  readonly init?: string
  /** Tools without which no playbook works there. */
  readonly missing: readonly string[]
  /** Tools that some task types ask for on hosts of its groups. */
  readonly wanting: readonly string[]
  readonly milliseconds: number
}
