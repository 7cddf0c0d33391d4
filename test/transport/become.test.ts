import { describe, expect, test } from 'vitest'
import type { BecomeMethod } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { startCommand } from '../../src/transport/become.ts'
import { explainBecome, missingTool, neverStarted, stillWaiting } from '../../src/transport/become-words.ts'

const start = (become: boolean, becomeUser: string, login: string, password?: string, becomeMethod?: BecomeMethod) =>
  startCommand(
    {
      become,
      becomeUser,
      ...(becomeMethod && { becomeMethod }),
      ...(password !== undefined && { becomePassword: new Secret(password) }),
    },
    login,
    'abc',
    1234,
  )
const METHODS = ['sudo', 'doas'] as const

describe('startCommand', () => {
  test.each([
    ['no become', false, 'root', 'alice'],
    ['root is root already', true, 'root', 'root'],
    ['alice is alice already', true, 'alice', 'alice'],
  ])('%s: the shell at once, with a seal before the script', (_, become, user, login) => {
    expect(start(become, user, login)).toEqual({
      kind: 'start',
      command:
        'exec /bin/sh -c \'read -r x && [ "$x" = abc ] && exec /bin/sh -s -- "$1"; echo ipvs-play-broken-abc >&2\' sh "$SSH_CONNECTION"',
      seal: { line: 'abc', broken: 'ipvs-play-broken-abc' },
    })
  })

  const shell = '\'printf ipvs-play-begin-abc; exec /bin/sh -s -- "$1"\''

  test('become: sudo with marks of its own', () => {
    expect(start(true, 'root', 'alice', 'pw')).toEqual({
      kind: 'start',
      command: `exec env LC_ALL=C /bin/sh -c 'printf ipvs-play-from-abc >&2; exec sudo -H -S -p ipvs-play-password-abc -u "$1" -- /bin/sh -c "$2" sh "$3"' sh 'root' ${shell} "$SSH_CONNECTION"`,
      becoming: {
        method: 'sudo',
        marks: { from: 'ipvs-play-from-abc', prompt: 'ipvs-play-password-abc', begin: 'ipvs-play-begin-abc' },
      },
    })
  })

  test('doas without a password: never asks', () => {
    expect(start(true, 'root', 'alice', undefined, 'doas')).toEqual({
      kind: 'start',
      command: `exec env LC_ALL=C /bin/sh -c 'printf ipvs-play-from-abc >&2; exec doas -n -u "$1" -- /bin/sh -c "$2" sh "$3"' sh 'root' ${shell} "$SSH_CONNECTION"`,
      becoming: { method: 'doas', marks: { from: 'ipvs-play-from-abc', begin: 'ipvs-play-begin-abc' } },
    })
  })

  test('doas with a password: on a raw terminal, and the shell behind it reads none', () => {
    expect(start(true, 'root', 'alice', 'pw', 'doas')).toMatchObject({
      terminal: true,
      command:
        'exec env LC_ALL=C /bin/sh -c \'stty raw -echo && printf ipvs-play-from-abc && exec doas -u "$1" -- /bin/sh -c "$2" sh "$3"\' sh \'root\' \'printf ipvs-play-begin-abc; head -c 1234 | /bin/sh -s -- "$1"\' "$SSH_CONNECTION"',
    })
  })

  test.each(['web-data', 'a.b@example.com', '#1000', '_apt'])('%s is a user name', (user) => {
    expect(start(true, user, 'alice')).toMatchObject({ command: expect.stringContaining(` sh '${user}' `) })
  })

  test.each(["x'; id", 'a b', '', '-u', '$(id)', 'a\nb', '!x'])('%j is none', (user) => {
    expect(start(true, user, 'alice')).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('no user name'),
    })
  })

  test.each(['a\nb', 'a\rb', 'a\0b'])('a password that sudo could not read is not given: %j', (password) => {
    expect(start(true, 'root', 'alice', password)).toMatchObject({ kind: 'refused' })
  })

  test.each(METHODS)('no command line of %s holds the password', (method) => {
    expect(JSON.stringify(start(true, 'root', 'alice', 'S3cret', method))).not.toContain('S3cret')
  })
})

