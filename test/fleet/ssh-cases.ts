import type { ServerName } from './ssh-servers.ts'

/**
 * A configuration, given to the OpenSSH client and to ipvs-play alike: both connect to `target` or both refuse.
 * In texts: $A the server's address, $K the folder of keys, $D the case's own folder, $ed25519 $ecdsa $rsa the server's host
 * keys, $other a key that is not its own, $CA the world's; $bastion and $second the addresses of the hops.
 */
export interface Case {
  readonly name: string
  readonly server: ServerName
  /** Options of `Host target`, before the defaults of the matrix, which are in ssh-matrix.test.ts. */
  readonly config?: readonly string[]
  /** Lines above all others. */
  readonly above?: readonly string[]
  /** Keys that the configuration names; default ed25519. */
  readonly keys?: readonly string[]
  /** Keys that an agent holds. */
  readonly agent?: readonly string[]
  readonly user?: 'alice'
  /** What is answered when a password is asked for. */
  readonly password?: string
  /** Default: each of the server's keys under its address. */
  readonly knownHosts?: readonly string[]
  readonly hashed?: true
  readonly hops?: { readonly [name in 'bastion' | 'second']?: ServerName }
  readonly files?: { readonly [name: string]: string }
  /** What OpenSSH does. */
  readonly ssh: 'connects' | 'refuses'
  /** Where we do not do the same, on purpose. */
  readonly differs?: string
  /** What is said of it when we refuse. */
  readonly says?: RegExp
}

const connects = (name: string, server: ServerName, more: Partial<Case> = {}): Case => ({
  name,
  server,
  ...more,
  ssh: 'connects',
})
const refuses = (name: string, server: ServerName, says: RegExp, more: Partial<Case> = {}): Case => ({
  name,
  server,
  ...more,
  says,
  ssh: 'refuses',
})

const keys = (...names: readonly string[]): Partial<Case> => ({ keys: names })
const known = (...lines: readonly string[]): Partial<Case> => ({ knownHosts: lines })
const config = (...lines: readonly string[]): Partial<Case> => ({ config: lines })
const agent = (...names: readonly string[]): Partial<Case> => ({
  agent: names,
  keys: [],
  config: ['IdentitiesOnly no'],
})

const login: readonly Case[] = [
  connects('an ed25519 key', 'ed25519'),
  connects('an ecdsa key', 'ed25519', keys('ecdsa')),
  connects('an rsa key', 'ed25519', keys('rsa')),
  connects('the second key of two', 'ed25519', keys('stranger', 'rsa')),
  refuses('an rsa key, signed by sha2-256 only', 'keys by rsa-sha2-256 only', /./, {
    ...keys('rsa'),
    differs: 'an rsa key is offered with each hash that sshd says it takes',
  }),
  refuses('an rsa key, signed by sha1 only', 'keys by rsa-sha1 only', /rsa|accepts no key/, keys('rsa')),
  refuses('a key that is not authorized', 'ed25519', /stranger/, keys('stranger')),
  refuses('a key that is not there', 'ed25519', /no such file/, keys('nowhere')),
  refuses('an encrypted key, and nobody to ask', 'ed25519', /passphrase|encrypted/, keys('locked')),
  connects('an encrypted key that the agent holds', 'ed25519', { ...keys('locked'), agent: ['locked'] }),
  connects('a key of the agent', 'ed25519', agent('rsa')),
  connects('the third key of the agent', 'ed25519', agent('stranger', 'stranger2', 'ecdsa')),
  refuses('an agent of strangers', 'ed25519', /stranger|agent/, {
    ...agent('stranger', 'stranger2'),
    ...keys('nowhere'),
  }),
  refuses('an agent that IdentitiesOnly shuts out', 'ed25519', /stranger/, { agent: ['rsa'], keys: ['stranger'] }),
  connects('another agent by IdentityAgent', 'ed25519', {
    ...agent('rsa'),
    config: ['IdentitiesOnly no', 'IdentityAgent $D/agent'],
  }),
  refuses('IdentityAgent none', 'ed25519', /stranger/, {
    agent: ['rsa'],
    ...keys('stranger'),
    config: ['IdentitiesOnly no', 'IdentityAgent none'],
  }),
  refuses('too many keys for the server', 'two tries', /too many/i, keys('stranger', 'stranger2', 'ed25519')),
  connects('a certificate beside its key', 'user CA', keys('certified')),
  connects('CertificateFile', 'user CA', { ...keys('certified'), ...config('CertificateFile $K/certified-cert.pub') }),
  connects('a certificate in the agent', 'user CA', agent('certified')),
  refuses('a certificate that has expired', 'user CA', /expired/, keys('expired')),
  refuses('a key without a certificate where one is asked for', 'user CA', /ed25519/),
  refuses('PubkeyAuthentication no', 'ed25519', /./, config('PubkeyAuthentication no')),
  connects('a password', 'password', { user: 'alice', password: 'right', keys: [] }),
  refuses('a wrong password', 'password', /password/, { user: 'alice', password: 'wrong', keys: [] }),
  refuses('a password, and nobody to ask', 'password', /password/, { user: 'alice', keys: [] }),
  connects('keyboard-interactive', 'keyboard-interactive', { user: 'alice', password: 'right', keys: [] }),
  refuses('a wrong answer', 'keyboard-interactive', /password|keyboard/, {
    user: 'alice',
    password: 'wrong',
    keys: [],
  }),
  connects('a key and then a password', 'key and password', { user: 'alice', password: 'right' }),
  refuses('a key and no password', 'key and password', /password/, { user: 'alice' }),
  refuses('root where root may not', 'no root', /ed25519/),
  connects('a banner before the login', 'banner'),
]

