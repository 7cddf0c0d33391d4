import type { Readable, Writable } from 'node:stream'
import type { Target } from '../model/connection.ts'
import type { PasswordGate } from './password-gate.ts'

/** One command that was started for a host, whatever carries it: a channel of ssh2, an `ssh`, a child of this process. */
export interface Channel {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /**
   * Called once, when all that the command said has been read.
   * @param exitCode  as a shell counts; undefined: nobody ever said
   */
  onClose(listener: (exitCode: number | undefined) => void): void
  /** Gives it up. What goes on behind it ends by its own limits. */
  close(): void
}

/** The host gives this connection no terminal. */
export class NoTerminal extends Error {}

/** An open connection, as a call sees it. */
export interface Line {
  readonly target: Target
  /** The run's, shared by all its hosts. */
  readonly passwords: PasswordGate
  /**
   * Starts one command line. `opened` is called at most once, and puts all its handlers in place before it returns: a host
   * may end a channel in the very packet that opens it. May throw where nothing can be opened any more.
   */
  start(command: string, opened: (channel: Channel | Error) => void): void
  /** The same on a terminal, where stdout and stderr are one. Absent: nothing that this connection starts can have one. */
  readonly startInTerminal?: Line['start']
  /** Why the connection ended, once it has. */
  lostBecause(): string | undefined
}
