import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { World } from './ssh-world.ts'
import { type KeyType, makeKey } from './sshd.ts'

/** A server of the matrix. Options that are not named are the server's own defaults. */
export interface ServerKind {
  /** `debian12`: this machine's own sshd. */
  readonly from: 'debian12' | 'debian13' | 'dropbear' | 'mute'
  readonly hostKeys: readonly KeyType[]
  /** Lines of sshd_config; `$DIR` is the world's. */
  readonly config?: readonly string[]
  /** Its host keys are signed by the world's CA, for these principals (its address is always one). */
  readonly hostCertificate?: { readonly principals?: string; readonly validity?: string }
}

const debian12 = (config: readonly string[] = [], hostKeys: readonly KeyType[] = ['ed25519']): ServerKind => ({
  from: 'debian12',
  hostKeys,
  config,
})
const debian13 = (...config: readonly string[]): ServerKind => ({ from: 'debian13', hostKeys: ['ed25519'], config })

const all: readonly KeyType[] = ['rsa', 'ecdsa', 'ed25519']
const ofUserCa = 'TrustedUserCAKeys $DIR/keys/ca.pub'
const withPassword = ['PasswordAuthentication yes', 'PubkeyAuthentication no']

export const servers = {
  plain: debian12([], all),
  ed25519: debian12(),
  ecdsa: debian12([], ['ecdsa']),
  rsa: debian12([], ['rsa']),
  'rsa by sha1': debian12(['HostKeyAlgorithms ssh-rsa'], ['rsa']),
  'certified by the CA': { ...debian12([]), hostCertificate: {} },
  'certified for another name': { ...debian12([]), hostCertificate: { principals: 'elsewhere' } },
  'certified once': { ...debian12([]), hostCertificate: { validity: '20200101:20200102' } },
  gcm: debian12(['Ciphers aes256-gcm@openssh.com,aes128-gcm@openssh.com']),
  ctr: debian12(['Ciphers aes128-ctr,aes256-ctr']),
  chacha: debian12(['Ciphers chacha20-poly1305@openssh.com']),
  cbc: debian12(['Ciphers aes256-cbc']),
  umac: debian12(['Ciphers aes128-ctr', 'MACs umac-128-etm@openssh.com']),
  'hmac-sha1': debian12(['Ciphers aes128-ctr', 'MACs hmac-sha1']),
  'hmac-sha2-etm': debian12(['Ciphers aes256-ctr', 'MACs hmac-sha2-512-etm@openssh.com']),
  group14: debian12(['KexAlgorithms diffie-hellman-group14-sha256']),
  'group14-sha1': debian12(['KexAlgorithms diffie-hellman-group14-sha1']),
  group1: debian12(['KexAlgorithms diffie-hellman-group1-sha1']),
  'group exchange': debian12(['KexAlgorithms diffie-hellman-group-exchange-sha256']),
  nistp256: debian12(['KexAlgorithms ecdh-sha2-nistp256']),
  sntrup761: debian12(['KexAlgorithms sntrup761x25519-sha512@openssh.com']),
  'user CA': debian12([ofUserCa, 'AuthorizedKeysFile none']),
  'keys by rsa-sha1 only': debian12(['PubkeyAcceptedAlgorithms ssh-rsa']),
  'keys by rsa-sha2-256 only': debian12(['PubkeyAcceptedAlgorithms rsa-sha2-256']),
  password: debian12(withPassword),
  'keyboard-interactive': debian12(['UsePAM yes', 'KbdInteractiveAuthentication yes', 'PubkeyAuthentication no']),
  'key and password': debian12(['PasswordAuthentication yes', 'AuthenticationMethods publickey,password']),
  'two tries': debian12(['MaxAuthTries 2']),
  'no root': debian12(['PermitRootLogin no']),
  banner: debian12(['Banner $DIR/banner']),
  'no forwarding': debian12(['AllowTcpForwarding no']),
  'debian 13': debian13(),
  'debian 13, mlkem768': debian13('KexAlgorithms mlkem768x25519-sha256'),
  'debian 13, sntrup761': debian13('KexAlgorithms sntrup761x25519-sha512'),
  'debian 13, password': debian13(...withPassword),
  'debian 13, user CA': debian13(ofUserCa, 'AuthorizedKeysFile none'),
  dropbear: { from: 'dropbear', hostKeys: ['ed25519'] },
  'dropbear, rsa': { from: 'dropbear', hostKeys: ['rsa'] },
  'dropbear, ecdsa': { from: 'dropbear', hostKeys: ['ecdsa'] },
  mute: { from: 'mute', hostKeys: [] },
} as const satisfies Record<string, ServerKind>

