/**
 * What becomes of an option of the OpenSSH client:
 * - `honoured`: done as ssh does
 * - `needless`: what it asks for holds here anyway, or has no meaning without a terminal; fine wherever it stands
 * - `ignored`: it would do more than run a playbook; passed over in an ssh config, an error in the inventory's arguments
 * - `openssh`: where it is switched on, the host is reached through the system's client, which does it
 * - `refused`: an error
 */
export type Handling = 'honoured' | 'needless' | 'ignored' | 'openssh' | 'refused'

export interface SshOption {
  readonly name: string
  readonly handling: Handling
  /** For docs/ssh.md: how, or why that is right. */
  readonly why: string
}

const FORWARDING = 'a run forwards nothing'
const TERMINAL = 'there is no terminal and no session of yours'
const CANONICAL = '`ssh -G` is asked where `CanonicalizeHostname` is on'
const CERTIFICATES = 'certificates are the system client’s, which reads it'
const ONE_CONNECTION = 'one connection serves the whole run anyway'
const LOGGING = 'for messages see `-v`'
const KERBEROS = 'read by the system client, where it is used'

/** All options of ssh_config(5), of Debian's OpenSSH 9.2 and 10.0 and of 10.5, in the order of the alphabet. */
export const SSH_OPTIONS: readonly SshOption[] = (
  [
    ['AddKeysToAgent', 'needless', 'your agent is asked, never changed'],
    ['AddressFamily', 'honoured', ''],
    ['BatchMode', 'needless', 'nothing is ever asked in the middle of a run'],
    ['BindAddress', 'honoured', ''],
    ['BindInterface', 'openssh', 'Node cannot bind to a device'],
    ['CanonicalDomains', 'honoured', CANONICAL],
    ['CanonicalizeFallbackLocal', 'honoured', CANONICAL],
    ['CanonicalizeHostname', 'honoured', 'by `ssh -G`'],
    ['CanonicalizeMaxDots', 'honoured', CANONICAL],
    ['CanonicalizePermittedCNAMEs', 'honoured', CANONICAL],
    ['CASignatureAlgorithms', 'needless', CERTIFICATES],
    ['CertificateFile', 'honoured', 'by the system client'],
    ['ChannelTimeout', 'needless', 'limits are kept on the host'],
    ['CheckHostIP', 'openssh', 'off by default, as in OpenSSH since 8.5'],
    ['Ciphers', 'honoured', 'with `+`, `-`, `^` and wildcards'],
    ['ClearAllForwardings', 'needless', FORWARDING],
    ['Compression', 'needless', 'what is sent is small'],
    ['ConnectionAttempts', 'needless', 'a loss before the login is tried again up to four times'],
    ['ConnectTimeout', 'honoured', 'for connect, handshake and login together'],
    ['ControlMaster', 'needless', ONE_CONNECTION],
    ['ControlPath', 'needless', ONE_CONNECTION],
    ['ControlPersist', 'needless', ONE_CONNECTION],
    ['DynamicForward', 'ignored', FORWARDING],
    ['EnableEscapeCommandline', 'needless', TERMINAL],
    ['EnableSSHKeysign', 'needless', 'for the system-wide file alone; see HostbasedAuthentication'],
    ['EscapeChar', 'needless', TERMINAL],
    ['ExitOnForwardFailure', 'needless', FORWARDING],
    ['FingerprintHash', 'needless', 'fingerprints are shown as SHA256'],
    ['ForkAfterAuthentication', 'needless', TERMINAL],
    ['ForwardAgent', 'ignored', 'no host ever gets hold of your agent'],
    ['ForwardX11', 'ignored', FORWARDING],
    ['ForwardX11Timeout', 'needless', FORWARDING],
    ['ForwardX11Trusted', 'needless', FORWARDING],
    ['GatewayPorts', 'needless', FORWARDING],
    ['GlobalKnownHostsFile', 'honoured', ''],
    ['GSSAPIAuthentication', 'openssh', 'only when you hold a Kerberos ticket'],
    ['GSSAPIClientIdentity', 'needless', KERBEROS],
    ['GSSAPIDelegateCredentials', 'needless', KERBEROS],
    ['GSSAPIKexAlgorithms', 'needless', KERBEROS],
    ['GSSAPIKeyExchange', 'openssh', 'only when you hold a Kerberos ticket'],
    ['GSSAPIRenewalForcesRekey', 'needless', KERBEROS],
    ['GSSAPIServerIdentity', 'needless', KERBEROS],
    ['GSSAPITrustDns', 'needless', KERBEROS],
    ['HashKnownHosts', 'honoured', 'and in a file with hashed names new ones are hashed too'],
    ['Host', 'honoured', ''],
    ['HostbasedAcceptedAlgorithms', 'needless', 'read by the system client'],
    ['HostbasedAuthentication', 'openssh', ''],
    ['HostKeyAlgorithms', 'honoured', 'those that known_hosts has a key for come first, as in ssh'],
    ['HostKeyAlias', 'honoured', ''],
    ['Hostname', 'honoured', 'token `%h`'],
    ['IdentitiesOnly', 'honoured', ''],
    ['IdentityAgent', 'honoured', '`none`, a path, `SSH_AUTH_SOCK` or `$NAME`'],
    ['IdentityFile', 'honoured', 'several add up'],
    ['IgnoreUnknown', 'honoured', ''],
    ['Include', 'honoured', 'globs, nested, inside blocks'],
    ['IPQoS', 'needless', 'packets are not marked'],
    ['KbdInteractiveAuthentication', 'honoured', ''],
    ['KbdInteractiveDevices', 'needless', 'the server chooses'],
    ['KexAlgorithms', 'honoured', 'with `+`, `-`, `^` and wildcards'],
    ['KnownHostsCommand', 'openssh', ''],
    ['LocalCommand', 'ignored', 'a run starts nothing on this machine'],
    ['LocalForward', 'ignored', FORWARDING],
    ['LogLevel', 'needless', LOGGING],
    ['LogVerbose', 'needless', LOGGING],
    ['MACs', 'honoured', 'with `+`, `-`, `^` and wildcards'],
    [
      'Match',
      'honoured',
      '`exec`, `localnetwork` and what a newer ssh may know: by `ssh -G`, as are all hosts for which it is asked',
    ],
    ['NoHostAuthenticationForLocalhost', 'needless', 'host keys are always checked, those of localhost too'],
    ['NumberOfPasswordPrompts', 'needless', 'a password is tried once'],
    ['ObscureKeystrokeTiming', 'needless', TERMINAL],
    ['PasswordAuthentication', 'honoured', ''],
    ['PermitLocalCommand', 'needless', 'a run starts nothing on this machine'],
    ['PermitRemoteOpen', 'needless', FORWARDING],
    ['PKCS11Provider', 'openssh', ''],
    ['Port', 'honoured', ''],
    ['PreferredAuthentications', 'honoured', ''],
    ['ProxyCommand', 'honoured', 'run by your shell, ended with the run'],
    ['ProxyJump', 'honoured', 'chains; a connection to a jump host serves all hosts behind it'],
    ['ProxyUseFdpass', 'openssh', ''],
    ['PubkeyAcceptedAlgorithms', 'openssh', 'a list that only adds (`+`) changes nothing'],
    ['PubkeyAuthentication', 'honoured', ''],
    ['RefuseConnection', 'refused', 'its text is the error'],
    ['RekeyLimit', 'needless', 'no run sends that much'],
    ['RemoteCommand', 'ignored', 'a run sends commands of its own'],
    ['RemoteForward', 'ignored', FORWARDING],
    ['RequestTTY', 'needless', TERMINAL],
    ['RequiredRSASize', 'openssh', 'from more than 1024 bits on, the default'],
    ['RevokedHostKeys', 'openssh', '`@revoked` lines of known_hosts need no client'],
    ['SecurityKeyProvider', 'needless', 'keys on FIDO tokens are the system client’s, which reads it'],
    ['SendEnv', 'ignored', 'name what a task needs in `environment`'],
    ['ServerAliveCountMax', 'honoured', ''],
    ['ServerAliveInterval', 'honoured', '15 seconds where nothing is said'],
    ['SessionType', 'needless', TERMINAL],
    ['SetEnv', 'ignored', 'name what a task needs in `environment`'],
    ['StdinNull', 'needless', TERMINAL],
    ['StreamLocalBindMask', 'needless', FORWARDING],
    ['StreamLocalBindUnlink', 'needless', FORWARDING],
    ['StrictHostKeyChecking', 'honoured', '`ask` is strict, for nobody is asked; `no` and `off` are refused'],
    ['SyslogFacility', 'needless', LOGGING],
    ['Tag', 'honoured', 'for `Match tagged`'],
    ['TCPKeepAlive', 'needless', 'connections are probed: see ServerAliveInterval'],
    ['Tunnel', 'ignored', FORWARDING],
    ['TunnelDevice', 'needless', FORWARDING],
    ['UpdateHostKeys', 'needless', 'known_hosts changes only where you say so'],
    ['User', 'honoured', ''],
    ['UserKnownHostsFile', 'honoured', ''],
    ['VerifyHostKeyDNS', 'openssh', ''],
    ['VersionAddendum', 'needless', 'a text for the server’s log'],
    ['VisualHostKey', 'needless', TERMINAL],
    ['WarnWeakCrypto', 'needless', LOGGING],
    ['XAuthLocation', 'needless', FORWARDING],
  ] as const
).map(([name, handling, why]) => ({ name, handling, why }))

/** Other names that ssh still knows for them, in lower case. */
export const OTHER_NAMES: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  hostbasedkeytypes: 'hostbasedacceptedalgorithms',
  identityfile2: 'identityfile',
  keepalive: 'tcpkeepalive',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  smartcarddevice: 'pkcs11provider',
}

/** ssh passes these over with a word at most. */
export const OUTLIVED: readonly string[] = [
  'afstokenpassing',
  'cipher',
  'compressionlevel',
  'fallbacktorsh',
  'globalknownhostsfile2',
  'kerberosauthentication',
  'kerberostgtpassing',
  'protocol',
  'rhostsauthentication',
  'rhostsrsaauthentication',
  'rsaauthentication',
  'userknownhostsfile2',
  'useprivilegedport',
  'useroaming',
  'usersh',
]
