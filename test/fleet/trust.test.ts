import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command } from './fleet.ts'
import { lacks } from './needs.ts'
import { freePort, makeKey, type Sshd, startSshd } from './sshd.ts'
import { openTerminal } from './terminal.ts'

const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

describe.skipIf(lacks('trust', 'root', 'sshd', 'ssh', 'tmux'))('trust', () => {
  let [rs1, rs2]: Sshd[] = []
  let folder: string
  let file: string
  let name: string
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'ipvs-play-trust-'))
    file = join(folder, 'known_hosts')
    ;[rs1, rs2] = await Promise.all([startSshd({ hostKeys: ['ed25519', 'rsa', 'ecdsa'] }), startSshd()])
    name = `[127.0.0.1]:${(rs1 as Sshd).port}`
    const hosts = [rs1, rs2].map((sshd, index) => `    rs${index + 1}: {ansible_port: ${sshd?.port}}\n`)
    writeFileSync(
      join(folder, 'hosts.yml'),
      `all:
  vars: {ansible_host: 127.0.0.1, ansible_user: root, ansible_ssh_common_args: -o UserKnownHostsFile=${file} -o GlobalKnownHostsFile=none}
  hosts:
${hosts.join('')}    gone: {ansible_port: ${await freePort()}}
    behind: {ansible_host: behind}
`,
    )
    writeFileSync(
      join(folder, 'ssh_config'),
      `Host behind
  HostName 127.0.0.1
  Port ${rs2?.port}
  HostKeyAlias behind
  ProxyJump bastion
Host bastion
  HostName 127.0.0.1
  Port ${rs1?.port}
  User root
  IdentityFile ${rs1?.dir}/user_ed25519
  UserKnownHostsFile ${file}
`,
    )
  })
  afterAll(async () => {
    await Promise.all([rs1, rs2].map((sshd) => sshd?.stop()))
    rmSync(folder, { recursive: true, force: true })
  })
  const trust = (...args: readonly string[]) =>
    command([
      process.execPath,
      cli,
      'trust',
      ...args,
      '-i',
      join(folder, 'hosts.yml'),
      '--ssh-config',
      join(folder, 'ssh_config'),
    ])
  const found = (host: string): string => {
    try {
      return execFileSync('ssh-keygen', ['-F', host, '-f', file], { stdio: ['ignore', 'pipe', 'ignore'] }).toString()
    } catch {
      return ''
    }
  }
  const types = (host: string): readonly string[] =>
    found(host)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(' ')[1] ?? '')
      .sort()

  test('without a terminal somebody has to say --yes', async () => {
    const { code, stderr } = await trust('rs1')
    expect([code, stderr]).toEqual([5, expect.stringContaining('trust asks on a terminal, and there is none')])
  })

  test('all keys of a host are shown and written; the rest of the file, its mode and a link to it stay', async () => {
    const real = join(folder, 'real_known_hosts')
    const before = '# mine\nother ssh-ed25519 not-a-key\n\nlast line without an end'
    writeFileSync(real, before)
    chmodSync(real, 0o640)
    symlinkSync(real, file)
    const { code, stdout } = await trust('rs1', '--yes')
    const print = execFileSync('ssh-keygen', ['-lf', join((rs1 as Sshd).dir, 'host_ed25519')])
      .toString()
      .split(' ')[1]
    expect(stdout).toContain(`new  rs1 (${name})\n    ssh-ed25519 ${print}\n    ecdsa-sha2-nistp256 SHA256:`)
    expect(stdout).toContain(`written to ${file}: 3 keys\n`)
    expect(code).toBe(0)
    expect(types(name)).toEqual(['ecdsa-sha2-nistp256', 'ssh-ed25519', 'ssh-rsa'])
    expect(readFileSync(real, 'utf8')).toMatch(new RegExp(`^${before}\n\\[127`))
    expect(statSync(real).mode & 0o777).toBe(0o640)
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
  })

  test('who is known is asked nothing about', async () => {
    const before = readFileSync(file, 'utf8')
    expect(await trust('rs1', '--yes')).toMatchObject({ code: 0, stdout: 'known already: 1 host\n' })
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  test('a host that does not answer is told, the others are written', async () => {
    const { code, stdout } = await trust('rs2:gone', '--yes')
    expect([code, stdout]).toEqual([4, expect.stringMatching(/not fetched {2}gone: connection refused/)])
    expect(types(`[127.0.0.1]:${rs2?.port}`)).toEqual(['ssh-ed25519'])
  })

  test('behind a jump host that is known', async () => {
    const { code, stdout } = await trust('behind', '--yes')
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^known already: 1 host\nnew {2}behind\n {4}ssh-ed25519/)])
    expect(types('behind')).toEqual(['ssh-ed25519'])
  })

  test('a changed key is shown beside the known one and stays; --replace puts it in its place', async () => {
    const other = readFileSync(`${makeKey(folder, 'other')}.pub`, 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
    const text = readFileSync(file, 'utf8').replace(/^(\[127.*\]:\d+) ssh-ed25519 \S+/m, `$1,friend ${other}`)
    writeFileSync(file, text)
    const first = await trust('rs1', '--yes')
    expect(first.code).toBe(2)
    expect(first.stdout).toMatch(
      /^CHANGED {2}rs1[\s\S]* shows ssh-ed25519 SHA256:\S+\n[\s\S]* known ssh-ed25519 SHA256:\S+ \(.*known_hosts:\d+\)/,
    )
    expect(readFileSync(file, 'utf8')).toBe(text)
    expect((await trust('rs1', '--yes', '--replace')).code).toBe(0)
    expect(await trust('rs1', '--yes')).toMatchObject({ code: 0, stdout: 'known already: 1 host\n' })
    expect(readFileSync(file, 'utf8')).toContain(`friend ${other}`) // the other host of that line keeps it
    const { dir, port } = rs1 as Sshd
    const options = [
      `UserKnownHostsFile=${file}`,
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
      'HostKeyAlgorithms=ssh-ed25519',
    ]
    const args = options.flatMap((one) => ['-o', one])
    expect(
      execFileSync('ssh', [
        '-F',
        'none',
        '-i',
        `${dir}/user_ed25519`,
        '-p',
        `${port}`,
        ...args,
        'root@127.0.0.1',
        'echo in',
      ]).toString(),
    ).toBe('in\n')
  })

  test('where names are hashed new ones are too', async () => {
    renameSync(join(folder, 'real_known_hosts'), join(folder, 'away'))
    rmSync(file)
    appendFileSync(file, `elsewhere ${readFileSync(`${makeKey(folder, 'third')}.pub`, 'utf8')}`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
    expect((await trust('rs1', '--yes')).code).toBe(0)
    expect(types(name)).toHaveLength(3)
    expect(readFileSync(file, 'utf8')).not.toContain('127.0.0.1')
  })

  test.each([
    ['n', '[2]', 0],
    ['y', '[0]', 3],
  ])('asked on a terminal, %s is an answer', async (answer, exit, written) => {
    writeFileSync(file, '')
    const terminal = await openTerminal({ folder, columns: 100, rows: 30, env: {} })
    try {
      await terminal.type('trust rs1 -i hosts.yml --ssh-config ssh_config')
      await terminal.until((screen) => screen.some((line) => line.startsWith('trust these keys of 1 host? [y/N]')))
      await terminal.key(answer)
      await terminal.key('Enter')
      const [, code] = await terminal.ended()
      expect(code).toBe(exit)
      expect(types(name)).toHaveLength(written)
    } finally {
      await terminal.close()
    }
  })
})
