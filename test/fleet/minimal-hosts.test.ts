import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { taskOf } from './host-scripts.ts'
import { createNamespace } from './namespace.ts'
import { lacks } from './needs.ts'
import { type HostVars, runsOn, varsOf } from './one-sshd.ts'
import { freePort, makeKey, startSshd } from './sshd.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

/** Copies a program and the libraries that it names into a root file system. */
const install = (root: string, ...programs: readonly string[]): void => {
  for (const program of programs) {
    const libraries = execFileSync('ldd', [program]).toString().match(/\/\S+/g) ?? []
    for (const file of [program, ...libraries]) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      cpSync(file, join(root, file), { dereference: true })
    }
  }
}

const listening = async (port: number): Promise<void> => {
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    const [what] = await Promise.race([
      once(socket, 'data').then(() => ['data']),
      once(socket, 'close').then(() => ['close']),
    ]).catch(() => ['error'])
    socket.destroy()
    if (what === 'data') return
  }
}

test.skipIf(lacks('a host of busybox and dropbear alone', 'root', 'unshare', 'busybox', 'dropbear', 'ssh'))(
  'a host that has busybox and dropbear, and nothing else',
  async () => {
    const root = mkdtempSync(join(tmpdir(), 'ipvs-play-busybox-'))
    const [busybox, dropbear] = ['busybox', 'dropbear'].map((name) =>
      execFileSync('sh', ['-c', `command -v ${name}`])
        .toString()
        .trim(),
    )
    install(root, busybox as string, dropbear as string)
    for (const folder of ['bin', 'sbin', 'etc', 'proc', 'dev', 'run', 'tmp', 'root/.ssh'])
      mkdirSync(join(root, folder), { recursive: true })
    for (const applet of execFileSync('busybox', ['--list']).toString().trim().split('\n'))
      if (!existsSync(join(root, 'bin', applet))) symlinkSync(busybox as string, join(root, 'bin', applet))
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\n')
    writeFileSync(join(root, 'etc/shells'), '/bin/sh\n')
    const key = makeKey(root, 'user')
    cpSync(`${key}.pub`, join(root, 'root/.ssh/authorized_keys'))
    execFileSync('dropbearkey', ['-t', 'ed25519', '-f', join(root, 'etc/host')], { stdio: 'ignore' })
    const hostKey = /^ssh-ed25519 \S+/m.exec(
      execFileSync('dropbearkey', ['-y', '-f', join(root, 'etc/host')]).toString(),
    )?.[0]
    const port = await freePort()
    const known = join(root, 'known_hosts')
    writeFileSync(known, `[127.0.0.1]:${port} ${hostKey}\n`)
    const start = `chmod 700 ${root}/root ${root}/root/.ssh && mount -t proc proc ${root}/proc && mount --rbind /dev ${root}/dev &&
exec chroot ${root} /bin/env -i PATH=/bin ${dropbear} -F -E -s -r /etc/host -P /run/dropbear.pid -p 127.0.0.1:${port}`
    const server = spawn('unshare', ['-m', '-p', '--fork', '--kill-child=KILL', 'sh', '-ec', start], {
      stdio: 'ignore',
    })
    const gone = once(server, 'exit')
    const vars: HostVars = {
      ansible_host: '127.0.0.1',
      ansible_port: port,
      ansible_user: 'root',
      ansible_ssh_private_key_file: key,
      ansible_ssh_common_args: `-o UserKnownHostsFile=${known} -o IdentitiesOnly=yes`,
    }
    const runs = runsOn({ rs1: vars })
    try {
      await listening(port)
      const play = `- hosts: all
  tasks:
    - {name: Command, command: {argv: [sh, -c, "echo here; echo there >&2"]}}
    - {name: File, copy: {dest: /etc/made, content: "x\\n", mode: "0640"}}
    - {name: Guarded, command: {cmd: touch /etc/never, onlyif: "test -e /nowhere"}}
    - {name: Slow, command: sleep 60, timeout: 1, ignore_errors: true}
    - {name: Fact, assert: {that: "'lo' in facts.interfaces"}}
`
      const ended = await runs.start(play).ended
      expect(ended.code, ended.stdout).toBe(0)
      expect(ended.statuses('rs1')).toEqual(['changed', 'changed', 'ok', 'failed', 'ok'])
      expect(taskOf(ended, 'rs1', 'Command').result).toMatchObject({ stdout: 'here', stderr: 'there' })
      expect(taskOf(ended, 'rs1', 'Slow').reason).toMatch(/timed out/)
      expect(readFileSync(join(root, 'etc/made'), 'utf8')).toBe('x\n')
      const again = await runs.start(play, '-C').ended
      expect(again.statuses('rs1')[1], again.stdout).toBe('ok')
    } finally {
      runs.remove()
      server.kill('SIGKILL')
      await gone
      rmSync(root, { recursive: true, force: true })
    }
  },
)