describe('what sudo means', () => {
  // sudo 1.9.13 and 1.8 as recorded; the expired ones from sudo's sources
  test.each([
    ['\nSorry, try again.\n', 1, /^wrong become password for alice on rs1$/],
    ['sudo: 1 incorrect password attempt\n', 1, /^wrong become password/],
    ['sudo: 3 incorrect password attempts\n', 1, /^wrong become password/],
    ['alice is not in the sudoers file.\n', 1, /^alice may not use sudo/],
    ['alice is not in the sudoers file.  This incident will be reported.\n', 1, /^alice may not use sudo/],
    ["Sorry, user alice is not allowed to execute '/bin/sh -c x' as root on rs1.\n", 1, /^alice may not use sudo/],
    ['Sorry, user alice may not run sudo on rs1.\n', 1, /^alice may not use sudo/],
    ['sudo: sorry, you must have a tty to run sudo\n', 1, /insists on a terminal/],
    ['sudo: Account or password is expired, reset your password and try again\n', 1, /expired/],
    ['sudo: account validation failure, is your account locked?\n', 1, /locked/],
    ['sudo: unknown user nosuch\nsudo: error initializing audit plugin sudoers_audit\n', 1, /become user is unknown/],
    ['sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n', 1, /not setuid root/],
    ['sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\n', 1, /not setuid root/],
    ["env: 'sudo': No such file or directory\n", 127, /^sudo is not installed on rs1$/],
    ["env: can't execute 'sudo': No such file or directory\n", 127, /^sudo is not installed on rs1$/],
    ["env: can't execute 'sudo': No such file or directory\n", 126, /^sudo is not installed on rs1$/],
    ['sudo: unable to open /etc/sudoers: Input/output error\n', 1, /exit code 1: sudo: unable to open \/etc\/sudoers/],
    ['', 1, /^sudo on rs1 ended with exit code 1$/],
  ])('%j', (stderr, code, reason) => {
    expect(explainBecome(stderr, code, { host: 'rs1', user: 'alice', method: 'sudo' }).reason).toMatch(reason)
  })
})

// OpenDoas 6.8.2 as recorded; the last of it without PAM, from its sources
describe('what doas means', () => {
  test.each([
    ['\r\ndoas: Authentication failed\r\n', 1, /^wrong become password for alice on rs1$/],
    ['doas: Authentication required\n', 1, /^doas on rs1 asks for a password$/],
    ['doas: Operation not permitted\n', 1, /^alice may not use doas on rs1$/],
    [
      'doas: doas is not enabled, /etc/doas.conf: No such file or directory\n',
      1,
      /^doas on rs1 has no \/etc\/doas.conf$/,
    ],
    ['doas: unknown user\n', 1, /^the become user is unknown on rs1$/],
    ['doas: not installed setuid\n', 1, /not setuid root/],
    ["env: 'doas': No such file or directory\n", 127, /^doas is not installed on rs1$/],
    ['sh: 1: exec: doas: not found\r\n', 127, /^doas is not installed on rs1$/],
    ['doas: syntax error at line 1\n', 1, /^doas on rs1 ended with exit code 1: doas: syntax error at line 1$/],
    ['doas: Authorization failed\r\n', 1, /^wrong become password/],
  ])('%j', (text, code, reason) => {
    expect(explainBecome(text, code, { host: 'rs1', user: 'alice', method: 'doas' }).reason).toMatch(reason)
  })
})

test('a terminal that cannot be made ready is said to be that, of doas only', () => {
  const wish = { host: 'rs1', user: 'alice', method: 'doas' } as const
  expect(missingTool('sh: 1: stty: not found\r\n', wish)?.reason).toMatch(/^rs1 has no stty/)
  expect(missingTool('sh: 1: stty: not found\r\n', { ...wish, method: 'sudo' })).toBeUndefined()
  expect(missingTool('This account is closed', wish)).toBeUndefined()
})

test('a login shell that waits is not taken for sudo', () => {
  expect(neverStarted('Your name? ', 30, { host: 'rs1', user: 'alice' })).toEqual({
    reason: 'the login shell of alice on rs1 ran no command within 30 s; it says: Your name?',
    hint: expect.stringMatching(/start-up file/),
  })
})

test('who asks something else is quoted', () => {
  const wish = { host: 'rs1', user: 'alice', method: 'sudo' } as const
  expect(stillWaiting('', 30, wish)).toEqual({ reason: 'sudo on rs1 neither asked nor let through within 30 s' })
  expect(stillWaiting('Welcome\nVerification code: ', 30, wish).reason).toMatch(/; it says: Verification code:$/)
})
