/** How a host is reached. */

/** A value that prints as ***; only the transport unwraps it. */
export interface SecretText {
  reveal(): string
}

/** How the bytes get to a host: over TCP, over a forwarded channel of another host, or through a program. */
export type Via =
  | { readonly kind: 'direct' }
  | { readonly kind: 'jump'; readonly target: Target } // which may have a way of its own: a chain
  | { readonly kind: 'command'; readonly command: string } // for the user's shell, tokens expanded

/** Lists of algorithms in the order of preference, where something was said about them; absent: our own. */
export interface Algorithms {
  readonly kex?: readonly string[]
  readonly ciphers?: readonly string[]
  readonly macs?: readonly string[]
  /** Signature algorithms for host keys. */
  readonly hostKeys?: readonly string[]
}

/** Where and as whom, with every file and policy resolved: inventory, ssh config and options have been merged. */
export interface Target {
  readonly host: string
  /** What the inventory asks for: ssh2, the system's OpenSSH client, or a child process on this machine. */
  readonly wants: 'ssh' | 'openssh' | 'local'
  /** Why only the system's client can reach it, on any hop: what the configuration demands. */
  readonly needsOpenssh?: string
  readonly address: string
  readonly port: number
  readonly user: string
  readonly via: Via
  readonly addressFamily: 'any' | 'inet' | 'inet6'
  readonly bindAddress?: string

  /** Private key files to try, in order. */
  readonly identityFiles: readonly string[]
  readonly certificateFiles: readonly string[]
  /** Of the agent's keys only those that identityFiles or certificateFiles name. */
  readonly identitiesOnly: boolean
  /** Path of the agent's socket; absent: no agent. */
  readonly agent?: string
  /** Ways to log in that are allowed, in the order of preference; absent: all. */
  readonly methods?: readonly ('publickey' | 'password' | 'keyboard-interactive')[]
  /** For the login of this host, where no key is accepted; never for a hop before it. */
  readonly password?: SecretText

  /** The user's own files; `accept-new` and `trust` append to the first. */
  readonly knownHosts: readonly string[]
  readonly globalKnownHosts: readonly string[]
  /** The name in known_hosts, as it is, where it is not address and port. */
  readonly hostKeyAlias?: string
  readonly hostKey: 'strict' | 'accept-new'
  /** New names are written hashed even to a file that has none. */
  readonly hashKnownHosts: boolean
  readonly algorithms: Algorithms

  /** Seconds for connect, handshake and login together. */
  readonly timeout: number
  /** Seconds between keepalives (0: none), and how many may stay unanswered. */
  readonly keepAlive: { readonly interval: number; readonly count: number }

  /** The name that `ssh` would be given, which the user's ssh config knows. */
  readonly sshName: string
  /** The options that `ssh` would be given before it: -F and -o of what the inventory and the command line say. */
  readonly sshOptions: readonly string[]
}

export type BecomeMethod = 'sudo' | 'doas'

/** Who acts on the host. */
export interface Identity {
  readonly become: boolean
  /** Default root. */
  readonly becomeUser: string
  /** Default sudo. */
  readonly becomeMethod?: BecomeMethod
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
      /** The host opened none, for now at least. */
      readonly noChannel?: true
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