const hostKeys: readonly Case[] = [
  connects('an ecdsa host key', 'ecdsa'),
  connects('an rsa host key', 'rsa'),
  refuses('an rsa host key by sha1 only', 'rsa by sha1', /host key/i),
  connects('hashed names', 'plain', { hashed: true }),
  connects('hashed names, only the rsa key known', 'plain', { ...known('$A $rsa'), hashed: true }),
  connects('only the ecdsa key known', 'plain', known('$A $ecdsa')),
  refuses('nothing known', 'ed25519', /not in .*known_hosts/, known('127.9.9.9 $ed25519')),
  refuses('another key known', 'ed25519', /changed/, known('$A $other')),
  connects('another key known, and this one', 'ed25519', known('$A $other', '$A $ed25519')),
  refuses('a revoked key', 'ed25519', /revoked/, known('$A $ed25519', '@revoked * $ed25519')),
  connects('a wildcard', 'ed25519', known('127.0.1.* $ed25519')),
  refuses('a wildcard that takes this host out', 'ed25519', /not in/, known('127.0.1.*,!$A $ed25519')),
  connects('lines that are none, comments and blanks', 'ed25519', known('# $A', '', 'broken', '$A $ed25519 a comment')),
  connects('a name among others', 'ed25519', known('one.example,$A,two.example $ed25519')),
  refuses('a known_hosts file that is not there', 'ed25519', /not in/, config('UserKnownHostsFile $D/nowhere')),
  connects('the second of two files', 'ed25519', {
    ...config('UserKnownHostsFile $D/nowhere $D/known_hosts'),
  }),
  connects(
    'the file for all users',
    'ed25519',
    config('UserKnownHostsFile none', 'GlobalKnownHostsFile $D/known_hosts'),
  ),
  connects('accept-new and nothing known', 'ed25519', {
    ...config('StrictHostKeyChecking accept-new', 'UserKnownHostsFile $D/nowhere'),
  }),
  refuses('accept-new and another key known', 'ed25519', /changed/, {
    ...config('StrictHostKeyChecking accept-new'),
    ...known('$A $other'),
  }),
  connects('StrictHostKeyChecking no and nothing known', 'ed25519', {
    ...config('StrictHostKeyChecking no', 'UserKnownHostsFile $D/nowhere'),
    differs: 'host keys are always checked',
    says: /StrictHostKeyChecking no is not supported/,
  }),
  connects('HostKeyAlias', 'ed25519', { ...config('HostKeyAlias rs1.example'), ...known('rs1.example $ed25519') }),
  refuses('HostKeyAlias that nobody knows', 'ed25519', /not in/, config('HostKeyAlias rs1.example')),
  connects('a certified host key', 'certified by the CA', known('@cert-authority 127.0.1.* $CA')),
  refuses('certified by a CA that is not ours', 'certified by the CA', /./, known('@cert-authority * $other')),
  refuses('a CA for other hosts', 'certified by the CA', /./, known('@cert-authority 127.0.2.* $CA')),
  refuses('certified for another name', 'certified for another name', /./, known('@cert-authority * $CA')),
  refuses('a host certificate that has expired', 'certified once', /./, known('@cert-authority * $CA')),
  connects('a certified host key whose plain key is known', 'certified by the CA', known('$A $ed25519')),
  refuses(
    'HostKeyAlgorithms that the server has not',
    'ed25519',
    /host key/i,
    config('HostKeyAlgorithms rsa-sha2-512'),
  ),
  refuses('HostKeyAlgorithms that ask for a key not known', 'plain', /rsa/, {
    ...config('HostKeyAlgorithms rsa-sha2-512'),
    ...known('$A $ed25519'),
  }),
]

