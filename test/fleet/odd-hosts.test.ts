import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { part } from '../part.ts'
import type { RunEnded } from './fleet.ts'
import { lastOf, taskOf } from './host-scripts.ts'
import { lacks } from './needs.ts'
import { type HostVars, type Runs, runsOn, varsOf } from './one-sshd.ts'
import { type Sshd, startSshd, type TestUser } from './sshd.ts'

const skipped = lacks('odd hosts', 'root', 'unshare', 'sshd', 'sudo', 'busybox', 'tcsh', 'zsh', 'fish', 'ksh', 'mksh')

/** Who logs in, and what is told of him; without a telling everything goes well. */
interface Odd extends TestUser {
  readonly told?: RegExp
  readonly hint?: RegExp
  /** To become root there fails after half a minute only. */
  readonly slow?: true
}

const NOISE = 'echo hello; echo from a start-up file >&2; printf "\\033[2J\\007"\n'
const EATS = /^a start-up file of \S+'s login shell on \S+ reads what is meant for the command$/
const NO_SHELL = /a forced command, a restricted shell or nologin\?/

const odd: readonly Odd[] = [
  { name: 'bash', shell: '/bin/bash', home: { '.bashrc': NOISE } },
  { name: 'dash', shell: '/bin/dash', home: { '.profile': NOISE } },
  { name: 'zsh', shell: '/usr/bin/zsh', home: { '.zshenv': NOISE, '.zshrc': 'exit 3' } },
  { name: 'fish', shell: '/usr/bin/fish', home: { '.config/fish/config.fish': 'echo hello; printf "\\033[2J"' } },
  { name: 'tcsh', shell: '/usr/bin/tcsh', home: { '.tcshrc': 'echo hello', '.login': 'exit 3' } },
  { name: 'ksh93', shell: '/usr/bin/ksh93', home: { '.kshrc': NOISE, '.profile': NOISE } },
  { name: 'mksh', shell: '/usr/bin/mksh', home: { '.mkshrc': NOISE } },
  { name: 'ash', shell: '/run/busybox/sh', home: { '.profile': NOISE } },
  {
    name: 'chatty',
    shell: '/bin/bash',
    home: { '.bashrc': 'head -c 3000000 /dev/urandom; yes | head -c 2000000 >&2' },
  },
  { name: 'masked', shell: '/bin/bash', home: { '.bashrc': 'umask 077; set -o noclobber; IFS=/; CDPATH=/tmp\n' } },
  { name: 'shifty', shell: '/bin/bash', home: { '.bashrc': 'cd /; alias printf=false; export ENV=/nowhere PS4=x\n' } },
  { name: 'narrow' }, // no /sbin in PATH
  { name: 'foreign' }, // another language, none of it installed
  { name: 'homeless' }, // no home directory
  { name: 'readonly' }, // a home that cannot be written
  {
    name: 'reads',
    slow: true,
    shell: '/bin/bash',
    home: { '.bashrc': 'read -r answer\n' },
    told: EATS,
    hint: /interactive shells only/,
  },
  { name: 'reads-much', slow: true, shell: '/bin/bash', home: { '.bashrc': 'head -c 3000 >/dev/null\n' }, told: EATS },
  { name: 'reads-all', slow: true, shell: '/bin/bash', home: { '.bashrc': 'cat >/dev/null\n' }, told: EATS },
  {
    name: 'leaves',
    shell: '/bin/bash',
    home: { '.bashrc': 'echo "no, not today" >&2; exit 3\n' },
    told: /^the host ran no script \(exit 3\): no, not today$/,
    hint: NO_SHELL,
  },
  { name: 'rbash', shell: '/bin/rbash', told: /^the host ran no script \(exit \d+\): .*restricted/, hint: NO_SHELL },
  { name: 'closed', shell: '/usr/sbin/nologin', told: /^the host ran no script \(exit 1\)/, hint: NO_SHELL },
  { name: 'forced', told: /^the host ran no script \(exit 0\)/, hint: NO_SHELL },
  { name: 'internal', told: /^the host ran no script \(exit 1\)/, hint: NO_SHELL }, // ForceCommand internal-sftp
]
const patient = part('accounts whose start-up files wait for input: become', 1, 0) === 1
const well = odd.filter(({ told }) => told === undefined)

const PLAY = `- hosts: all
  tasks:
    - {name: Who, command: id -un, register: who}
    - {name: Right, assert: {that: who.stdout == wished}}
    - {name: File, copy: {dest: "{{ place }}", content: "of {{ wished }}\\n"}}
`

