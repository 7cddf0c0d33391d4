import type { BecomeMethod, Identity } from '../model/connection.ts'
import type { Marks } from './become-dialog.ts'

/** Why a call was refused before its script was sent. */
export interface Refusal {
  readonly reason: string
  readonly hint?: string
  readonly wrongPassword?: true
  readonly gone?: true
}

/** The other user's shell, and who lets through to it. */
export interface Becoming {
  readonly method: BecomeMethod
  readonly marks: Marks
}

export type Start =
  | ({ readonly kind: 'start'; readonly command: string } & (Other | Self))
  | ({ readonly kind: 'refused' } & Refusal)

interface Other {
  readonly becoming: Becoming
  readonly terminal?: true
}

/** The script is sent at once, so that a start-up file of the login shell may have read of it before our shell is there. */
interface Self {
  readonly becoming?: never
  readonly terminal?: never
  readonly seal: Seal
}

export interface Seal {
  /** Sent before the script: the shell runs nothing unless this is what it reads first. */
  readonly line: string
  /** On stderr, where it was not. */
  readonly broken: string
}

/** User names that mean the same to every login shell within single quotes; `#1000` is sudo's spelling of a number. */
const USER = /^[#A-Za-z0-9_][A-Za-z0-9._@+-]*$/

/**
 * The command line that starts /bin/sh, right for bash, dash, zsh, fish, tcsh and busybox as login shell: one simple
 * command, single quotes around text without `!`, backslash or quote. $SSH_CONNECTION is handed over by the login shell
 * because sudo takes it away. sudo and doas speak English, so that their words can be told apart.
 * @param nonce  letters and digits
 * @param length bytes of the script
 */
export const startCommand = (identity: Identity, loginUser: string, nonce: string, length: number): Start => {
  const { become, becomeUser, becomeMethod = 'sudo', becomePassword } = identity
  if (!become || becomeUser === loginUser) {
    return self(nonce)
  }
  if (!USER.test(becomeUser)) return { kind: 'refused', reason: `${JSON.stringify(becomeUser)} is no user name` }
  if (/[\0\r\n]/.test(becomePassword?.reveal() ?? '')) {
    return {
      kind: 'refused',
      reason: `the become password holds a line break or NUL, which ${becomeMethod} cannot read`,
    }
  }
  if (becomeMethod === 'sudo') return sudo(becomeUser, nonce)
  return becomePassword === undefined ? doas(becomeUser, nonce) : doasInTerminal(becomeUser, nonce, length)
}

const self = (nonce: string): Start => {
  const broken = `ipvs-play-broken-${nonce}`
  const check = `read -r x && [ "$x" = ${nonce} ] && exec /bin/sh -s -- "$1"; echo ${broken} >&2`
  return { kind: 'start', command: `exec /bin/sh -c '${check}' sh "$SSH_CONNECTION"`, seal: { line: nonce, broken } }
}

/** The seal was broken. */
export const scriptEaten = (host: string, user: string): Refusal => ({
  reason: `a start-up file of ${user}'s login shell on ${host} reads what is meant for the command`,
  hint: `let it do so in interactive shells only: put  case $- in *i*) ;; *) return ;; esac  first in ${user}'s .bashrc there`,
})

const beginOf = (nonce: string): string => `ipvs-play-begin-${nonce}`

/** What the other user's shell does first and then. */
const shell = (begin: string): string => `printf ${begin}; exec /bin/sh -s -- "$1"`

const sudo = (user: string, nonce: string): Start => {
  const marks = { from: `ipvs-play-from-${nonce}`, begin: beginOf(nonce), prompt: `ipvs-play-password-${nonce}` }
  const outer = `printf ${marks.from} >&2; exec sudo -H -S -p ${marks.prompt} -u "$1" -- /bin/sh -c "$2" sh "$3"`
  return { kind: 'start', command: command(outer, user, shell(marks.begin)), becoming: { method: 'sudo', marks } }
}

const doas = (user: string, nonce: string): Start => {
  const marks = { from: `ipvs-play-from-${nonce}`, begin: beginOf(nonce) }
  const outer = `printf ${marks.from} >&2; exec doas -n -u "$1" -- /bin/sh -c "$2" sh "$3"`
  return { kind: 'start', command: command(outer, user, shell(marks.begin)), becoming: { method: 'doas', marks } }
}

/**
 * doas reads a password from a terminal and from nothing else, and cannot be told what to ask with: what it asks counts
 * from the mark on that is printed just before it starts. The terminal is raw, so that no byte of the script is changed.
 * `head` stands between it and the shell: a shell that reads from a terminal would greet and prompt.
 */
const doasInTerminal = (user: string, nonce: string, length: number): Start => {
  const from = `ipvs-play-from-${nonce}`
  const begin = beginOf(nonce)
  const outer = `stty raw -echo && printf ${from} && exec doas -u "$1" -- /bin/sh -c "$2" sh "$3"`
  const inner = `printf ${begin}; head -c ${length} | /bin/sh -s -- "$1"`
  return {
    kind: 'start',
    command: command(outer, user, inner),
    terminal: true,
    becoming: { method: 'doas', marks: { from, begin, prompt: /doas \([^()\r\n]*\) password: $/ } },
  }
}

const command = (outer: string, user: string, inner: string): string =>
  `exec env LC_ALL=C /bin/sh -c '${outer}' sh '${user}' '${inner}' "$SSH_CONNECTION"`
