import type { Target } from '../model/connection.ts'

/** What the master prints when it has logged in and takes calls. */
export const READY = 'ipvs-play-ready'

/**
 * The command line of the connection that all calls of a host share. The user's own configuration stands behind what the target
 * says, which was made of it. Nothing secret is in it.
 */
export const masterArgs = (target: Target, socket: string, canAnswer: boolean): readonly string[] => {
  const { address, port, user, identityFiles, certificateFiles, identitiesOnly, keepAlive } = target
  const options: Record<string, string | undefined> = {
    ControlMaster: 'yes',
    ControlPersist: 'no',
    ControlPath: literal(socket),
    BatchMode: canAnswer ? 'no' : 'yes',
    NumberOfPasswordPrompts: '1',
    LogLevel: 'DEBUG1',
    PermitLocalCommand: 'yes',
    LocalCommand: `echo ${READY}`,
    RemoteCommand: 'none',
    ClearAllForwardings: 'yes',
    ForwardAgent: 'no',
    ForwardX11: 'no',
    UpdateHostKeys: 'no',
    StrictHostKeyChecking: target.hostKey === 'strict' ? 'yes' : 'accept-new',
    HashKnownHosts: target.hashKnownHosts ? 'yes' : 'no',
    UserKnownHostsFile: files(target.knownHosts),
    GlobalKnownHostsFile: files(target.globalKnownHosts),
    HostKeyAlias: target.hostKeyAlias,
    IdentitiesOnly: identitiesOnly ? 'yes' : 'no',
    IdentityAgent: target.agent === undefined ? 'none' : quoted(literal(target.agent)),
    ConnectTimeout: String(Math.ceil(target.timeout)),
    ServerAliveInterval: String(keepAlive.interval),
    ServerAliveCountMax: String(keepAlive.count),
    HostName: literal(address),
    Port: String(port),
    User: user,
  }
  return [
    '-v', // which the ssh of a jump host is told too, unlike LogLevel
    '-N',
    '-T',
    ...Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : ['-o', `${name}=${value}`])),
    ...target.sshOptions,
    ...(identityFiles.every(isDefault) ? [] : identityFiles).flatMap((file) => [
      '-o',
      `IdentityFile=${quoted(literal(file))}`,
    ]),
    ...certificateFiles.flatMap((file) => ['-o', `CertificateFile=${quoted(literal(file))}`]),
    '--',
    target.sshName,
  ]
}

/** One call over the master. Where that is gone, nothing else is tried. */
export const callArgs = (socket: string, terminal: boolean, command: string): readonly string[] => [
  ...['-F', 'none', '-S', socket, '-o', 'ControlMaster=no', '-o', 'ProxyCommand=false'],
  ...['-o', 'BatchMode=yes', '-o', 'LogLevel=DEBUG1', '-a', '-x', '-e', 'none'],
  ...[terminal ? '-tt' : '-T', '--', 'host', command],
]

/** Asks whether the master still has its connection. */
export const checkArgs = (socket: string): readonly string[] => [
  '-F',
  'none',
  '-S',
  socket,
  '-O',
  'check',
  '--',
  'host',
]

/** Where only these are named ssh finds them itself. */
const isDefault = (file: string): boolean => /\/\.ssh\/id_(?:ed25519|ecdsa|rsa|ed25519_sk|ecdsa_sk)$/.test(file)

/** A path in which ssh expands nothing any more. */
const literal = (path: string): string => path.replaceAll('%', '%%')

const quoted = (path: string): string => (/[\s"'\\#]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path)

const files = (paths: readonly string[]): string =>
  paths.length === 0 ? 'none' : paths.map((path) => quoted(literal(path))).join(' ')