export type ServerName = keyof typeof servers

export interface Server {
  readonly address: string
  /** A line for known_hosts without its names. */
  readonly hostKeys: { readonly [type in KeyType]?: string }
}

/** Starts one in the world, on port 22 of an address of its own. */
export const startServer = async (world: World, name: ServerName, number: number): Promise<Server> => {
  const kind: ServerKind = servers[name]
  const address = `127.0.1.${number}`
  const dir = join(world.dir, `server-${number}`)
  execFileSync('mkdir', [dir])
  const pidFile = join(dir, 'pid')
  if (kind.from === 'mute') {
    // It accepts, and never says a word.
    const listen = `use IO::Socket::INET; my $s = IO::Socket::INET->new(LocalAddr => '${address}', LocalPort => 22, Listen => 9) or die;
fork and exit; close STDOUT; close STDERR; open my $f, '>', '${pidFile}'; close $f; my @kept; push @kept, scalar $s->accept while 1`
    await world.daemon(['perl', '-e', listen], pidFile)
    return { address, hostKeys: {} }
  }
  if (kind.from === 'dropbear') {
    const [type = 'ed25519'] = kind.hostKeys
    const key = join(dir, 'host')
    const made = execFileSync('dropbearkey', ['-t', type, '-f', key], {
      stdio: ['ignore', 'pipe', 'ignore'],
    }).toString()
    const line = /^(?:ssh|ecdsa)-\S+ \S+/m.exec(made)?.[0] ?? ''
    await world.daemon(['dropbear', '-r', key, '-p', `${address}:22`, '-P', pidFile], pidFile)
    return { address, hostKeys: { [type]: line } }
  }
  const keys = kind.hostKeys.map((type) => [type, makeKey(dir, type, type)] as const)
  const { hostCertificate } = kind
  if (hostCertificate !== undefined) {
    const { principals = address, validity } = hostCertificate
    const how = ['-q', '-s', world.key('ca'), '-h', '-I', 'host', '-n', principals]
    for (const [, key] of keys) {
      execFileSync('ssh-keygen', [...how, ...(validity === undefined ? [] : ['-V', validity]), `${key}.pub`])
    }
  }
  const config = [
    ...(kind.config ?? []).map((line) => line.replaceAll('$DIR', world.dir)),
    `ListenAddress ${address}:22`,
    ...keys.map(([, key]) => `HostKey ${key}`),
    ...(hostCertificate === undefined ? [] : keys.map(([, key]) => `HostCertificate ${key}-cert.pub`)),
    `AuthorizedKeysFile ${world.dir}/authorized_keys`,
    `PidFile ${pidFile}`,
    'StrictModes no',
    'UsePAM no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'UseDNS no',
    '',
  ].join('\n')
  const file = world.write(`server-${number}/sshd_config`, config)
  const sshd = ['/usr/sbin/sshd', '-f', file, '-E', join(dir, 'log')] as const
  await world.daemon(kind.from === 'debian13' ? ['chroot', world.debian13 ?? '', ...sshd] : sshd, pidFile)
  const lines = keys.map(([type, key]) => [type, readFileSync(`${key}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')])
  return { address, hostKeys: Object.fromEntries(lines) }
}