describe.skipIf(skipped)('accounts that are set up oddly', () => {
  let sshd: Sshd
  let runs: Runs
  let first: RunEnded
  const place = (name: string) => join(sshd.dir, 'made', name)

  const asRoot = (name: string, vars: HostVars): [string, HostVars] => [
    `${name}-root`,
    { ...vars, ansible_become: true, ansible_host: 'localhost', wished: 'root', place: place(`${name}-root`) },
  ]

  beforeAll(async () => {
    sshd = await startSshd({
      users: odd.map((user) => ({ ...user, sudo: 'NOPASSWD: ALL' })),
      config: ['Banner /run/banner', 'PrintMotd yes'],
      // A match ends where the next begins: these lines come behind all others.
      matches: [
        'Match User narrow',
        'SetEnv PATH=/usr/bin:/bin',
        'Match User foreign',
        'SetEnv LC_ALL=de_DE.UTF-8 LANGUAGE=de LANG=tlh POSIXLY_CORRECT=1',
        'Match User forced',
        'ForceCommand echo only this',
        'Match User internal',
        'ForceCommand internal-sftp',
      ],
      before: `mount -t tmpfs none /run; mkdir /run/sshd /run/busybox; ln -s "$(command -v busybox)" /run/busybox/sh
printf '\\033]0;owned\\007\\033[2JWelcome\\n' >/run/banner
rm -rf "$DIR/home/homeless"
mount --bind "$DIR/home/readonly" "$DIR/home/readonly"; mount -o remount,bind,ro "$DIR/home/readonly"
mkdir -m 1777 "$DIR/made"`,
    })
    const hosts = odd.flatMap(({ name, slow }): [string, HostVars][] => {
      const vars = { ...varsOf(sshd), ansible_user: name }
      return [[name, { ...vars, wished: name, place: place(name) }], ...(slow && !patient ? [] : [asRoot(name, vars)])]
    })
    const known = readFileSync(join(sshd.dir, 'known_hosts'), 'utf8')
    writeFileSync(join(sshd.dir, 'known_hosts'), known + known.replaceAll('[127.0.0.1]', '[localhost]'))
    runs = runsOn(Object.fromEntries(hosts))
    first = await runs.start(PLAY).ended
  })
  afterAll(async () => {
    runs?.remove()
    await sshd?.stop()
  })

  test.each(well.map(({ name }) => name))('%s: all tasks go well, as the user and as root', (name) => {
    for (const host of [name, `${name}-root`]) {
      expect(first.statuses(host), first.stdout).toEqual(['changed', 'ok', 'changed'])
      const { mode, uid } = statSync(place(host))
      expect([mode & 0o7777, uid === 0]).toEqual([0o644, host.endsWith('-root')])
    }
  })

  test.each(odd.filter(({ told }) => told !== undefined))(
    '$name: nothing runs, and it is said why',
    ({ name, told = /./, hint = /./, slow = false }) => {
      const { status, reason, hint: next } = taskOf(first, name, 'Who')
      expect([status, reason, next]).toEqual(['failed', expect.stringMatching(told), expect.stringMatching(hint)])
      expect(existsSync(place(name))).toBe(false)
      if (slow && !patient) return
      const root = taskOf(first, `${name}-root`, 'Who')
      expect(root.status).toBe('failed')
      expect(root.reason).toMatch(slow ? /^the login shell of \S+ on \S+ ran no command within 30 s/ : told)
      expect(existsSync(place(`${name}-root`))).toBe(false)
    },
  )

  test('a second run of those that are well changes no file', async () => {
    const names = well.flatMap(({ name }) => [name, `${name}-root`])
    const ended = await runs.start(PLAY, '-l', names.join(',')).ended
    expect(ended.code, ended.stdout).toBe(0)
    for (const host of names) expect(ended.statuses(host)).toEqual(['changed', 'ok', 'ok'])
  })

  test('of banner and noise nothing comes to the terminal', () => {
    expect(first.stdout).not.toMatch(/owned|Welcome|start-up file\\n/)
    expect(first.stdout.includes('\u001b')).toBe(false)
    expect(lastOf(first, 'run-finished')?.exit).toBe(2)
  })
})

test.skipIf(skipped)('a /tmp that is full and lets nothing be executed is not needed', async () => {
  const before = process.env.TMPDIR
  process.env.TMPDIR = '/var/tmp' // the server's own files
  const sshd = await startSshd({ before: 'mount -t tmpfs -o noexec,size=16k none /tmp; cat /dev/zero >/tmp/full || :' })
  if (before === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = before
  const target = join(sshd.dir, 'made')
  const runs = runsOn({ rs1: varsOf(sshd) })
  const play = `- hosts: all
  tasks:
    - {command: "sh -c 'echo here; echo there >&2'"}
    - {script: there.sh}
    - {copy: {dest: "${target}", content: "x", validate: "test -s %s"}}
`
  runs.write('there.sh', '#!/bin/sh\necho from a script\n')
  const ended = await runs.start(play).ended
  expect(ended.code, ended.stdout).toBe(0)
  expect(ended.statuses('rs1')).toEqual(['changed', 'changed', 'changed'])
  expect(readFileSync(target, 'utf8')).toBe('x')
  runs.remove()
  await sshd.stop()
})
