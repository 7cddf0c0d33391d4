import type { BecomeMethod, Target } from '../model/connection.ts'
import type { Refusal } from './become.ts'

/** Who would become whom, and by what. */
export interface Wish extends Pick<Target, 'host' | 'user'> {
  readonly method: BecomeMethod
}

/** Words, and what they mean to the operator. The first that fits counts. */
type Signs = readonly (readonly [words: RegExp, refuse: (wish: Wish) => Refusal])[]

/** The one password was asked for a second time, or refused in words. */
export const wrongPassword = ({ host, user }: Wish): Refusal => ({
  reason: `wrong become password for ${user} on ${host}`,
  wrongPassword: true,
})

/** A password that was asked for and is not there. */
export const passwordMissing = ({ method, host }: Wish): Refusal => ({
  reason: `${method} on ${host} asks for a password`,
  hint: 'use -K or --become-password-file',
})

const notSetuid = ({ method, host }: Wish): Refusal => ({
  reason: `${method} on ${host} cannot become another user: it is not setuid root`,
})
const unknownUser = ({ host }: Wish): Refusal => ({ reason: `the become user is unknown on ${host}` })

/** Of sudo 1.8 and 1.9, of PAM and of sudo-rs. */
const SUDO: Signs = [
  [
    /incorrect password attempt|sorry, try again|authentication failed, try again|maximum \d+ incorrect/i,
    wrongPassword,
  ],
  [
    /not in the sudoers|not allowed to (execute|run)|may not run sudo|is not allowed to/i,
    ({ host, user }) => ({
      reason: `${user} may not use sudo on ${host}`,
      hint: `allow it there, in /etc/sudoers.d/: ${user} ALL=(ALL:ALL) ALL`,
    }),
  ],
  [
    /must have a tty|terminal is required to run/i,
    ({ host }) => ({
      reason: `sudo on ${host} insists on a terminal`,
      hint: 'add to its sudoers: Defaults !requiretty',
    }),
  ],
  [
    /expired|account validation failure|account is locked|is your account locked/i,
    ({ host, user }) => ({
      reason: `sudo on ${host} says that the account or password of ${user} has expired or is locked`,
    }),
  ],
  [/unknown user|invalid user|unable to look up user|user '.*' not found/i, unknownUser],
  [/setuid bit|effective uid is not 0|no new privileges/i, notSetuid],
]

/** Of OpenDoas 6.8, with and without PAM. */
const DOAS: Signs = [
  [/authentication failed|authorization failed/i, wrongPassword],
  [/(authentication|authorization) required|a tty is required/i, passwordMissing],
  [
    /operation not permitted/i,
    ({ host, user }) => ({
      reason: `${user} may not use doas on ${host}`,
      hint: `allow it there, in /etc/doas.conf: permit ${user} as root`,
    }),
  ],
  [
    /doas is not enabled/i,
    ({ host, user }) => ({
      reason: `doas on ${host} has no /etc/doas.conf`,
      hint: `write one that says: permit ${user} as root`,
    }),
  ],
  [/unknown user|no passwd entry/i, unknownUser],
  [/not installed setuid/i, notSetuid],
]
const ABSENT = /(not found|no such file|can't execute|cannot execute|permission denied)/i

/**
 * What it means that sudo or doas ended before the shell behind it began.
 * @param text what was said, our own prompt taken out
 */
export const explainBecome = (text: string, exitCode: number, wish: Wish): Refusal => {
  for (const [words, refuse] of wish.method === 'sudo' ? SUDO : DOAS) if (words.test(text)) return refuse(wish)
  const { method, host } = wish
  const last = lastLine(text)
  if (exitCode === 127 || (exitCode === 126 && ABSENT.test(last))) {
    return { reason: `${method} is not installed on ${host}`, hint: 'install it there, or log in as root' }
  }
  return { reason: `${method} on ${host} ended with exit code ${exitCode}${last === '' ? '' : `: ${last}`}` }
}

/** Before doas gets a password its terminal is made ready. */
export const missingTool = (said: string, { method, host }: Wish): Refusal | undefined =>
  method === 'doas' && /\bstty\b/.test(said)
    ? {
        reason: `${host} has no stty, and doas takes a password only on a terminal that stty has made ready`,
        hint: 'install coreutils there, or let doas.conf say `nopass`',
      }
    : undefined

/** The login shell did not come as far as sudo or doas. */
export const neverStarted = (said: string, seconds: number, { host, user }: Pick<Wish, 'host' | 'user'>): Refusal => {
  const last = lastLine(said)
  return {
    reason: `the login shell of ${user} on ${host} ran no command within ${seconds} s${last === '' ? '' : `; it says: ${last}`}`,
    hint: 'is there a start-up file that waits for somebody to type?',
  }
}

/** Neither a question that we can answer nor the shell came in time. */
export const stillWaiting = (text: string, seconds: number, { method, host }: Wish): Refusal => {
  const last = lastLine(text)
  const reason = `${method} on ${host} neither asked nor let through within ${seconds} s`
  return last === ''
    ? { reason }
    : { reason: `${reason}; it says: ${last}`, hint: 'another question than the one for a password cannot be answered' }
}

const lastLine = (text: string): string =>
  text
    .trim()
    .split(/[\r\n]+/)
    .at(-1)
    ?.trim()
    .slice(0, 200) ?? ''
