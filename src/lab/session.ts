/** One SSH session of the embedded server: a command inside the host, with everything that goes in and comes out. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import type { ServerChannel, Session } from 'ssh2'
import { enterHost, loginEnvironment } from './enter.ts'
import { wire } from './fleet.ts'

export interface Login {
  /** Of the host's init. */
  readonly pid: number
  /** The host's own, and the client's port, for SSH_CONNECTION. */
  readonly address: string
  readonly clientPort: number
}

const script = '/usr/bin/script'

export const serveSession = (session: Session, login: Login): void => {
  let child: ChildProcessWithoutNullStreams | undefined
  let term: string | undefined
  const start = (channel: ServerChannel, command: readonly string[]): void => {
    child = startInside(login, command, term)
    connect(channel, child)
  }
  session.on('pty', (accept, reject, info) => {
    if (!existsSync(script)) return reject?.()
    // ssh2 passes the terminal's name on, its types do not.
    term = (info as { term?: string }).term || 'dumb'
    accept?.()
  })
  const onTerminal = (command: string): string[] => [script, '--quiet', '--return', '--command', command, '/dev/null']
  session.on('exec', (accept, _reject, info) =>
    start(accept(), term === undefined ? ['/bin/sh', '-c', info.command] : onTerminal(info.command)),
  )
  session.on('shell', (accept) =>
    start(accept(), term === undefined ? ['/bin/sh', '-l'] : onTerminal('exec /bin/sh -l')),
  )
  session.on('signal', (accept, _reject, info) => {
    if (child?.pid !== undefined) signalInside(child.pid, `SIG${info.name}`)
    accept?.()
  })
}

const startInside = (login: Login, command: readonly string[], term: string | undefined) => {
  const [program, ...args] = enterHost(login.pid)
  const environment = loginEnvironment()
  return spawn(program, [...args, '/bin/sh', '-c', 'cd; exec "$@"', 'login', ...command], {
    env: {
      ...environment,

      SSH_CLIENT: `${wire.gateway} ${login.clientPort} 22`,
      SSH_CONNECTION: `${wire.gateway} ${login.clientPort} ${login.address} 22`,
      ...(term === undefined ? {} : { TERM: term }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
}

const connect = (channel: ServerChannel, child: ChildProcessWithoutNullStreams): void => {
  channel.on('error', () => {})
  child.stdin.on('error', () => {}) // the command ended without reading
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.on('error', () => channel.close())
  child.on('close', (code, signal) => {
    // Writes are called back in order: when these are, all output has left for the client, through its window.
    channel.stderr.write(Buffer.alloc(0), () => {
      channel.write(Buffer.alloc(0), () => {
        if (signal === null) channel.exit(code ?? 255)
        else channel.exit(signal.slice('SIG'.length))
        channel.end()
      })
    })
  })
  // As with sshd, a command outlives its connection; it only finds its pipes closed.
  channel.on('close', () => {
    for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy()
  })
}

/** To the command itself, the one child of nsenter, which must live to report how the command ends. */
const signalInside = (nsenter: number, name: string): void => {
  const number = constants.signals[name as NodeJS.Signals]
  if (number === undefined) return
  try {
    const children = readFileSync(`/proc/${nsenter}/task/${nsenter}/children`, 'utf8')
    for (const pid of children.split(' ').filter(Boolean)) process.kill(Number(pid), number)
  } catch {
    // It has ended already.
  }
}