test.skipIf(lacks('a link-local address', 'root', 'unshare', 'ip', 'sshd'))(
  'a host at a link-local address, which is one with its device',
  async () => {
    const sshd = await startSshd()
    using space = await createNamespace()
    space.prepare('ip link set lo up; ip -6 addr add fe80::77/64 dev lo nodad; mkdir -p /run/sshd')
    const config = readFileSync(join(sshd.dir, 'sshd_config'), 'utf8')
    writeFileSync(
      join(sshd.dir, 'config6'),
      config
        .replace('ListenAddress 127.0.0.1', 'ListenAddress fe80::77%lo')
        .replace('PidFile none', `PidFile ${sshd.dir}/pid6`),
    )
    const known = readFileSync(join(sshd.dir, 'known_hosts'), 'utf8').replace('127.0.0.1', 'fe80::77%lo')
    writeFileSync(join(sshd.dir, 'known6'), known)
    space.prepare(`/usr/sbin/sshd -f ${sshd.dir}/config6`)
    const runs = runsOn({
      rs1: {
        ...varsOf(sshd),
        ansible_host: 'fe80::77%lo',
        ansible_ssh_common_args: `-o UserKnownHostsFile=${sshd.dir}/known6 -o IdentitiesOnly=yes`,
      },
    })
    try {
      const play = runs.write('id.yml', '- hosts: all\n  tasks:\n    - {command: id -un}\n')
      const inventory = join(runs.folder, 'hosts.json')
      const { exitCode, stdout, stderr } = space.run(
        'env',
        `XDG_STATE_HOME=${runs.folder}/state`,
        process.execPath,
        cli,
        'run',
        play,
        '-i',
        inventory,
        '-v',
      )
      expect(exitCode, stdout + stderr).toBe(0)
      expect(stdout).toMatch(/changed +rs1/)
    } finally {
      process.kill(Number(readFileSync(join(sshd.dir, 'pid6'), 'utf8')))
      runs.remove()
      await sshd.stop()
    }
  },
)

describe.skipIf(lacks('hosts that say too much', 'root', 'unshare', 'sshd'))('a host that says too much', () => {
  test('costs the controller no memory, is cut with a note, and comes to its end', async () => {
    const sshd = await startSshd({ before: 'mount -t tmpfs -o size=220m none /run; mkdir /run/sshd' })
    const runs = runsOn({ rs1: varsOf(sshd) })
    const running = runs.start(`- hosts: all
  tasks:
    - {name: Before, command: id -un}
    - {name: Line, command: {argv: [sh, -c, "head -c 200000000 /dev/zero | tr '\\\\0' x"]}}
    - {name: Binary, command: {argv: [head, -c, "5000000", /dev/urandom]}}
    - {name: Endless, command: "yes", timeout: 1, ignore_errors: true}
    - {name: Behind, command: id -un}
`)
    /** Kilobytes that it ever had in memory, when this task has ended and another is on its way. */
    const peakAfter = async (task: string): Promise<number> => {
      await running.event((event) => event.type === 'task-finished' && event.task === task)
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${running.child.pid}/status`, 'utf8'))?.[1])
    }
    const before = await peakAfter('Before')
    const after = await peakAfter('Binary')
    const ended = await running.ended
    expect(ended.code, ended.stdout.slice(0, 2000)).toBe(0)
    expect(ended.statuses('rs1')).toEqual(['changed', 'changed', 'changed', 'failed', 'changed'])
    for (const name of ['Line', 'Binary'])
      expect(taskOf(ended, 'rs1', name).result).toMatchObject({ stdout: expect.stringMatching(/\(cut at 1 MiB\)$/) })
    // Less than the line alone would be.
    expect(after - before).toBeLessThan(200_000_000 / 1024)
    runs.remove()
    await sshd.stop()
  })
})
