import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { labPaths } from '../../src/lab/files.ts'
import { isAlive, type LabState, readState } from '../../src/lab/state.ts'
import { bringUp, command, type Ended, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
const lab = (...args: readonly string[]): Promise<Ended> => command([process.execPath, cli, 'lab', ...args])
const stateOf = (directory: string): LabState => {
  const state = readState(labPaths(directory).state)
  if (state === undefined) throw new Error(`no lab in ${directory}`)
  return state
}

/** Everything of the machine that a lab could touch by mistake. */
const machine = async () => {
  const sysctls = await command([
    'sh',
    '-c',
    'grep -rs "" /proc/sys/net/ipv4/conf /proc/sys/net/ipv6/conf; cat /proc/sys/kernel/pid_max /proc/sys/kernel/hostname',
  ])
  return {
    links: (await command(['ip', '-o', 'link'])).stdout.replaceAll(/ (state|qlen) \S+/g, ''),
    addresses: (await command(['ip', '-o', 'address'])).stdout.replaceAll(/ valid_lft.*/g, ''),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8'),
    sysctls: sysctls.stdout,
  }
}

/** PIDs of all processes in these network namespaces; zombies are in none. */
const processesIn = (namespaces: ReadonlySet<string>): readonly string[] =>
  readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && namespaces.has(namespaceOf(pid) ?? 'none'))
