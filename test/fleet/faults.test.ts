import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bringUp, type Fleet, playbooks } from './fleet.ts'
import {
  commandsSent,
  fingerprint,
  lastOf,
  playWith,
  pristine,
  taskOf,
  tasksOf,
  verboseSshd,
  vipsOnLo,
  waitFor,
  wrongWithServer,
} from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('faults of hosts', 'root', 'ip', 'unshare', 'sshd')
const guards = `
    - name: Guards
      sysctl: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}`
/** Both real servers at once, so that what happens to one is seen not to touch the other. */
const servers = (tasks: string) => `- name: Servers\n  hosts: realserver\n  serial: 100%\n  tasks:${tasks}\n`
const first = (tasks: string) => `- name: First\n  hosts: rs1\n  tasks:${tasks}\n`
const vip = `
    - {name: VIP, vip-on-lo: "{{ vip }}"}`

let fleet: Fleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ directors: 0, realservers: 2, server: 'openssh', more: verboseSshd })
})
afterAll(() => fleet?.down())

const exec = async (host: string, script: string): Promise<string> => {
  const { code, stdout, stderr } = await fleet.exec(host, script)
  if (code !== 0) throw new Error(`${host}: exit ${code}: ${stdout}${stderr}`)
  return stdout
}
const reset = () => Promise.all(['rs1', 'rs2'].map((host) => exec(host, pristine)))
const unreachable = (reason: unknown, hint?: unknown) => ({
  type: 'host-unreachable',
  host: 'rs1',
  reason,
  touched: 'no',
  ...(hint === undefined ? {} : { hint }),
})

describe.skipIf(skipped)('a host that cannot be reached', () => {
  beforeEach(reset)

  /** rs1 is not reached, rs2 does its work, the run says so and goes on with rs1 when asked. */
  const expectUnreached = async (
    vars: Record<string, unknown>,
    expected: ReturnType<typeof unreachable>,
    args: readonly string[] = [],
  ) => {
    const play = playWith(fleet, 'unreachable', servers(guards), { rs1: vars })
    const ended = await fleet.run(play, ...args)
    expect(lastOf(ended, 'host-unreachable'), ended.stdout).toMatchObject(expected)
    expect(ended.code).toBe(4)
    expect(ended.statuses('rs1')).toEqual([])
    expect(ended.statuses('rs2')).toEqual(['changed'])
    expect(lastOf(ended, 'run-finished')).toMatchObject({
      reasons: [4],
      recap: { rs1: { unreachable: 1 }, rs2: { changed: 1 } },
      resume: expect.stringMatching(/--limit rs1$/),
    })
    return ended
  }

  test('nobody listens', () => expectUnreached({ ansible_port: 1 }, unreachable('connection refused (127.0.0.1:1)')))

  test('it is off', async () => {
    const { hosts } = JSON.parse(readFileSync(join(fleet.folder, 'lab/lab.json'), 'utf8'))
    process.kill(hosts.find(({ name }: { name: string }) => name === 'rs1').init.pid, 'SIGKILL')
    try {
      await expectUnreached({ ansible_port: fleet.hosts[0]?.port }, unreachable(expect.any(String)))
    } finally {
      await fleet.reboot('rs1')
    }
  })

  test('it accepts and says nothing', async () => {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      await expectUnreached({ ansible_port: port }, unreachable(expect.stringMatching(/^timed out after 2 s/)), [
        '--timeout',
        '2',
      ])
    } finally {
      server.close()
    }
  })

  test('its key is unknown, is accepted when asked for, and must not change then', async () => {
    const file = join(fleet.folder, 'known')
    writeFileSync(file, '')
    const vars = { ansible_ssh_common_args: `-o UserKnownHostsFile=${file} -o HashKnownHosts=no -o IdentitiesOnly=yes` }
    await expectUnreached(
      vars,
      unreachable(
        expect.stringMatching(/^host key of rs1 .* is not in /),
        expect.stringContaining('ipvs-play trust rs1'),
      ),
    )
    expect(readFileSync(file, 'utf8')).toBe('')
    const play = playWith(fleet, 'accept', servers(guards), { rs1: vars })
    expect((await fleet.run(play, '-l', 'rs1', '--host-key', 'accept-new')).code).toBe(0)
    const [port1, port2] = fleet.hosts.map(({ port }) => port)
    const accepted = readFileSync(file, 'utf8')
    expect(accepted).toMatch(new RegExp(`^\\[127\\.0\\.0\\.1\\]:${port1} ssh-ed25519 \\S+\n$`))
    expect((await fleet.run(play, '-l', 'rs1')).code).toBe(0)

    const theirs = readFileSync(join(fleet.folder, 'lab/known_hosts'), 'utf8').match(
      new RegExp(`^\\[127\\.0\\.0\\.1\\]:${port2} (.*)$`, 'm'),
    )
    const changed = `[127.0.0.1]:${port1} ${theirs?.[1]}\n`
    writeFileSync(file, changed)
    await reset()
    await expectUnreached(vars, unreachable(expect.stringMatching(/^host key has changed: rs1/)), [
      '--host-key',
      'accept-new',
    ])
    expect(readFileSync(file, 'utf8')).toBe(changed)
  })

  test('no key of ours is accepted', async () => {
    await expectUnreached(
      { ansible_user: 'nobody-here' },
      unreachable(expect.stringMatching(/^nobody-here@127\.0\.0\.1:\d+ accepts no key/)),
    )
  })
})

