import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity, Target } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { lacks } from './needs.ts'
import { BECOME, connect, ended, runOn, runOnce, withPassword } from './over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

/** Says who runs it, whether the login's address came along, and all that is left on its stdin. */
const SCRIPT = '{ id -un; echo "$1" | wc -w; cat; exit 4\n}\n'
const doas = (becomePassword?: string, becomeUser = 'root'): Identity => ({
  become: true,
  becomeUser,
  becomeMethod: 'doas',
  ...(becomePassword === undefined ? {} : { becomePassword: new Secret(becomePassword) }),
})

describe.skipIf(lacks('become by doas', 'root', 'unshare', 'sshd', 'doas'))('doas', () => {
  let sshd: Sshd
  const as = (user: string): Target => ({ ...sshd.target, user })
  beforeAll(async () => {
    const shells = ['bash', 'fish', 'tcsh', 'zsh']
    sshd = await startSshd({
      users: [
        { name: 'free' },
        { name: 'asked', password: 'Corr3ct Pw!' },
        { name: 'stranger', password: 'x' },
        { name: 'limited', password: 'x' },
        { name: 'locked' },
        { name: 'liar', password: 'Corr3ct Pw!', shell: '/bin/bash', home: { '.bashrc': LIAR } },
        ...shells.map((name) => ({ name: `u-${name}`, shell: `/usr/bin/${name}`, password: 'pw' })),
        { name: 'other' },
      ],
      etc: {
        'doas.conf': `permit nopass free
permit asked
permit locked
permit liar
permit nopass limited cmd /usr/bin/id
${shells.map((name) => `permit u-${name}\n`).join('')}`,
      },
    })
  })
  afterAll(() => sshd.stop())

  test.each<[string, string, Identity, string]>([
    ['nobody asks', 'free', doas(), 'root'],
    ['nobody asks for the password we have', 'free', doas('S3cret'), 'root'],
    ['it asks, and the password is right', 'asked', doas('Corr3ct Pw!'), 'root'],
    ['another user than root', 'free', doas(undefined, 'other'), 'other'],
    ['another user, and it asks', 'asked', doas('Corr3ct Pw!', 'other'), 'other'],
    ['a start-up file that asks for the password in its words gets none', 'liar', doas('Corr3ct Pw!'), 'root'],
    ...['bash', 'fish', 'tcsh', 'zsh'].map((name): [string, string, Identity, string] => [
      name,
      `u-${name}`,
      doas('pw'),
      'root',
    ]),
  ])('%s: the script runs, whole, and reads no password', async (_, user, identity, who) => {
    expect(await runOnce(as(user), SCRIPT, identity)).toEqual({ end: ended(4), out: `${who}\n4\n` })
  })

  test.each<[string, string, Identity, RegExp, boolean]>([
    ['a wrong password', 'asked', doas('wrong'), /^wrong become password for asked on rs1$/, true],
    ['no password to give', 'asked', doas(), /^doas on rs1 asks for a password$/, false],
    ['an account that no password opens', 'locked', doas('x'), /^wrong become password for locked/, true],
    ['not in doas.conf', 'stranger', doas('x'), /^stranger may not use doas on rs1$/, false],
    ['not in doas.conf, without a password', 'stranger', doas(), /^stranger may not use doas on rs1$/, false],
    ['not for this command', 'limited', doas(), /^limited may not use doas on rs1$/, false],
    ['an unknown user', 'free', doas(undefined, 'nosuch'), /become user is unknown/, false],
  ])('%s: refused, and nothing ran', async (_, user, identity, reason, wrongPassword) => {
    const { end, out } = await runOnce(as(user), 'echo ran', identity)
    expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) })
    expect('wrongPassword' in end).toBe(wrongPassword)
    expect(out).toBe('')
  })

  test('what that file was told is nothing', async () => {
    expect(readdirSync(join(sshd.dir, 'home/liar'))).toEqual(['.bashrc'])
  })

  test('megabytes of script and output come through its terminal as they are, controls and all', async () => {
    const filler = `: ${'\u0003\u0004\u0011\u0013\u001a\u007f'.repeat(10)}${'x'.repeat(5000)}\n`.repeat(200)
    const script = `{\n${filler}printf '\\003\\004\\r\\n\\021\\032|'; yes 0123456789abcde | head -c 3000000\nexit 7\n}\n`
    const { end, out } = await runOnce(as('asked'), script, doas('Corr3ct Pw!'))
    expect(end).toEqual(ended(7))
    expect(out.slice(0, 7)).toBe('\u0003\u0004\r\n\u0011\u001a|')
    expect(out.length).toBe(3_000_007)
  })

  test('a whole script goes on when its connection is cut and its terminal is gone', async () => {
    const file = join(sshd.dir, 'went-on')
    const connection = await connect(as('asked'))
    let out = ''
    const onOutput = (chunk: Buffer): void => {
      out += chunk
      if (out.includes('\n')) process.kill(Number(out), 'SIGKILL') // the sshd that serves this connection
    }
    const server = `$(ps -eo pid,args | awk '/sshd: asked@/ && !/awk/ {print $1; exit}')`
    const script = `{ trap '' HUP PIPE TERM; echo ${server}; sleep 0.5; echo on >'${file}'; exit\n}\n`
    const end = await connection.execute({ identity: doas('Corr3ct Pw!'), script, limit: 60, onOutput })
    expect(end.kind).toBe('lost')
    await expect.poll(() => readFileSync(file, 'utf8'), { timeout: 20_000 }).toBe('on\n')
    connection.close()
  })

  test('after a refusal the connection is as good as before', async () => {
    const connection = await connect(as('asked'))
    expect((await runOn(connection, SCRIPT, doas('wrong'))).end.kind).toBe('refused')
    expect((await runOn(connection, SCRIPT, doas('Corr3ct Pw!'))).out).toBe('root\n4\n')
    connection.close()
  })

  test('where sshd gives no terminal a password cannot be told, and that is said', async () => {
    const strict = await startSshd({
      users: [{ name: 'asked', password: 'x' }],
      config: ['PermitTTY no'],
      etc: { 'doas.conf': 'permit asked\n' },
    })
    const { end } = await runOnce({ ...strict.target, user: 'asked' }, SCRIPT, doas('x'))
    expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/takes a password only on a terminal/) })
    await strict.stop()
  })

  test('without doas.conf, and without doas', async () => {
    const bare = await startSshd({ users: [{ name: 'alice', password: 'x' }] })
    const alice = { ...bare.target, user: 'alice' }
    for (const identity of [doas(), doas('x')])
      expect((await runOnce(alice, SCRIPT, identity)).end).toMatchObject({
        reason: 'doas on rs1 has no /etc/doas.conf',
      })
    await bare.stop()
    const none = await startSshd({
      users: [{ name: 'alice' }],
      config: ['SetEnv PATH=/run/only'],
      before:
        'mount -t tmpfs none /run; mkdir /run/sshd /run/only; ln -s "$(command -v env)" "$(command -v stty)" /run/only',
    })
    for (const identity of [doas(), doas('x')])
      expect((await runOnce({ ...none.target, user: 'alice' }, SCRIPT, identity)).end).toMatchObject({
        reason: 'doas is not installed on rs1',
      })
    await none.stop()
  })
})