const namespaceOf = (pid: number | string): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`)
  } catch {
    return undefined
  }
}
const namespacesOf = (state: LabState): ReadonlySet<string> => {
  const pids = [state.server, ...state.hosts.flatMap(({ init }) => init ?? [])].map(({ pid }) => pid)
  const namespaces = new Set(pids.flatMap((pid) => namespaceOf(pid) ?? []))
  expect(namespaces.size).toBe(pids.length)
  expect(namespaces.has(namespaceOf('self') ?? '')).toBe(false)
  return namespaces
}

const kinds = (['openssh', 'embedded'] as const).filter(
  (kind) => !lacks(`lab over ${kind}`, 'root', ...(kind === 'openssh' ? ['sshd'] : [])),
)

describe.each(kinds)('a lab over %s', (kind) => {
  let before: Awaited<ReturnType<typeof machine>>
  let fleet: Fleet
  let directory: string
  /** The system's ssh, as a person would use it. */
  const ssh = (host: string, words: readonly string[], input?: string): Promise<Ended> =>
    command(['ssh', '-F', labPaths(directory).sshConfig, '-o', 'BatchMode=yes', host, ...words], { input: input ?? '' })
  const inside = async (host: string, script: string): Promise<string> => {
    const ended = await fleet.exec(host, script)
    expect(ended.code, ended.stderr).toBe(0)
    return ended.stdout.trim()
  }

  beforeAll(async () => {
    before = await machine()
    fleet = await bringUp({ realservers: 2, server: kind })
    directory = join(fleet.folder, 'lab')
  })
  afterAll(() => fleet?.down())

  test('each host has its own name, address and disk, and is reached under its key', async () => {
    for (const host of stateOf(directory).hosts) {
      const { code, stdout } = await ssh(host.name, [
        'hostname; ip -o -4 address show dev eth0; id -u; pwd; cat /etc/hostname',
      ])
      expect(code).toBe(0)
      expect(stdout).toMatch(
        new RegExp(
          `^${host.name}\\n.*inet ${host.address.replaceAll('.', '\\.')}/16 .*\\n0\\n/root\\n${host.name}\\n$`,
        ),
      )
    }
    expect(await inside('rs1', 'ping -c1 -W2 lb1 >/dev/null 2>&1 || getent hosts lb1')).toMatch(/^$|lb1/)
  })

  test('a session looks to the host as if it came over the wire', async () => {
    const { stdout } = await ssh('rs1', ['echo $SSH_CONNECTION'])
    expect(stdout).toMatch(/^10\.88\.0\.1 \d+ 10\.88\.11\.1 22\n$/)
  })

  test('stdin, stdout, stderr and the exit code pass through', async () => {
    expect(await ssh('rs1', ['sh', '-s'], 'echo out; echo err >&2; exit 7')).toEqual({
      code: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    const many = 'x'.repeat(4_000_000)
    const { stdout, code } = await ssh('rs1', ['cat; exit 3'], many)
    expect([stdout === many, code]).toEqual([true, 3])
  })

  test('a command that dies of a signal is told as such', async () => {
    expect((await ssh('rs1', ['kill -KILL $$'])).code).toBe(255)
  })

  test('many sessions at once do not mix', async () => {
    const ended = await Promise.all(Array.from({ length: 8 }, (_, n) => ssh('rs2', [`sed s/^/${n}/`], 'a\nb\n')))
    expect(ended.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 8 }, (_, n) => `${n}a\n${n}b\n`))
  })

  test('exec passes on arguments, stdin and the exit code', async () => {
    const at = ['exec', '--dir', directory, 'rs1', '--'] as const
    expect(
      await command([process.execPath, cli, 'lab', ...at, 'sh', '-c', 'echo "$1|$(cat)"; exit 9', '-', '--a  b'], {
        input: 'in',
      }),
    ).toEqual({
      code: 9,
      stdout: '--a  b|in\n',
      stderr: '',
    })
    expect((await lab(...at, 'sh', '-c', 'kill -TERM $$')).code).toBe(143)
    expect((await lab(...at, 'no-such-command')).code).toBe(127)
  })

  test('a name that is no host is refused with the one that was meant', async () => {
    const { code, stderr } = await lab('exec', '--dir', directory, 'r1', '--', 'true')
    expect([code, stderr]).toEqual([5, expect.stringContaining('did you mean rs1?')])
    expect((await lab('reboot', '--dir', directory, 'nobody')).code).toBe(5)
  })

  test('what one host does, no other host and not the machine sees', async () => {
    await inside(
      'rs1',
      'echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore; echo mine >/etc/motd; ip link add dummy9 type dummy; mount -t tmpfs x /mnt; hostname other',
    )
    expect(
      await inside('rs2', 'cat /proc/sys/net/ipv4/conf/all/arp_ignore; cat /etc/motd; ls /sys/class/net; hostname'),
    ).not.toMatch(/1|mine|dummy9|other/)
    expect(await machine()).toEqual(before)
    expect(readFileSync('/proc/sys/net/ipv4/conf/all/arp_ignore', 'utf8')).toBe(
      `${before.sysctls.match(/conf\/all\/arp_ignore:(.*)/)?.[1]}\n`,
    )
    expect(existsSync('/etc/motd') && readFileSync('/etc/motd', 'utf8') === 'mine\n').toBe(false)
  })

  test('what belongs to no namespace cannot be written', async () => {
    expect((await fleet.exec('rs1', 'echo 99 >/proc/sys/kernel/pid_max')).stderr).toContain('Read-only')
    expect((await fleet.exec('rs1', 'echo 1 >/sys/kernel/profiling')).code).not.toBe(0)
    expect(await inside('rs1', 'ls -d /root/* /run/ipvs-play 2>/dev/null; test -b /dev/vda && echo disk || :')).toBe('')
  })

  test('status shows the VIPs on lo', async () => {
    await inside('rs2', 'ip address add 10.88.0.100/32 dev lo')
    const { stdout } = await lab('status', '--dir', directory)
    expect(stdout).toMatch(/^rs2 +realserver +10\.88\.11\.2 +127\.0\.0\.1:\d+ +\d+ +\d+s +10\.88\.0\.100\/32$/m)
    expect(stdout).toMatch(/^lb1 .* -$/m)
  })

  test('orphans are reaped', async () => {
    await inside('rs1', '(sh -c "exit 0" &) ; (sh -c "exit 0" &)')
    await expect.poll(() => inside('rs1', 'grep -l "^State:.Z" /proc/[0-9]*/status 2>/dev/null || :')).toBe('')
  })

  test('a reboot keeps the disk, forgets the rest, and boots sysctl.d and the unit while the NIC is down', async () => {
    const port = stateOf(directory).hosts.find(({ name }) => name === 'rs2')?.port
    await inside(
      'rs2',
      `set -e
      echo kept >/etc/kept; echo gone >/run/gone; echo gone >/tmp/gone
      echo 1 >/proc/sys/net/ipv4/conf/eth0/rp_filter; ip address add 10.88.0.101/32 dev lo
      printf 'net/ipv4/conf/all/arp_ignore = 1\\nnet/ipv4/conf/eth0/arp_announce = 2\\n' >/etc/sysctl.d/99-zz-ipvs-play.conf
      echo 'net.ipv4.conf.all.arp_ignore = 3' >/etc/sysctl.d/40-earlier.conf
      mkdir -p /etc/ipvs-play /etc/systemd/system/multi-user.target.wants
      printf '[Service]\\nExecStart=/bin/sh /etc/ipvs-play/apply.sh start\\n' >/etc/systemd/system/ipvs-play.service
      ln -s ../ipvs-play.service /etc/systemd/system/multi-user.target.wants/ipvs-play.service
      echo 'echo "$1 $(cat /proc/sys/net/ipv4/conf/all/arp_ignore) $(ip -br link show dev eth0)" >/etc/booted' >/etc/ipvs-play/apply.sh`,
    )
    const dead = stateOf(directory).hosts.find(({ name }) => name === 'rs2')?.init
    await fleet.reboot('rs2')
    expect(dead && isAlive(dead)).toBe(false)
    const conf = 'cd /proc/sys/net/ipv4/conf; cat all/arp_ignore eth0/arp_announce eth0/rp_filter'
    expect(
      (await ssh('rs2', ['cat /etc/kept; ls /run/gone /tmp/gone 2>/dev/null; ip -o address show to 10.88.0.101']))
        .stdout,
    ).toBe('kept\n')
    expect(await inside('rs2', conf)).toBe('1\n2\n0')
    expect(await inside('rs2', 'cat /etc/booted')).toMatch(/^start 1 eth0\S+ +DOWN/)
    expect(stateOf(directory).hosts.find(({ name }) => name === 'rs2')?.port).toBe(port)
  })

  test('a host that switches itself off is off until it is rebooted', async () => {
    // Its init is PID 1 of its namespace: what kills everything else ends it too.
    await fleet.exec('rs1', 'kill -9 -1')
    await expect.poll(async () => (await lab('status', '--dir', directory)).stdout).toMatch(/^rs1 .* off /m)
    expect((await lab('exec', '--dir', directory, 'rs1', '--', 'true')).stderr).toContain(
      'host rs1 is off; `lab reboot`',
    )
    expect((await ssh('rs1', ['true'])).code).toBe(255)
    await fleet.reboot('rs1')
    expect(await inside('rs1', 'cat /etc/motd')).toBe('mine')
  })

  test('a second lab beside it is another fleet', async () => {
    const other = await bringUp({ directors: 0, realservers: 1, server: kind })
    try {
      await other.exec('rs1', 'echo other >/etc/whose')
      expect((await fleet.exec('rs1', 'cat /etc/whose')).code).not.toBe(0)
      expect(namespaceOf(other.switchPid)).not.toBe(namespaceOf(fleet.switchPid))
    } finally {
      await other.down()
    }
    expect(await inside('lb1', 'hostname')).toBe('lb1')
  })

  test('when stdin of `lab up --attached` ends, nothing is left', async () => {
    const namespaces = namespacesOf(stateOf(directory))
    await fleet.down()
    expect(existsSync(directory)).toBe(false)
    await expect.poll(() => processesIn(namespaces)).toEqual([])
    expect(await machine()).toEqual(before)
  })
})

describe.skipIf(lacks('lab: its beginning and end', 'root'))('the beginning and the end of a lab', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ipvs-play-lab-test-'))
  // A path longer than a Unix socket's, with blanks: everything below has to do with it.
  const directory = join(folder, 'a lab whose path is long '.repeat(4), 'state')
  const up = (...more: readonly string[]) =>
    lab('up', '--dir', directory, '--realservers', '1', '--server', 'embedded', ...more)
  afterEach(() => lab('down', '--dir', directory))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('a detached lab outlives its `up`; another `up` finds it; `down` removes it', async () => {
    expect((await up()).stdout).toMatch(/^up: 1 director and 1 real server, with the embedded SSH server\n/)
    const state = stateOf(directory)
    expect((await up()).stdout).toMatch(/^already up: /)
    expect(stateOf(directory).server).toEqual(state.server)
    expect((await lab('reboot', '--dir', directory, 'rs1')).stdout).toBe('rs1 is up again\n')
    const { stdout } = await command(['ssh', '-F', labPaths(directory).sshConfig, 'rs1', 'hostname'])
    expect(stdout).toBe('rs1\n')
    const namespaces = namespacesOf(stateOf(directory))
    expect((await lab('down', '--dir', directory)).code).toBe(0)
    expect(existsSync(directory)).toBe(false)
    expect(processesIn(namespaces)).toEqual([])
    expect((await lab('down', '--dir', directory)).stdout).toContain('no lab in')
    expect((await lab('status', '--dir', directory)).code).toBe(1)
    expect((await lab('exec', '--dir', directory, 'rs1', '--', 'true')).code).toBe(5)
  })

  test('SIGKILL of the server leaves no process, mount or interface, and the next `up` cleans up', async () => {
    const before = await machine()
    await up()
    const state = stateOf(directory)
    const namespaces = namespacesOf(state)
    // A daemon with a session of its own, and a session that is busy.
    await lab('exec', '--dir', directory, 'rs1', '--', 'sh', '-c', 'setsid sleep 1000 </dev/null >/dev/null 2>&1 &')
    const busy = spawn(process.execPath, [cli, 'lab', 'exec', '--dir', directory, 'rs1', '--', 'sleep', '1000'])
    const busyEnded = new Promise((resolve) => busy.once('close', resolve))
    process.kill(state.server.pid, 'SIGKILL')
    await busyEnded
    await expect.poll(() => processesIn(namespaces), { timeout: 10_000 }).toEqual([])
    expect(await machine()).toEqual(before)
    expect((await up()).stdout).toMatch(/^up: /)
    expect(stateOf(directory).server).not.toEqual(state.server)
    await lab('down', '--dir', directory)
  })

  test('SIGKILL of `lab up --attached` ends the lab', async () => {
    const child = spawn(process.execPath, [
      cli,
      'lab',
      'up',
      '--attached',
      '--dir',
      directory,
      '--realservers',
      '1',
      '--server',
      'embedded',
    ])
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const namespaces = namespacesOf(stateOf(directory))
    child.kill('SIGKILL')
    await expect.poll(() => processesIn(namespaces), { timeout: 10_000 }).toEqual([])
    expect((await lab('down', '--dir', directory)).code).toBe(0)
    expect(existsSync(directory)).toBe(false)
  })

  test('a lab whose directory somebody removes ends by itself', async () => {
    const before = await machine()
    await up()
    const namespaces = namespacesOf(stateOf(directory))
    rmSync(directory, { recursive: true })
    await expect.poll(() => processesIn(namespaces), { timeout: 10_000 }).toEqual([])
    expect(await machine()).toEqual(before)
  })

  test("`down` leaves other people's files alone", async () => {
    await up()
    await command(['sh', '-c', 'echo mine >"$1/notes"', '-', directory])
    await lab('down', '--dir', directory)
    expect(readdirSync(directory)).toEqual(['notes'])
    rmSync(directory, { recursive: true })
  })

  test.each([
    [['--directors', 'two'], 'ipvs-play lab: --directors two is not a number of hosts\n'],
    [['--realservers', '1001'], 'ipvs-play lab: a lab has 1 to 1000 hosts, not 1002\n'],
    [['--directors', '0', '--realservers', '0'], 'ipvs-play lab: a lab has 1 to 1000 hosts, not 0\n'],
  ])('%j is refused', async (options, problem) => {
    const { code, stderr } = await up(...options)
    expect([code, stderr]).toEqual([5, problem])
    expect(existsSync(directory)).toBe(false)
  })

  test.each([
    ['no root', ['setpriv', '--reuid=65534', '--clear-groups'], 'a lab needs root'],
    [
      'no leave to make namespaces',
      ['setpriv', '--bounding-set=-sys_admin'],
      'unshare failed: Operation not permitted',
    ],
  ])('%s is said in one sentence, and leaves nothing', async (_, before, sentence) => {
    const argv = [...before, process.execPath, cli, 'lab', 'up', '--dir', directory] as unknown as [string, ...string[]]
    const { code, stderr, stdout } = await command(argv)
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^ipvs-play lab: .*\n$/)
    expect(stderr).toContain(sentence)
    expect(existsSync(directory)).toBe(false)
  })
})
