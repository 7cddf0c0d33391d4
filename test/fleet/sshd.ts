import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from '../../src/model/connection.ts'

/** A real sshd on loopback, in the foreground, with its own keys and configuration in a temporary directory. */
export interface Sshd {
  readonly dir: string
  readonly port: number
  readonly target: Target
  readonly child: ChildProcess
  stop(): Promise<void>
}

export type KeyType = 'ed25519' | 'rsa' | 'ecdsa'

/** Writes an unencrypted key pair and returns the private key's path. */
export const makeKey = (dir: string, name: string, type: KeyType = 'ed25519', passphrase = ''): string => {
  const path = join(dir, name)
  const bits = type === 'rsa' ? ['-b', '2048'] : []
  execFileSync('ssh-keygen', ['-q', '-t', type, ...bits, '-N', passphrase, '-C', name, '-f', path])
  return path
}

/** A loopback port that nobody listens on at this moment. */
export const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

interface SshdOptions {
  readonly hostKeys?: readonly KeyType[]
  readonly userKeys?: readonly KeyType[]
  readonly config?: readonly string[]
  /** Prepended to the command that starts sshd: `unshare -m sh -c …`. */
  readonly wrap?: (command: readonly string[], dir: string) => readonly string[]
  readonly user?: string
}

/** Starts sshd and returns when it answers. The target knows its host keys and logs in with the first user key. */
export const startSshd = async (options: SshdOptions = {}): Promise<Sshd> => {
  const dir = mkdtempSync(join(tmpdir(), 'ipvs-play-sshd-'))
  const port = await freePort()
  const hostKeys = (options.hostKeys ?? ['ed25519']).map((type) => makeKey(dir, `host_${type}`, type))
  const userKeys = (options.userKeys ?? ['ed25519']).map((type) => makeKey(dir, `user_${type}`, type))
  writeFileSync(join(dir, 'authorized_keys'), userKeys.map((key) => readFileSync(`${key}.pub`, 'utf8')).join(''))
  writeFileSync(
    join(dir, 'known_hosts'),
    hostKeys.map((key) => `[127.0.0.1]:${port} ${readFileSync(`${key}.pub`, 'utf8')}`).join(''),
  )
  writeFileSync(
    join(dir, 'sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      ...hostKeys.map((key) => `HostKey ${key}`),
      `AuthorizedKeysFile ${dir}/authorized_keys`,
      `PidFile ${dir}/pid`,
      'StrictModes no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      ...(options.config ?? ['UsePAM no']),
      '',
    ].join('\n'),
  )
  const command = ['/usr/sbin/sshd', '-D', '-e', '-f', join(dir, 'sshd_config')]
  const [program = '', ...args] = options.wrap?.(command, dir) ?? command
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr?.on('data', (chunk) => {
    log += String(chunk)
  })
  await answering(port, child, () => log)
  const target: Target = {
    host: 'rs1',
    address: '127.0.0.1',
    port,
    user: options.user ?? 'root',
    identityFiles: userKeys,
    useAgent: false,
    knownHosts: [join(dir, 'known_hosts')],
    hostKey: 'strict',
    timeout: 20,
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
    rmSync(dir, { recursive: true, force: true })
  }
  return { dir, port, target, child, stop }
}

const answering = async (port: number, child: ChildProcess, log: () => string): Promise<void> => {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log()}`)
    const socket = connect(port, '127.0.0.1')
    const answered = await new Promise<boolean>((resolve) => {
      socket.once('data', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('close', () => resolve(false))
    })
    socket.destroy()
    if (answered) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
