import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { command, type Ended } from './fleet.ts'
import { lacks } from './needs.ts'

// The machine itself is a host: here a namespace with a network, an /etc and a /run of its own, in which the CLI runs.

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
const SITE = `- hosts: localhost
  vars: {vip: 10.9.9.9}
  tasks:
    - sysctl:
        net.ipv4.conf.all.arp_ignore: 1
        net.ipv4.conf.all.arp_announce: 2
        net.ipv4.conf.eth0.arp_ignore: 1
        net.ipv4.conf.eth0.arp_announce: 2
    - vip-on-lo: "{{ vip }}"
    - copy: {dest: /etc/here.conf, content: "{{ inventory_hostname }}"}
    - persist:
`

/** Other users, with the environment of root. */
const ops = { uid: '--reuid=61000' }
const nobody = { uid: '--reuid=61099' }
const as = ({ uid }: typeof ops): readonly string[] => ['setpriv', uid, '--regid=61000', '--clear-groups']

describe.skipIf(lacks('this machine as a host', 'root', 'ip', 'unshare', 'sudo'))('ansible_connection: local', () => {
  let folder: string
  let holder: ChildProcess
  const inside = (...words: readonly string[]): Promise<Ended> =>
    command(['nsenter', '-t', String(holder.pid), '-n', '-m', `--wd=${folder}`, '--', ...(words as [string])])
  const run = async (words: readonly string[], as: readonly string[] = []) => {
    const state = join(folder, `state${as[1] ?? ''}`)
    const env = ['env', '-u', 'SUDO_COMMAND', `XDG_STATE_HOME=${state}`, 'SSH_CONNECTION=10.9.9.2 1 10.9.9.1 22']
    const argv = [...as, ...env, process.execPath, cli, 'run', '--output', 'ndjson', ...words]
    const { code, stdout, stderr } = await inside(...argv)
    const events = stdout.split('\n').flatMap((line): RunEvent[] => (line === '' ? [] : [JSON.parse(line)]))
    const said = events.flatMap((event) =>
      event.type === 'task-finished' && event.item === undefined ? [`${event.host} ${event.status}`] : [],
    )
    return { code, said, events, stdout, stderr }
  }
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-local-'))
    execFileSync('chmod', ['755', folder])
    for (const { uid } of [ops, nobody]) {
      mkdirSync(join(folder, `state${uid}`))
      execFileSync('chmod', ['777', join(folder, `state${uid}`)])
    }
    const hash = execFileSync('openssl', ['passwd', '-6', 'r1ght-pw']).toString().trim()
    const prepare = `exec 3<&0 </dev/null
cp -a /etc ${folder}/etc; mount --bind ${folder}/etc /etc; mount -t tmpfs none /run
echo 'ops:x:61000:61000::${folder}:/bin/sh' >>/etc/passwd; echo 'ops:${hash}:20000:0:99999:7:::' >>/etc/shadow
echo 'ops ALL=(ALL) ALL' >/etc/sudoers
ip link add eth0 type veth peer name eth1; ip link set eth1 up; ip addr add 10.9.9.1/24 dev eth0; ip link set lo up; ip link set eth0 up
echo ready; exec cat <&3`
    holder = spawn('unshare', ['-n', '-m', 'sh', '-ec', prepare], { stdio: ['pipe', 'pipe', 'inherit'] })
    await once(holder.stdout as NonNullable<ChildProcess['stdout']>, 'data')
    write('site.yml', SITE)
    write('nobody', 'rs1\n')
  })
  afterAll(async () => {
    const gone = once(holder, 'exit')
    holder.stdin?.end()
    await gone
    rmSync(folder, { recursive: true, force: true })
  })

  test('localhost without an inventory entry: foretold, done, and as wished the second time', async () => {
    const args = ['site.yml', '-i', 'nobody']
    const four = (status: string) => Array(4).fill(`localhost ${status}`)
    expect(await run([...args, '--check'])).toMatchObject({ code: 0, said: four('would-change'), stderr: '' })
    expect((await inside('ip', '-o', 'addr', 'show', 'dev', 'lo')).stdout).not.toContain('10.9.9.9')
    expect(await run(args)).toMatchObject({ code: 0, said: four('changed') })
    expect((await inside('ip', '-o', 'addr', 'show', 'dev', 'lo')).stdout).toContain('10.9.9.9/32')
    expect((await inside('cat', '/etc/here.conf')).stdout).toBe('localhost')
    expect(await run(args)).toMatchObject({ code: 0, said: four('ok') })
  })

  test('several hosts may be this machine, and a play may say so', async () => {
    write('three', 'a ansible_connection=local\nb ansible_connection=local\nc\n')
    write('three.yml', '- hosts: all\n  connection: local\n  tasks:\n    - command: touch {{ inventory_hostname }}\n')
    const { code, said } = await run(['three.yml', '-i', 'three'])
    expect(code).toBe(0)
    expect([...said].sort()).toEqual(['a changed', 'b changed', 'c changed'])
    expect((await inside('ls', 'a', 'b', 'c')).code).toBe(0)
  })

  test('a task may be delegated to this machine', async () => {
    write('delegated.yml', '- hosts: a\n  tasks:\n    - {command: touch delegated, delegate_to: localhost}\n')
    expect((await run(['delegated.yml', '-i', 'three'])).code).toBe(0)
    expect((await inside('ls', 'delegated')).code).toBe(0)
  })

  test('the address that carries the operator’s own session stays', async () => {
    write('cut.yml', '- hosts: localhost\n  tasks:\n    - vip-on-lo: {address: 10.9.9.1, state: absent}\n')
    await inside('ip', 'addr', 'add', '10.9.9.1/32', 'dev', 'lo')
    expect(await run(['cut.yml', '-i', 'nobody'])).toMatchObject({ code: 2, said: ['localhost failed'] })
    const fromConsole = [
      'env',
      '-u',
      'SSH_CONNECTION',
      '-u',
      'SUDO_COMMAND',
      process.execPath,
      cli,
      'run',
      'cut.yml',
      '-i',
      'nobody',
    ]
    expect((await inside(...fromConsole)).code).toBe(0)
  })

  test.each([
    ['r1ght-pw', 0, 'localhost changed'],
    ['wrong-pw', 6, 'localhost failed'],
  ])('become with the password %s', async (password, code, status) => {
    write('pw', `${password}\n`)
    write('who.yml', '- hosts: localhost\n  become: true\n  tasks:\n    - shell: id -un; cat\n      register: who\n')
    const { said, stdout, ...ended } = await run(['who.yml', '-i', 'nobody', '--become-password-file', 'pw'], as(ops))
    expect({ ...ended, said }).toMatchObject({ code, said: [status] })
    expect(stdout).not.toContain(password)
    if (code !== 0) expect(stdout).toContain('wrong become password for ops on localhost')
  })

  test('as a number of which no passwd file knows, in a home that is not its own', async () => {
    write('id.yml', '- hosts: localhost\n  tasks:\n    - command: id -u\n')
    expect(await run(['id.yml', '-i', 'nobody'], as(nobody))).toMatchObject({
      code: 0,
      said: ['localhost changed'],
      stderr: '',
    })
  })

  test('another way that Ansible has is named, with what to do', async () => {
    write('docker', 'web ansible_connection=community.docker.docker\n')
    write('web.yml', '- hosts: web\n  tasks:\n    - command: id\n')
    const { code, stderr } = await run(['web.yml', '-i', 'docker'])
    expect(code).toBe(5)
    expect(stderr).toContain('web: ansible_connection: community.docker.docker is not supported')
    expect(stderr).toContain('help: run an SSH server in the container')
  })
})
