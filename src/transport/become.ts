import type { Identity } from '../model/connection.ts'

/** How a call starts on the host. */
export interface Start {
  /** One line for the login shell, whichever that is. */
  readonly command: string
  /** Absent: the script may be sent at once. */
  readonly handshake?: { readonly prompt: string; readonly begin: string }
}

/** A user name that needs no quoting in any login shell; `#1000` is sudo's spelling of a number. */
const USER = /^[#A-Za-z0-9_][A-Za-z0-9._@+-]*$/

/**
 * The command line that starts /bin/sh, right for bash, dash, zsh, fish, tcsh and busybox as login shell: one simple
 * command, single quotes around plain text without `!`, backslash or quote. $SSH_CONNECTION is handed over by the
 * login shell because sudo takes it away.
 * @param nonce letters and digits
 */
export const startLine = (identity: Identity, loginUser: string, nonce: string): Start | undefined => {
  if (!identity.become || identity.becomeUser === loginUser) {
    return { command: 'exec /bin/sh -s -- "$SSH_CONNECTION"' }
  }
  if (!USER.test(identity.becomeUser)) return undefined
  const prompt = `ipvs-play-password-${nonce}`
  const begin = `ipvs-play-begin-${nonce}`
  const user = identity.becomeUser === 'root' ? '' : ` -u '${identity.becomeUser}'`
  const inner = `printf ${begin}; exec /bin/sh -s -- "$1"`
  return {
    command: `exec env LC_ALL=C sudo -H -S -p ${prompt}${user} -- /bin/sh -c '${inner}' sh "$SSH_CONNECTION"`,
    handshake: { prompt, begin },
  }
}

/** Why a call was refused before its script was sent. */
export interface Refusal {
  readonly reason: string
  readonly hint?: string
  readonly wrongPassword?: true
}

const SIGNS: readonly [pattern: RegExp, refuse: (host: string, user: string) => Refusal][] = [
  [
    /incorrect password attempt|Sorry, try again/i,
    (host) => ({ reason: `wrong become password for ${host}`, wrongPassword: true }),
  ],
  [
    /not in the sudoers|not allowed to (execute|run)|may not run sudo/i,
    (host, user) => ({
      reason: `${user} may not use sudo on ${host}`,
      hint: `allow it there: ${user} ALL=(ALL:ALL) ALL in /etc/sudoers.d/`,
    }),
  ],
  [
    /must have a tty/i,
    (host) => ({
      reason: `sudo on ${host} insists on a terminal (requiretty)`,
      hint: 'add to its sudoers: Defaults !requiretty',
    }),
  ],
  [
    /account (has )?expired|account or password is expired|account validation failure|password (has )?expired|change your password/i,
    (host, user) => ({ reason: `the account or password of ${user} on ${host} has expired` }),
  ],
  [
    /unknown user|invalid user|unable to look up user/i,
    (host) => ({ reason: `sudo on ${host} does not know the become user` }),
  ],
  [
    /must be owned by uid 0 and have the setuid bit|effective uid is not 0|no new privileges/i,
    (host) => ({ reason: `sudo on ${host} cannot become another user: it is not setuid root there` }),
  ],
  [
    /no password was provided|a password is required|conversation failed|Authentication failure/i,
    (host) => ({ reason: `sudo on ${host} could not authenticate` }),
  ],
]

/**
 * What it means that sudo ended before the shell behind it began.
 * @param stderr what came on stderr, without our own prompt
 */
export const explainSudo = (stderr: string, exitCode: number, host: string, user: string): Refusal => {
  for (const [pattern, refuse] of SIGNS) if (pattern.test(stderr)) return refuse(host, user)
  if (/sudo.*(not found|no such file|can't execute)|unknown command.*sudo/is.test(stderr) || exitCode === 127) {
    return { reason: `sudo is not installed on ${host}`, hint: 'install it there, or log in as root' }
  }
  const said = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  return { reason: `sudo on ${host} ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}` }
}

/** A password that was asked for and is not there. */
export const passwordMissing = (host: string): Refusal => ({
  reason: `sudo on ${host} asks for a password`,
  hint: 'use -K or --become-password-file',
})
