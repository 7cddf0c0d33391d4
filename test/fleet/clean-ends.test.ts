import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bringUp, command, type Fleet } from './fleet.ts'
import { pristine, waitFor } from './host-scripts.ts'
import { lacks } from './needs.ts'
import { openTerminal } from './terminal.ts'

// However a run ends: what was sent comes to its end, nothing else begins, and nothing is left on the hosts but its journal.

const skipped = lacks('ends of a run', 'root', 'ip', 'unshare', 'sshd')
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

describe.skipIf(skipped)('a run that is ended', () => {
  let fleet: Fleet
  let play: string
  beforeAll(async () => {
    fleet = await bringUp({ directors: 0, realservers: 2, server: 'openssh' })
    play = fleet.write(
      'ends.yml',
      `- hosts: realserver
  serial: 1
  tasks:
    - {name: Works, command: "sh -c 'touch /tmp/at-work; ${waitFor('/tmp/go')}; touch /var/worked'"}
    - {name: Guards, sysctl: {net.ipv4.conf.all.arp_ignore: 1}}
`,
    )
  })
  afterAll(() => fleet?.down())
  const hosts = ['rs1', 'rs2']
  const exec = async (host: string, script: string): Promise<string> => (await fleet.exec(host, script)).stdout
  beforeEach(() =>
    Promise.all(
      hosts.map((host) => exec(host, `${pristine}\nrm -f /tmp/go /tmp/at-work /var/worked; rm -rf /run/ipvs-play`)),
    ),
  )

  /** Shells that run a script of ours, what these started, and a lock that is held. */
  const remains = `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -e '^/bin/sh -s -- ' -e at-work | grep -v grep; done
cat /run/ipvs-play/lock; ls /run/ipvs-play | grep -v -e '^lock$' -e '\\.frames$'; ls -A /tmp | grep -v -e '^go$' -e '^at-work$'; :`
  const go = (host: string): Promise<string> => exec(host, `touch /tmp/go; ${waitFor('/var/worked')}`)
  /** rs1 was at work: its round is done, and no more than that; rs2 never began. */
  const expectClean = async () => {
    await expect.poll(() => exec('rs1', remains), { timeout: 30_000 }).toBe('')
    expect(await exec('rs1', 'ls /var/worked; cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('/var/worked\n0\n')
    expect(await exec('rs2', remains)).toBe('')
    expect(await exec('rs2', 'ls /tmp/at-work 2>/dev/null; cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
  }
  const start = (shell: string) => {
    const child = spawn('sh', ['-c', shell, 'sh', process.execPath, cli, 'run', play, '-i', fleet.inventory], {
      cwd: fleet.folder,
      env: { ...process.env, XDG_STATE_HOME: join(fleet.folder, 'state'), CI: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    const ended = new Promise<{ code: number | null; said: string }>((resolve) =>
      child.on('close', (code) => resolve({ code, said })),
    )
    return { child, ended }
  }

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s', async (signal) => {
    const { child, ended } = start('exec "$@" --output plain')
    await exec('rs1', waitFor('/tmp/at-work'))
    child.kill(signal)
    await go('rs1')
    const { code, said } = await ended
    expect(code, said).toBe(130)
    expect(said).toMatch(new RegExp(`^${signal}: no new host starts`, 'm'))
    expect(said).toMatch(/^to go on: ipvs-play run .*--limit rs1,rs2/m)
    await expectClean()
  })

  test('by a reader that has seen enough', async () => {
    const { ended } = start('{ "$@" --output ndjson; echo "exit $?" >&2; } | sed /task-started/q')
    await exec('rs1', waitFor('/tmp/at-work'))
    await go('rs1')
    expect((await ended).said).toMatch(/^exit 130$/m)
    await expectClean()
  })

  test('by two signals: at once, and the host goes on to the end of what it was sent', async () => {
    const { child, ended } = start('exec "$@" --output plain')
    await exec('rs1', waitFor('/tmp/at-work'))
    child.kill('SIGINT')
    child.kill('SIGTERM')
    const { code, said } = await ended
    expect(code, said).toBe(130)
    await go('rs1')
    await expectClean()
  })

  test('by SIGKILL', async () => {
    const { child, ended } = start('exec "$@" --output plain')
    await exec('rs1', waitFor('/tmp/at-work'))
    child.kill('SIGKILL')
    await ended
    await go('rs1')
    await expectClean()
    expect(await exec('rs1', 'cat /run/ipvs-play/*.frames')).toMatch(/ E 0 0 0 0 0 /)
  })

  test('by a disk that is full on the controller: before a script leaves that its journal does not hold', async () => {
    const state = join(fleet.folder, 'state')
    const full = `mount -t tmpfs -o size=64k none '${state}'; head -c 1000000 /dev/zero >'${state}/filler' 2>/dev/null; exec "$@" --output plain`
    await command(['mkdir', '-p', state])
    const { ended } = start(`exec unshare -m sh -c '${full.replaceAll("'", `'\\''`)}' sh "$@"`)
    const { code, said } = await ended
    expect(code, said).toBe(1)
    expect(said).toMatch(
      /^error: the journal of this run can no longer be written \(ENOSPC\): .*journal\.ndjson\nhelp: make room/m,
    )
    for (const host of hosts) {
      expect(await exec(host, remains)).toBe('')
      expect(await exec(host, 'ls /tmp/at-work 2>/dev/null; cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
    }
  })

  test.skipIf(lacks('Ctrl-C on a terminal', 'tmux'))('by Ctrl-C on a terminal, which is then as it was', async () => {
    const terminal = await openTerminal({ folder: fleet.folder, columns: 80, rows: 24, env: {} })
    try {
      await terminal.type(`run ${play} -i ${fleet.inventory}; stty -a`)
      await exec('rs1', waitFor('/tmp/at-work'))
      await terminal.key('C-c')
      await terminal.until((screen) => screen.some((line) => /SIGINT/.test(line)))
      await go('rs1')
      const [screen] = await terminal.ended()
      expect(screen.join('\n')).toMatch(/exit 130/)
      expect(screen.join(' ')).toMatch(/ icanon .* echo /)
      expect(await terminal.ask('#{cursor_flag}')).toBe('1')
      await expectClean()
    } finally {
      await terminal.close()
    }
  })
})
