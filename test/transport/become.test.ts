import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/secret.ts'
import { explainSudo, startCommand } from '../../src/transport/become.ts'

const start = (become: boolean, becomeUser: string, login: string, password?: string) =>
  startCommand(
    { become, becomeUser, ...(password !== undefined && { becomePassword: new Secret(password) }) },
    login,
    'abc',
  )

describe('startCommand', () => {
  test.each([
    ['no become', false, 'root', 'alice'],
    ['root is root already', true, 'root', 'root'],
    ['alice is alice already', true, 'alice', 'alice'],
  ])('%s: the shell at once', (_, become, user, login) => {
    expect(start(become, user, login)).toEqual({ kind: 'start', command: 'exec /bin/sh -s -- "$SSH_CONNECTION"' })
  })

  test('become: sudo with marks of its own', () => {
    expect(start(true, 'root', 'alice', 'pw')).toEqual({
      kind: 'start',
      command:
        'exec env LC_ALL=C sudo -H -S -p ipvs-play-password-abc -u \'root\' -- /bin/sh -c \'printf ipvs-play-begin-abc; exec /bin/sh -s -- "$1"\' sh "$SSH_CONNECTION"',
      marks: { prompt: 'ipvs-play-password-abc', begin: 'ipvs-play-begin-abc' },
    })
  })

  test.each(['web-data', 'a.b@example.com', '#1000', '_apt'])('%s is a user name', (user) => {
    expect(start(true, user, 'alice')).toMatchObject({ command: expect.stringContaining(` -u '${user}' `) })
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

  test('no command line holds the password', () => {
    expect(JSON.stringify(start(true, 'root', 'alice', 'S3cret'))).not.toContain('S3cret')
  })
})

describe('explainSudo', () => {
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
    expect(explainSudo(stderr, code, { host: 'rs1', user: 'alice' }).reason).toMatch(reason)
  })
})
