import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tellLeftOut } from '../part.ts'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'

// apt and dpkg for real, with packages of our own from a repository on the host's disk.

const debian = existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb')
if (!debian) tellLeftOut('package on hosts: not run, this machine has no apt')
const skipped = lacks('package on hosts', 'root', 'ip', 'unshare', 'sshd') || !debian

const repository = `set -e
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d /srv/repo; mkdir -p /srv/repo /etc/apt/sources.list.d
echo 'deb [trusted=yes] file:/srv/repo ./' >/etc/apt/sources.list.d/own.list
cd /srv/repo
deb() {
mkdir -p $1/DEBIAN $1/etc
printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: nobody <n@example.org>\\nDescription: probe\\n' $1 $2 >$1/DEBIAN/control
echo $2 >$1/etc/$1
dpkg-deb -b $1 $1_$2.deb >/dev/null
rm -r $1
}
index() { for f in *.deb; do dpkg-deb -f $f; printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' $f $(stat -c %s $f) $(sha256sum <$f | cut -d' ' -f1); done >Packages; }
`

describe.skipIf(skipped)('on a real host', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 1 })
    const made = await fleet.exec('rs1', `${repository}deb probe-a 1.0; deb probe-b 1.0; index; apt-get -q update`)
    expect(made).toMatchObject({ code: 0 })
  })
  afterAll(() => fleet?.down())

  const play = (args: string, more = '') =>
    fleet.write('package.yml', `- hosts: realserver\n  tasks:\n    - package: ${args}\n${more}`)
  const installed = async () =>
    (
      await fleet.exec(
        'rs1',
        `dpkg-query -W -f '\${Package} \${Version} \${db:Status-Status}\\n' 'probe-*' | grep ' installed'`,
      )
    ).stdout

  test('packages are installed, updated and removed, each time foretold and only once', async () => {
    const steps: readonly [string, string, readonly string[], string][] = [
      [
        '{name: [probe-a, probe-b]}',
        '',
        ['probe-a: absent → 1.0', 'probe-b: absent → 1.0'],
        'probe-a 1.0\nprobe-b 1.0\n',
      ],
      [
        '{name: probe-a, state: latest}',
        `${repository}deb probe-a 1.0; deb probe-b 1.0; deb probe-a 2.0; index; apt-get -q update`,
        ['probe-a: 1.0 → 2.0'],
        'probe-a 2.0\nprobe-b 1.0\n',
      ],
      ['{name: probe-a=1.0, allow_downgrade: true}', '', ['probe-a: 2.0 → 1.0'], 'probe-a 1.0\nprobe-b 1.0\n'],
      [
        '{name: "probe-a,probe-b", state: absent, purge: true}',
        '',
        ['probe-a: 1.0 → absent', 'probe-b: 1.0 → absent'],
        '',
      ],
    ]
    for (const [args, before, told, after] of steps) {
      if (before !== '') expect(await fleet.exec('rs1', before)).toMatchObject({ code: 0 })
      const book = play(args)
      const foretold = await fleet.run(book, '--check')
      expect(foretold.statuses('rs1')).toEqual(['would-change'])
      expect(foretold.differences('rs1')).toEqual(told)
      const ended = await fleet.run(book)
      expect(ended.statuses('rs1'), ended.stdout).toEqual(['changed'])
      expect(ended.differences('rs1')).toEqual(told)
      expect((await installed()).replaceAll(' installed', '')).toBe(after)
      expect((await fleet.run(book)).statuses('rs1')).toEqual(['ok'])
    }
  })

  test('new lists are fetched where something is to be installed, and what nobody has is told', async () => {
    await fleet.exec('rs1', `${repository}deb probe-c 1.0; index`)
    const ended = await fleet.run(play('{name: probe-c}'))
    expect(ended.statuses('rs1')).toEqual(['failed'])
    expect(ended.stdout).toContain('apt knows no package probe-c')
    expect((await fleet.run(play('{name: probe-c, update_cache: true}'))).statuses('rs1')).toEqual(['changed'])
    expect((await fleet.run(play('{update_cache: true}'))).statuses('rs1')).toEqual(['ok'])
    expect((await fleet.run(play('{name: probe-c, state: latest, update_cache: true}'))).statuses('rs1')).toEqual([
      'ok',
    ])
    expect((await fleet.run(play('{name: nothing-like-it, update_cache: true}'))).statuses('rs1')).toEqual(['failed'])
  })

  test('what depends on a package that is yet to come, check calls unknown', async () => {
    await fleet.exec('rs1', 'dpkg --purge probe-c')
    const book = play('{name: probe-c}', '    - service: {name: probe-c, enabled: true}\n')
    expect((await fleet.run(book, '--check')).statuses('rs1')).toEqual(['would-change', 'unknown'])
  })
})