describe.skipIf(skipped || lacks('sudo on a fleet', 'sudo'))('sudo', () => {
  const user = (name: string, rule: string) => `useradd -m -s /bin/sh ${name} && echo '${name}:r1ght pw' | chpasswd &&
echo '${name} ${rule}' >/etc/sudoers.d/${name}`
  beforeAll(async () => {
    await reset()
    for (const host of ['rs1', 'rs2']) {
      await exec(host, `${user('free', 'ALL=(ALL) NOPASSWD: ALL')} && ${user('asked', 'ALL=(ALL) ALL')}`)
      await exec(host, `echo 'Defaults logfile=/var/log/sudo.log, timestamp_timeout=0' >/etc/sudoers.d/log`)
    }
  })
  afterEach(reset)
  const run = async (user: string, password?: string) => {
    const vars = { ansible_user: user }
    const play = playWith(fleet, 'sudo', servers(guards), { rs1: vars, rs2: vars })
    if (password === undefined) return fleet.run(play, '-b')
    return fleet.run(play, '-b', '--become-password-file', fleet.write('password', `${password}\nnot this\n`))
  }

  test.each([
    ['needs no password', 'free', undefined],
    ['is not asked for the password that we have', 'free', 'r1ght pw'],
    ['asks, and the password is right', 'asked', 'r1ght pw'],
  ])('%s', async (_, user, password) => {
    const ended = await run(user, password)
    expect(ended.code, ended.stdout).toBe(0)
    for (const host of ['rs1', 'rs2']) {
      expect(ended.statuses(host)).toEqual(['changed'])
      expect(await exec(host, 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('1\n')
    }
    expect(ended.stdout + ended.stderr).not.toContain('r1ght')
  })

  test('asks, and there is no password to give', async () => {
    const ended = await run('asked')
    expect(ended.code, ended.stdout).toBe(2)
    expect(taskOf(ended, 'rs1', 'Guards')).toMatchObject({
      status: 'failed',
      reason: 'sudo on rs1 asks for a password',
      hint: expect.stringMatching(/-K|--ask-become-pass/),
    })
  })

  test('is given a wrong password on one host only, once', async () => {
    for (const host of ['rs1', 'rs2']) await exec(host, 'true >/var/log/sudo.log')
    const ended = await run('asked', 'wr0ng pw')
    expect(ended.code, ended.stdout).toBe(6)
    expect(lastOf(ended, 'run-finished')?.reasons).toEqual([6, 2])
    const failed = ['rs1', 'rs2'].map((host) => tasksOf(ended, host)[0]?.reason ?? '')
    expect(failed.filter((reason) => /^wrong become password for asked on rs[12]$/.test(reason))).toHaveLength(1)
    expect(ended.stdout + ended.stderr).not.toContain('wr0ng')
    const logs = await Promise.all(['rs1', 'rs2'].map((host) => exec(host, 'cat /var/log/sudo.log')))
    const attempts = logs.flatMap((log) => [...log.replaceAll(/\s+/g, ' ').matchAll(/(\d) incorrect password/g)])
    expect(attempts.map(([, times]) => times)).toEqual(['1'])
    for (const host of ['rs1', 'rs2'])
      expect(await exec(host, 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
  })

  test('is not installed', async () => {
    await exec('rs1', 'mv /usr/bin/sudo /usr/bin/sudo.away')
    try {
      const ended = await run('free')
      expect(ended.code, ended.stdout).toBe(2)
      expect(taskOf(ended, 'rs1', 'Guards')).toMatchObject({
        status: 'failed',
        reason: 'sudo is not installed on rs1',
        hint: expect.stringContaining('log in as root'),
      })
      expect(ended.statuses('rs2')).toEqual(['changed'])
    } finally {
      await exec('rs1', 'mv /usr/bin/sudo.away /usr/bin/sudo')
    }
  })
})

describe.skipIf(skipped)('a host that does not let itself be changed', () => {
  beforeEach(reset)

  test('/proc/sys is read-only', async () => {
    await exec('rs1', 'mount -o remount,bind,ro /proc/sys/net')
    try {
      const ended = await fleet.run(fleet.write('play.yml', servers(guards + vip)))
      expect(ended.code, ended.stdout).toBe(2)
      expect(taskOf(ended, 'rs1', 'Guards')).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/^writing \d to \/proc\/sys\/net\/ipv4\/conf\/all\/arp_\w+ failed .*Read-only/s),
      })
      expect(ended.statuses('rs1')).toEqual(['failed', 'not-run'])
      expect(ended.statuses('rs2')).toEqual(['changed', 'changed'])
      expect(await exec('rs1', vipsOnLo)).toBe('')
    } finally {
      await exec('rs1', 'mount -o remount,bind,rw /proc/sys/net')
    }
  })

  test.each([
    ['a variable that the kernel has not', 'net.ipv4.tcp_no_such_thing', /has no net\.ipv4\.tcp_no_such_thing$/, /./],
    ['an interface that is missing', 'net.ipv4.conf.eth1.arp_ignore', /no interface `eth1`$/, /did you mean `eth0`/],
    ['one with a dot in its name', 'net.ipv4.conf.eth0.7.arp_ignore', /no interface `eth0\.7`$/, /eth0/],
  ])('%s: nothing is sent, check says it too', async (_, key, reason, hint) => {
    const play = fleet.write('play.yml', first(`\n    - {name: Key, sysctl: {${key}: 1}}${guards}`))
    for (const more of [['--check'], []]) {
      const before = await commandsSent(fleet, 'rs1')
      const ended = await fleet.run(play, ...more)
      expect(ended.code, ended.stdout).toBe(2)
      expect(taskOf(ended, 'rs1', 'Key')).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(reason),
        hint: expect.stringMatching(hint),
      })
      expect(ended.statuses('rs1')).toEqual(['failed', 'not-run'])
      expect((await commandsSent(fleet, 'rs1')) - before).toBe(1)
    }
  })

  test('the disk below /etc is full: what was kept is kept, nothing half is left', async () => {
    const site = join(playbooks, 'site.yml')
    await exec(
      'rs1',
      'mount -t tmpfs -o size=8k tmpfs /etc/sysctl.d && echo "# old" >/etc/sysctl.d/99-zz-ipvs-play.conf',
    )
    try {
      await fleet.exec('rs1', 'cat /dev/zero >/etc/sysctl.d/filler')
      const ended = await fleet.run(site, '-l', 'rs1')
      expect(ended.code, ended.stdout).toBe(2)
      expect(taskOf(ended, 'rs1', 'Keep it over a reboot')).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/No space left on device/),
      })
      expect(await exec('rs1', 'cd /etc/sysctl.d; ls -A; cat 99-zz-ipvs-play.conf')).toBe(
        '99-zz-ipvs-play.conf\nfiller\n# old\n',
      )
    } finally {
      await exec('rs1', 'umount /etc/sysctl.d')
    }
    const again = await fleet.run(site, '-l', 'rs1')
    expect(again.code, again.stdout).toBe(0)
    expect(await exec('rs1', wrongWithServer)).toBe('')
  })
})

