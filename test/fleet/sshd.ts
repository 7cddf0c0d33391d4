import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Target } from '../../src/model/connection.ts'
import { aTarget } from '../transport/a-target.ts'

/** A user of the test machine, there only for sshd and what it starts. */
export interface TestUser {
  readonly name: string
  /** Login shell; default /bin/sh. */
  readonly shell?: string
  readonly password?: string
  /** A line for /etc/sudoers.d: `NOPASSWD: ALL`. */
  readonly sudo?: string
  /** Files in its home directory. */
  readonly home?: { readonly [name: string]: string }
}

export type KeyType = 'ed25519' | 'rsa' | 'ecdsa'

export interface SshdOptions {
  readonly hostKeys?: readonly KeyType[]
  readonly userKeys?: readonly KeyType[]
  /** Lines of sshd_config, first of all. */
  readonly config?: readonly string[]
  /** `Match` blocks, last of all. */
  readonly matches?: readonly string[]
  readonly users?: readonly TestUser[]
  /** Lines for sudoers. */
  readonly sudoers?: readonly string[]
  /** Files in /etc beside the account files: `doas.conf`. */
  readonly etc?: { readonly [name: string]: string }
  /** Commands that run in sshd's mount namespace before it starts; $DIR is its directory. */
  readonly before?: string
}

/** A real sshd on loopback, in the foreground, with its own keys, configuration and /etc. */
export interface Sshd {
  readonly dir: string
  readonly port: number
  /** Logs in as root with the first user key, and knows the host keys. */
  readonly target: Target
  stop(): Promise<void>
}

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

/**
 * Starts sshd and returns when it answers. It lives in a mount namespace of its own, where a copy of the account files
 * lies over /etc: the machine's are not touched, and root's shell is a plain one without start-up files.
 */
export const startSshd = async (options: SshdOptions = {}): Promise<Sshd> => {
  const dir = mkdtempSync(join(tmpdir(), 'ipvs-play-sshd-'))
  const port = await freePort()
  const hostKeys = (options.hostKeys ?? ['ed25519']).map((type) => makeKey(dir, `host_${type}`, type))
  const userKeys = (options.userKeys ?? ['ed25519']).map((type) => makeKey(dir, `user_${type}`, type))
  const published = (key: string): string => readFileSync(`${key}.pub`, 'utf8')
  writeFileSync(join(dir, 'authorized_keys'), userKeys.map(published).join(''))
  writeFileSync(join(dir, 'known_hosts'), hostKeys.map((key) => `[127.0.0.1]:${port} ${published(key)}`).join(''))
  writeFileSync(join(dir, 'sshd_config'), sshdConfig(dir, port, hostKeys, options))
  writeAccounts(dir, options)
  writeFileSync(join(dir, 'start'), startScript(dir, options.before ?? ''))
  const child = spawn('setpriv', ['--pdeathsig=KILL', 'unshare', '-m', 'sh', join(dir, 'start')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  child.stderr.on('data', (chunk) => {
    log += String(chunk)
  })
  await answering(port, child, () => log)
  const target = aTarget({
    address: '127.0.0.1',
    port,
    user: 'root',
    identityFiles: userKeys,
    knownHosts: [join(dir, 'known_hosts')],
    timeout: 30,
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    }
    rmSync(dir, { recursive: true, force: true })
  }
  return { dir, port, target, stop }
}

const sshdConfig = (
  dir: string,
  port: number,
  hostKeys: readonly string[],
  { config = [], matches = [] }: SshdOptions,
): string =>
  [
    ...config,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    ...hostKeys.map((key) => `HostKey ${key}`),
    `AuthorizedKeysFile ${dir}/authorized_keys`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    ...matches,
    '',
  ].join('\n')

/** It ends with the test that failed to stop it. unshare's -m makes mounts private; what is bound here nobody else sees. */
const startScript = (dir: string, before: string): string =>
  `set -e
DIR="${dir}"
mount -t overlay -o "lowerdir=${dir}/etc:/etc" etc /etc
mkdir -p /run/sshd
${before}
exec /usr/sbin/sshd -D -e -f "${dir}/sshd_config"
`

const writeAccounts = (dir: string, { users = [], sudoers = [], etc = {} }: SshdOptions): void => {
  mkdirSync(join(dir, 'etc/sudoers.d'), { recursive: true })
  mkdirSync(join(dir, 'home/root'), { recursive: true })
  const old = (name: string): string => readFileSync(`/etc/${name}`, 'utf8')
  const passwd = users.map(
    ({ name, shell = '/bin/sh' }, index) => `${name}:x:${61000 + index}:${61000 + index}::${dir}/home/${name}:${shell}`,
  )
  const shadow = users.map(({ name, password }) => {
    const hash = password === undefined ? '*' : execFileSync('openssl', ['passwd', '-6', password]).toString().trim()
    return `${name}:${hash}:20000:0:99999:7:::`
  })
  const root = `root:x:0:0:root:${dir}/home/root:/bin/sh`
  writeFileSync(join(dir, 'etc/passwd'), `${old('passwd').replace(/^root:.*$/m, root)}${passwd.join('\n')}\n`)
  writeFileSync(join(dir, 'etc/shadow'), `${old('shadow')}${shadow.join('\n')}\n`, { mode: 0o600 })
  const groups = users.map(({ name }, index) => `${name}:x:${61000 + index}:`)
  writeFileSync(join(dir, 'etc/group'), `${old('group')}${groups.join('\n')}\n`)
  const rules = users.flatMap(({ name, sudo }) => (sudo === undefined ? [] : [`${name} ALL=(ALL:ALL) ${sudo}`]))
  writeFileSync(join(dir, 'etc/sudoers'), ['root ALL=(ALL:ALL) ALL', ...sudoers, ...rules, ''].join('\n'), {
    mode: 0o440,
  })
  for (const [name, content] of Object.entries(etc)) {
    mkdirSync(dirname(join(dir, 'etc', name)), { recursive: true })
    writeFileSync(join(dir, 'etc', name), content)
  }
  users.forEach(({ name, home = {} }, index) => {
    mkdirSync(join(dir, 'home', name), { recursive: true })
    for (const [file, content] of Object.entries(home)) {
      mkdirSync(dirname(join(dir, 'home', name, file)), { recursive: true })
      writeFileSync(join(dir, 'home', name, file), content)
    }
    execFileSync('chown', ['-R', `${61000 + index}:${61000 + index}`, join(dir, 'home', name)])
  })
  execFileSync('chmod', ['755', dir])
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
    await sleep(20)
  }
}
