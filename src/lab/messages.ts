/** What `lab up` and the server it starts say to each other while the lab comes up. */
import type { LabHost } from './fleet.ts'
import type { ServerKind } from './state.ts'

export interface LabOrder {
  readonly directory: string
  readonly ownsDirectory: boolean
  readonly ssh: ServerKind
  readonly sshdOptions: readonly string[]
  /** `ssh-ed25519 AAAA…` of the key that may log in. */
  readonly clientKey: string
  readonly hosts: readonly (LabHost & { readonly port: number; readonly privateKey: string })[]
}

/** From `lab up`. A `door` comes with the listening socket; `keep`: the lab shall outlive the one who ordered it. */
export type ToServer =
  | { readonly kind: 'order'; readonly order: LabOrder }
  | { readonly kind: 'door'; readonly host: string }
  | { readonly kind: 'keep' }

export type FromServer =
  | { readonly kind: 'listening' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'kept' }
  | { readonly kind: 'failed'; readonly reason: string }