describe.skipIf(skipped)('a host that somebody else changes', () => {
  beforeEach(reset)
  afterEach(() => exec('rs1', 'rm -f /tmp/go /tmp/held'))

  /** Holds the host's lock until it is told to let go; so what happens between our reading and our writing is in the test's hands. */
  const holdLock = async () => {
    const held = fleet.exec(
      'rs1',
      `mkdir -pm 700 /run/ipvs-play; exec 9>>/run/ipvs-play/lock; flock 9
echo 'ann@desk, run of-ann' >/run/ipvs-play/lock; touch /tmp/held; ${waitFor('/tmp/go')}; rm /tmp/go; true >/run/ipvs-play/lock`,
    )
    await exec('rs1', waitFor('/tmp/held'))
    return {
      release: async () => {
        await exec('rs1', 'touch /tmp/go')
        await held
      },
    }
  }
  const whileLocked = async (play: string, meanwhile: string) => {
    const lock = await holdLock()
    const running = fleet.start(play)
    try {
      await running.event(
        (event) => event.type === 'notice' && event.text === 'rs1 is locked by ann@desk, run of-ann: waiting',
      )
      await exec('rs1', meanwhile)
    } finally {
      await lock.release()
    }
    return running.ended
  }

  test('one run at a time: the second waits for the first, and says for whom', async () => {
    const slow = fleet.write('slow.yml', first(`\n    - {name: Slow, command: "sh -c '${waitFor('/tmp/go')}'"}`))
    const one = fleet.start(slow)
    await one.event(({ type }) => type === 'task-started')
    const { run } = (await one.event(({ type }) => type === 'run-started')) as { run: string }
    const two = fleet.start(fleet.write('play.yml', first(guards)))
    const notice = await two.event((event) => event.type === 'notice' && /is locked by/.test(event.text))
    expect(notice).toMatchObject({
      text: expect.stringMatching(new RegExp(`^rs1 is locked by .*@.*, run ${run}: waiting$`)),
    })
    await exec('rs1', 'touch /tmp/go')
    expect((await one.ended).code).toBe(0)
    const ended = await two.ended
    expect(ended.code, ended.stdout).toBe(0)
    expect(ended.statuses('rs1')).toEqual(['changed'])
  })

  test('one change between reading and writing: read and planned anew, done', async () => {
    const ended = await whileLocked(
      fleet.write('play.yml', first(guards)),
      'echo 2 >/proc/sys/net/ipv4/conf/all/arp_ignore',
    )
    expect(ended.code, ended.stdout).toBe(0)
    expect(ended.statuses('rs1')).toEqual(['changed'])
    expect(ended.differences('rs1')).toEqual([
      'net.ipv4.conf.all.arp_announce: 0 → 2',
      'net.ipv4.conf.all.arp_ignore: 2 → 1',
    ])
  })

  test('somebody did the work meanwhile: ok, and nothing is written', async () => {
    const done = 'cd /proc/sys/net/ipv4/conf/all; echo 1 >arp_ignore; echo 2 >arp_announce'
    const ended = await whileLocked(fleet.write('play.yml', first(guards)), done)
    expect(ended.code, ended.stdout).toBe(0)
    expect(ended.statuses('rs1')).toEqual(['ok'])
  })

  test('somebody changes it all the time: failed, and it says that it moved', async () => {
    const counting = `n=0; while [ ! -e /tmp/go ]; do n=$((n+1)); echo $n >/proc/sys/net/ipv4/conf/eth0/tag; [ $n != 9 ] || touch /tmp/held; done`
    const other = fleet.exec('rs1', counting)
    await exec('rs1', waitFor('/tmp/held'))
    const ended = await fleet.run(
      fleet.write('play.yml', first('\n    - {name: Tag, sysctl: {net.ipv4.conf.eth0.tag: 0}}')),
    )
    await exec('rs1', 'touch /tmp/go')
    await other
    expect(ended.code, ended.stdout).toBe(2)
    expect(taskOf(ended, 'rs1', 'Tag')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^moved: net\/ipv4\/conf\/eth0\/tag is now \d+, and changed again/),
    })
  })

  test('a guard is taken away between our reading and the VIP: the host itself refuses', async () => {
    expect((await fleet.run(fleet.write('play.yml', first(guards)))).code).toBe(0)
    const play = fleet.write('vip.yml', first(vip))
    const ended = await whileLocked(play, 'echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore')
    expect(ended.code, ended.stdout).toBe(2)
    expect(taskOf(ended, 'rs1', 'VIP')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^refused on the host: eth0 arp_ignore 0/),
    })
    expect(await exec('rs1', vipsOnLo)).toBe('')
  })

  test('guards that somebody resets all the time: never a VIP', async () => {
    const resetting = `touch /tmp/held; while [ ! -e /tmp/go ]; do echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore; ip -o -4 addr show dev lo | grep 10.88.0.100; done`
    const other = fleet.exec('rs1', resetting)
    await exec('rs1', waitFor('/tmp/held'))
    const ended = await fleet.run(fleet.write('play.yml', first(guards + vip)))
    await exec('rs1', 'touch /tmp/go')
    expect((await other).stdout).toBe('')
    expect(ended.code, ended.stdout).toBe(2)
    expect([...ended.statuses('rs1')].at(-1), ended.stdout).toMatch(/failed|not-run/)
    expect(await exec('rs1', vipsOnLo)).toBe('')
  })

  test('a command that takes the guards from under a VIP fails at once', async () => {
    const play = fleet.write(
      'broken.yml',
      first(`${guards}${vip}
    - {name: Breaks, command: "sysctl -w net.ipv4.conf.all.arp_announce=0"}
    - {name: Behind, command: touch /var/behind}`),
    )
    const ended = await fleet.run(play)
    expect(ended.code, ended.stdout).toBe(2)
    expect(ended.statuses('rs1')).toEqual(['changed', 'changed', 'failed', 'not-run'])
    expect(taskOf(ended, 'rs1', 'Breaks').reason).toMatch(
      /^left a VIP on lo without its ARP guards: .*10\.88\.0\.100\/32 on lo while eth0 arp_announce 0/,
    )
    expect((await fleet.exec('rs1', 'ls /var/behind')).code).not.toBe(0)
  })

  test('a lock that is not given back: exit 7 after half a minute, with its owner, and nothing is written', async () => {
    const lock = await holdLock()
    const before = await exec('rs1', fingerprint)
    try {
      const ended = await fleet.run(fleet.write('play.yml', first(guards)))
      expect(ended.code, ended.stdout).toBe(7)
      expect(lastOf(ended, 'host-locked')).toMatchObject({ host: 'rs1', owner: 'ann@desk, run of-ann' })
      expect(ended.statuses('rs1')).toEqual(['not-run'])
      // The journal of the run that waited is left for its pick-up; everything else is as it was.
      const kept = (text: string) =>
        text
          .split('\n')
          .filter((line) => !/\.frames$|^total | \.$/.test(line))
          .map((line) => line.replaceAll(/ +/g, ' '))
      expect(kept(await exec('rs1', fingerprint))).toEqual(kept(before))
    } finally {
      await lock.release()
    }
  })
})