const algorithms: readonly Case[] = [
  connects('only gcm', 'gcm'),
  connects('only ctr', 'ctr'),
  connects('only chacha20', 'chacha'),
  refuses('only cbc', 'cbc', /cipher/),
  connects('only umac', 'umac'),
  connects('only hmac-sha1', 'hmac-sha1'),
  connects('only hmac-sha2-512-etm', 'hmac-sha2-etm'),
  connects('only group14', 'group14'),
  refuses('only group14 with sha1', 'group14-sha1', /key exchange/),
  refuses('only group1', 'group1', /key exchange/),
  connects('only a group exchange', 'group exchange'),
  connects('only nistp256', 'nistp256'),
  connects('only sntrup761', 'sntrup761'),
  connects('Ciphers that the server has', 'plain', config('Ciphers aes256-ctr')),
  refuses('Ciphers that the server has not', 'gcm', /cipher/, config('Ciphers aes256-ctr')),
  refuses('Ciphers minus what the server has', 'gcm', /cipher/, config('Ciphers -*gcm*')),
  connects('Ciphers plus cbc', 'cbc', config('Ciphers +aes256-cbc')),
  refuses(
    'KexAlgorithms that the server has not',
    'group14',
    /key exchange/,
    config('KexAlgorithms curve25519-sha256'),
  ),
  connects('KexAlgorithms with another first', 'plain', config('KexAlgorithms ^ecdh-sha2-nistp384')),
  connects('KexAlgorithms plus an old one', 'group14-sha1', config('KexAlgorithms +diffie-hellman-group14-sha1')),
  refuses('MACs that the server has not', 'hmac-sha1', /mac/i, config('MACs hmac-sha2-256')),
  connects('Compression', 'plain', config('Compression yes')),
]

const others: readonly Case[] = [
  connects('Debian 13', 'debian 13'),
  connects('Debian 13, an rsa key', 'debian 13', keys('rsa')),
  connects('Debian 13, only sntrup761', 'debian 13, sntrup761'),
  refuses('Debian 13, only mlkem768', 'debian 13, mlkem768', /key exchange/),
  connects('Debian 13, a password', 'debian 13, password', { user: 'alice', password: 'right', keys: [] }),
  connects('Debian 13, a certificate', 'debian 13, user CA', keys('certified')),
  connects('dropbear', 'dropbear'),
  connects('dropbear, an rsa key', 'dropbear', keys('rsa')),
  connects('dropbear, an ecdsa key after strangers', 'dropbear', keys('stranger', 'stranger2', 'ecdsa')),
  refuses('dropbear, a key that is not authorized', 'dropbear', /stranger/, keys('stranger')),
  connects('dropbear with an rsa host key', 'dropbear, rsa'),
  connects('dropbear with an ecdsa host key', 'dropbear, ecdsa'),
  refuses('dropbear, another key known', 'dropbear', /changed/, known('$A $other')),
  connects('dropbear, a password', 'dropbear', { user: 'alice', password: 'right', keys: [] }),
  refuses('a server that says nothing', 'mute', /timed out/, known('$A $other')),
]