/** Asks as doas does, and keeps what it is told. */
const LIAR = `printf '\\rdoas (liar@rs1) password: '
read -t 0.3 -r word && echo "$word" >>~/told
`

describe.skipIf(lacks('settings of sudo', 'root', 'unshare', 'sshd', 'sudo'))(
  'sudo as it is set up in the field',
  () => {
    let sshd: Sshd
    const as = (user: string): Target => ({ ...sshd.target, user })
    beforeAll(async () => {
      sshd = await startSshd({
        users: [
          ...['lectured', 'logged', 'trusted', 'cached', 'quiet'].map((name) => ({ name, password: 'x', sudo: 'ALL' })),
          { name: 'target', password: 'own', sudo: 'ALL' },
          { name: 'rooted', password: 'own', sudo: 'ALL' },
          { name: 'narrow', password: 'x', sudo: 'NOPASSWD: /usr/bin/id, /bin/cat' },
          { name: 'downward', sudo: 'NOPASSWD: ALL' },
          { name: 'other', password: 'theirs' },
        ],
        sudoers: [
          'Defaults timestamp_timeout=0',
          'Defaults:lectured lecture=always',
          'Defaults:logged use_pty, log_output, log_input, iolog_dir=/run/sudo-io',
          'Defaults:trusted !authenticate',
          'Defaults:cached timestamp_timeout=30, timestamp_type=global',
          'Defaults:target targetpw',
          'Defaults:rooted rootpw',
          'Defaults:quiet !lecture, passwd_tries=1, insults',
        ],
        before: 'mount -t tmpfs none /run; mkdir /run/sshd',
      })
    })
    afterAll(() => sshd.stop())

    test.each<[string, string, Identity, string]>([
      ['a lecture before each question', 'lectured', withPassword('x'), 'root'],
      ['input and output are recorded', 'logged', withPassword('x'), 'root'],
      ['nobody is asked (!authenticate)', 'trusted', withPassword('x'), 'root'],
      ['nobody is asked, and we have no password', 'trusted', BECOME, 'root'],
      [
        'the password of the other user is asked for',
        'target',
        { ...withPassword('theirs'), becomeUser: 'other' },
        'other',
      ],
      ['one try, insults', 'quiet', withPassword('x'), 'root'],
    ])('%s: the script runs, whole, and reads no password', async (_, user, identity, who) => {
      expect(await runOnce(as(user), SCRIPT, identity)).toEqual({ end: ended(4), out: `${who}\n4\n` })
    })

    test('input is recorded after the question only: no password is kept', async () => {
      await runOnce(as('logged'), SCRIPT, withPassword('x'))
      const { out } = await runOnce(sshd.target, 'cd /run/sudo-io && find . -type f | wc -l; zgrep -rlx x . || true')
      expect(out).toMatch(/^[1-9]\d*\n$/)
    })

    test('a ticket of an earlier call: not asked again, and the password becomes no command', async () => {
      const connection = await connect(as('cached'))
      expect((await runOn(connection, SCRIPT, withPassword('x'))).out).toBe('root\n4\n')
      expect(await runOn(connection, SCRIPT, withPassword('wrong now'))).toEqual({ end: ended(4), out: 'root\n4\n' })
      expect(await runOn(connection, SCRIPT, BECOME)).toEqual({ end: ended(4), out: 'root\n4\n' })
      connection.close()
    })

    test.each<[string, string, Identity, RegExp]>([
      ['root\u2019s password, which nobody has', 'rooted', withPassword('own'), /^wrong become password for rooted/],
      [
        'own password, where the other user\u2019s is asked for',
        'target',
        { ...withPassword('own'), becomeUser: 'other' },
        /^wrong become/,
      ],
      ['only some commands', 'narrow', withPassword('x'), /^narrow may not use sudo on rs1$/],
      ['one try and insults, and it is wrong', 'quiet', withPassword('wrong'), /^wrong become password for quiet/],
    ])('%s: refused, and nothing ran', async (_, user, identity, reason) => {
      const { end, out } = await runOnce(as(user), 'echo ran', identity)
      expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) })
      expect(out).toBe('')
    })
  },
)
