import type { Identity, Target } from '../model/connection.ts'

/** Why a call was refused before its script was sent. */
export interface Refusal {
  readonly reason: string
  readonly hint?: string
  readonly wrongPassword?: true
  readonly gone?: true
}

/** What sudo and the shell behind it say, so that nobody else's words are taken for theirs. */
export interface Marks {
  /** On stderr: the password is asked for. */
  readonly prompt: string
  /** On stdout: the shell is about to read its script. */
  readonly begin: string
}

export type Start =
  | { readonly kind: 'start'; readonly command: string; readonly marks?: Marks }
  | ({ readonly kind: 'refused' } & Refusal)

/** User names that mean the same to every login shell within single quotes; `#1000` is sudo's spelling of a number. */
const USER = /^[#A-Za-z0-9_][A-Za-z0-9._@+-]*$/

/**
 * The command line that starts /bin/sh, right for bash, dash, zsh, fish, tcsh and busybox as login shell: one simple
 * command, single quotes around text without `!`, backslash or quote. $SSH_CONNECTION is handed over by the login shell
 * because sudo takes it away. sudo speaks English, so that its words can be told apart.
 * @param nonce letters and digits
 */
export const startCommand = (
  { become, becomeUser, becomePassword }: Identity,
  loginUser: string,
  nonce: string,
): Start => {
  if (!become || becomeUser === loginUser) {
    return { kind: 'start', command: 'exec /bin/sh -s -- "$SSH_CONNECTION"' }
  }
  if (!USER.test(becomeUser)) return { kind: 'refused', reason: `${JSON.stringify(becomeUser)} is no user name` }
  if (/[\0\r\n]/.test(becomePassword?.reveal() ?? '')) {
    return { kind: 'refused', reason: 'the become password holds a line break or NUL, which sudo cannot read' }
  }
  const prompt = `ipvs-play-password-${nonce}`
  const begin = `ipvs-play-begin-${nonce}`
  const sudo = `sudo -H -S -p ${prompt} -u '${becomeUser}'`
  return {
    kind: 'start',
    command: `exec env LC_ALL=C ${sudo} -- /bin/sh -c 'printf ${begin}; exec /bin/sh -s -- "$1"' sh "$SSH_CONNECTION"`,
    marks: { prompt, begin },
  }
}

/** Words of sudo 1.8 and 1.9, of PAM and of sudo-rs, and what they mean to the operator. The first that fits counts. */
const SIGNS: readonly (readonly [words: RegExp, refuse: (host: string, user: string) => Refusal])[] = [
  [
    /incorrect password attempt|sorry, try again|authentication failed, try again|maximum \d+ incorrect/i,
    (host, user) => ({ reason: `wrong become password for ${user} on ${host}`, wrongPassword: true }),
  ],
  [
    /not in the sudoers|not allowed to (execute|run)|may not run sudo|is not allowed to/i,
    (host, user) => ({
      reason: `${user} may not use sudo on ${host}`,
      hint: `allow it there, in /etc/sudoers.d/: ${user} ALL=(ALL:ALL) ALL`,
    }),
  ],
  [
    /must have a tty|terminal is required to run/i,
    (host) => ({ reason: `sudo on ${host} insists on a terminal`, hint: 'add to its sudoers: Defaults !requiretty' }),
  ],
  [
    /expired|account validation failure|account is locked|is your account locked/i,
    (host, user) => ({
      reason: `sudo on ${host} says that the account or password of ${user} has expired or is locked`,
    }),
  ],
  [
    /unknown user|invalid user|unable to look up user|user '.*' not found/i,
    (host) => ({ reason: `the become user is unknown on ${host}` }),
  ],
  [
    /setuid bit|effective uid is not 0|no new privileges/i,
    (host) => ({ reason: `sudo on ${host} cannot become another user: it is not setuid root` }),
  ],
]
const ABSENT = /(not found|no such file|can't execute|cannot execute|permission denied)/i

/**
 * What it means that sudo ended before the shell behind it began.
 * @param stderr what was said, our own prompt taken out
 */
export const explainSudo = (
  stderr: string,
  exitCode: number,
  { host, user }: Pick<Target, 'host' | 'user'>,
): Refusal => {
  for (const [words, refuse] of SIGNS) if (words.test(stderr)) return refuse(host, user)
  const said = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  if (exitCode === 127 || (exitCode === 126 && ABSENT.test(said))) {
    return { reason: `sudo is not installed on ${host}`, hint: 'install it there, or log in as root' }
  }
  return { reason: `sudo on ${host} ended with exit code ${exitCode}${said === '' ? '' : `: ${said}`}` }
}

/** A password that was asked for and is not there. */
export const passwordMissing = (host: string): Refusal => ({
  reason: `sudo on ${host} asks for a password`,
  hint: 'use -K or --become-password-file',
})
