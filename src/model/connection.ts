/** How a host is reached. */

/** A value that prints as ***; only the transport unwraps it. */
export interface SecretText {
  reveal(): string
}

/** Where and as whom, with every file and policy resolved: inventory, ssh config and options have been merged. */
export interface Target {
  readonly host: string
  readonly address: string
  readonly port: number
  readonly user: string
  /** Private key files to try, in order. */
  readonly identityFiles: readonly string[]
  /** Offer the keys of the agent too. */
  readonly useAgent: boolean
  readonly knownHosts: readonly string[]
  /** `accept-new` appends to the first of knownHosts. */
  readonly hostKey: 'strict' | 'accept-new'
  /** Seconds for connect, handshake and login together. */
  readonly timeout: number
}

/** Who acts on the host. */
export interface Identity {
  readonly become: boolean
  /** Default root. */
  readonly becomeUser: string
  readonly becomePassword?: SecretText
}

/** One script for /bin/sh, sent on stdin of one channel. */
export interface Call {
  readonly identity: Identity
  readonly script: string
  /** Output as it comes; stderr of the shell itself is not part of it. */
  onOutput(chunk: Buffer): void
  /** Seconds after which the controller gives up; later than the host's own limits. */
  readonly limit: number
}

export type CallEnd =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly stderr: string }
  | { readonly kind: 'lost'; readonly reason: string } // after the script was sent, it may go on
  | {
      readonly kind: 'refused' // before the script was sent: nothing ran
      readonly reason: string
      readonly hint?: string
      readonly wrongPassword?: true
      /** Because the connection has ended: over a new one it may work. */
      readonly gone?: true
    }

export interface Connection {
  execute(call: Call): Promise<CallEnd>
  close(): void
}

export type Opened =
  | { readonly kind: 'open'; readonly connection: Connection }
  | { readonly kind: 'unreachable'; readonly reason: string; readonly hint?: string }

export interface Transport {
  /** Never throws for what a host does. `signal` gives up. */
  open(target: Target, signal: AbortSignal): Promise<Opened>
}
