import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Debian13, isThere, prepareDebian13 } from '../debian13.ts'
import { command, type Ended } from './fleet.ts'
import { type KeyType, makeKey } from './sshd.ts'

/** OpenSSH 10 from Debian 13. */
export const debian13: Debian13 = { name: 'openssh-trixie', packages: 'openssh-server,openssh-client', folders: [] }

/** Whose log-in password this is. */
export const alice = { name: 'alice', password: 'a pass word' }
export const passphrase = 'a pass phrase'

/** Key pairs, by name: who may log in, who may not, and who signs. */
const KEYS: readonly (readonly [name: string, type: KeyType, passphrase?: string])[] = [
  ['ed25519', 'ed25519'],
  ['ecdsa', 'ecdsa'],
  ['rsa', 'rsa'],
  ['locked', 'ed25519', passphrase],
  ['stranger', 'ed25519'],
  ['stranger2', 'ed25519'],
  ['certified', 'ed25519'],
  ['expired', 'ed25519'],
  ['ca', 'ed25519'],
]
/** They are signed, not written down. */
const UNLISTED = ['stranger', 'stranger2', 'certified', 'expired', 'ca']

/** A network, processes and accounts of their own, in which SSH servers and clients meet; gone with `end`. */
export interface World {
  readonly dir: string
  /** The root file system of Debian 13, mounted for its servers; undefined where it is not there. */
  readonly debian13: string | undefined
  /** Path of a private key; its `.pub`, and `-cert.pub` where it has one, lie beside it. */
  key(name: string): string
  write(name: string, text: string, mode?: number): string
  run(argv: readonly [string, ...string[]], env?: Record<string, string>): Promise<Ended>
  /** Starts a server that goes into the background, and waits until it has written its number to this file. */
  daemon(argv: readonly [string, ...string[]], pidFile: string): Promise<void>
  end(): Promise<void>
}

export const createWorld = async (): Promise<World> => {
  const dir = mkdtempSync(join(tmpdir(), 'ipvs-play-world-'))
  chmodSync(dir, 0o755)
  const rootfs = isThere(debian13) || process.env.CI === 'true' ? prepareDebian13(debian13) : undefined
  mkdirSync(join(dir, 'root/.ssh'), { recursive: true, mode: 0o700 })
  mkdirSync(join(dir, 'keys'))
  makeKeys(dir)
  writeAccounts(dir, '', 'etc')
  if (rootfs !== undefined) writeAccounts(dir, rootfs, 'etc13')
  writeFileSync(
    join(dir, 'pam'),
    'auth required pam_unix.so\naccount required pam_permit.so\nsession required pam_permit.so\n',
  )
  writeFileSync(join(dir, 'mounts'), mounts(dir, rootfs))
  const way = ['-n', '-m', '-p', '--fork', '--kill-child', 'sh', '-ec', `. ${dir}/mounts; echo ready; exec cat`]
  const holder = spawn('unshare', way, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [said] = await once(holder.stdout, 'data')
  if (String(said) !== 'ready\n') throw new Error('the world did not begin')
  const pid = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').trim()
  const run: World['run'] = (argv, env = {}) =>
    command(['nsenter', '-t', pid, '-n', '-m', '-p', '--', ...argv], { env })
  return {
    dir,
    debian13: rootfs,
    key: (name) => join(dir, 'keys', name),
    write: (name, text, mode = 0o600) => {
      const path = join(dir, name)
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, text, { mode })
      return path
    },
    run,
    daemon: async (argv, pidFile) => {
      const { code, stderr, stdout } = await run(argv)
      if (code !== 0) throw new Error(`${argv.join(' ')}: exit ${code}: ${stderr}${stdout}`)
      for (let tries = 0; !existsSync(pidFile); tries++) {
        if (tries > 500) throw new Error(`${argv.join(' ')} does not serve`)
        await sleep(20)
      }
    },
    end: async () => {
      const ended = once(holder, 'close')
      holder.stdin.end()
      await ended
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

const makeKeys = (dir: string): void => {
  const folder = join(dir, 'keys')
  for (const [name, type, secret] of KEYS) makeKey(folder, name, type, secret)
  const sign = (name: string, ...how: readonly string[]): void => {
    execFileSync('ssh-keygen', ['-q', '-s', join(folder, 'ca'), '-I', name, ...how, join(folder, `${name}.pub`)])
  }
  sign('certified', '-n', 'root')
  sign('expired', '-n', 'root', '-V', '20200101:20200102')
  const listed = KEYS.filter(([name]) => !UNLISTED.includes(name))
  const lines = listed.map(([name]) => readFileSync(join(folder, `${name}.pub`), 'utf8'))
  writeFileSync(join(dir, 'authorized_keys'), lines.join(''))
  mkdirSync(join(dir, 'alice'))
  writeFileSync(join(dir, 'root/.ssh/authorized_keys'), lines.join(''), { mode: 0o600 })
}

/** root with a home of its own, and alice with a password. */
const writeAccounts = (dir: string, rootfs: string, folder: string): void => {
  const old = (name: string): string => readFileSync(`${rootfs}/etc/${name}`, 'utf8')
  const hash = execFileSync('openssl', ['passwd', '-6', alice.password]).toString().trim()
  mkdirSync(join(dir, folder))
  const write = (name: string, text: string, mode = 0o644) => writeFileSync(join(dir, folder, name), text, { mode })
  const root = old('passwd').replace(/^root:.*$/m, `root:x:0:0:root:${dir}/root:/bin/sh`)
  write('passwd', `${root}${alice.name}:x:61000:61000::${dir}/alice:/bin/sh\n`)
  write('shadow', `${old('shadow')}${alice.name}:${hash}:20000:0:99999:7:::\n`, 0o600)
  write('group', `${old('group')}${alice.name}:x:61000:\n`)
}

/** unshare's -m makes mounts private; all go with the processes of the world. */
const mounts = (dir: string, rootfs: string | undefined): string => `mount -t proc proc /proc
ip link set lo up
mount -t tmpfs tmpfs /run
mkdir /run/sshd
for i in passwd shadow group; do mount --bind ${dir}/etc/$i /etc/$i; done
mkdir -p /etc/pam.d
[ ! -e /etc/pam.d/sshd ] || mount --bind ${dir}/pam /etc/pam.d/sshd
${
  rootfs === undefined
    ? ''
    : `mount --bind ${rootfs} ${rootfs}
mount -t proc proc ${rootfs}/proc
mount --rbind /dev ${rootfs}/dev
mount -t tmpfs tmpfs ${rootfs}/run
mount -t tmpfs tmpfs ${rootfs}/tmp
mkdir -p ${rootfs}/run/sshd ${rootfs}${dir}
mount --bind ${dir} ${rootfs}${dir}
for i in passwd shadow group; do mount --bind ${dir}/etc13/$i ${rootfs}/etc/$i; done`
}
`