const ways: readonly Case[] = [
  connects('ProxyJump', 'ed25519', { ...config('ProxyJump bastion'), hops: { bastion: 'plain' } }),
  connects('a chain of jumps', 'ed25519', {
    ...config('ProxyJump bastion,second'),
    hops: { bastion: 'plain', second: 'gcm' },
  }),
  connects('a jump that the jump itself needs', 'ed25519', {
    ...config('ProxyJump second'),
    above: ['Host second', '  ProxyJump bastion'],
    hops: { bastion: 'plain', second: 'gcm' },
  }),
  refuses('a jump whose key has changed', 'ed25519', /changed/, {
    ...config('ProxyJump bastion'),
    hops: { bastion: 'gcm' },
    ...known('$A $ed25519', '$bastion $other'),
  }),
  refuses('a target behind a jump whose key has changed', 'ed25519', /changed/, {
    ...config('ProxyJump bastion'),
    hops: { bastion: 'gcm' },
    ...known('$A $other', '$bastion $bastion_ed25519'),
  }),
  refuses('a jump that forwards nothing', 'ed25519', /forward|prohibited|jump/i, {
    ...config('ProxyJump bastion'),
    hops: { bastion: 'no forwarding' },
  }),
  refuses('a jump that lets nobody in', 'ed25519', /ed25519/, {
    ...config('ProxyJump bastion'),
    hops: { bastion: 'user CA' },
  }),
  connects('a jump to a server with only sntrup761', 'sntrup761', {
    ...config('ProxyJump bastion'),
    hops: { bastion: 'plain' },
  }),
  connects('a jump by user, address and port', 'ed25519', {
    ...config('ProxyJump root@$bastion:22'),
    hops: { bastion: 'plain' },
  }),
  connects('ProxyCommand', 'ed25519', {
    ...config('ProxyCommand ssh -F $D/config -o BatchMode=yes -W %h:%p bastion'),
    hops: { bastion: 'plain' },
  }),
  refuses('a ProxyCommand that fails', 'ed25519', /./, config('ProxyCommand false')),
  connects('ProxyJump none above a jump', 'ed25519', {
    ...config('ProxyJump none'),
    above: ['Host target', '  ProxyJump none', 'Host *', '  ProxyJump nowhere'],
  }),
  connects('BindAddress', 'ed25519', config('BindAddress 127.0.0.9')),
  refuses('a BindAddress that is not ours', 'ed25519', /address/i, config('BindAddress 192.0.2.1')),
  refuses('AddressFamily inet6 to an IPv4 address', 'ed25519', /./, config('AddressFamily inet6')),
  connects('AddressFamily inet', 'ed25519', config('AddressFamily inet')),
  refuses('a port where nobody listens', 'ed25519', /refused/, config('Port 2')),
]

const features: readonly Case[] = [
  connects('Match host', 'ed25519', { ...keys(), above: ['Match host 127.0.1.*', '  IdentityFile $K/rsa'] }),
  connects('Match originalhost and user', 'ed25519', {
    ...keys(),
    above: ['Match originalhost targ* user root', '  IdentityFile $K/rsa', 'Match all'],
    config: ['User root'],
  }),
  connects('Match exec', 'ed25519', { ...keys(), above: ['Match exec "test -d /"', '  IdentityFile $K/rsa'] }),
  refuses('Match exec that is false', 'ed25519', /stranger/, {
    ...keys('stranger'),
    above: ['Match exec "test -d /nowhere"', '  IdentityFile $K/rsa'],
  }),
  connects('Match final', 'ed25519', { ...keys(), above: ['Match final all', '  IdentityFile $K/rsa'] }),
  connects('Include', 'ed25519', {
    ...keys(),
    above: ['Include $D/more/*.conf'],
    files: { 'more/one.conf': 'Host target\n  IdentityFile $K/rsa\n' },
  }),
  connects('Include of what is not there', 'ed25519', { above: ['Include $D/nowhere/*'] }),
  refuses('Host with a negation', 'ed25519', /stranger/, {
    ...keys('stranger'),
    above: ['Host * !target', '  IdentityFile $K/rsa'],
  }),
  connects('several patterns, wildcards', 'ed25519', { ...keys(), above: ['Host other t?rg*', 'IdentityFile $K/rsa'] }),
  connects('tokens in IdentityFile', 'ed25519', { ...keys(), config: ['IdentityFile $D/%r-%h-%p-%n-%%'], files: {} }),
  connects('names in any case, = and quotes', 'ed25519', {
    ...keys(),
    config: ['identityfile="$K/rsa"', 'STRICTHOSTKEYCHECKING = "yes"'],
  }),
  connects('default keys of the user', 'ed25519', keys()),
  connects('the first value counts', 'ed25519', config('Port 22', 'Port 2')),
  connects(
    'forwards and other comforts',
    'ed25519',
    config('ForwardAgent yes', 'SendEnv LANG', 'ServerAliveInterval 5'),
  ),
  refuses('a keyword that nobody knows', 'ed25519', /./, config('NoSuchOption yes')),
  connects('a keyword that IgnoreUnknown names', 'ed25519', config('IgnoreUnknown NoSuch*', 'NoSuchOption yes')),
  refuses('a bad value', 'ed25519', /Port/, config('Port many')),
]

export const cases: readonly Case[] = [...login, ...hostKeys, ...algorithms, ...others, ...ways, ...features]
