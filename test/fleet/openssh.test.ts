import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Target } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { createKeyStore } from '../../src/transport/keys.ts'
import { unlockKeys } from '../../src/transport/passphrases.ts'
import { createTransport } from '../../src/transport/transports.ts'
import { isThere, prepareDebian13 } from '../debian13.ts'
import { tellLeftOut } from '../part.ts'
import { startRun } from './fleet.ts'
import { lacks } from './needs.ts'
import { by, ended, runOn, signal } from './over-ssh.ts'
import { debian13 } from './ssh-world.ts'
import { freePort, makeKey, type Sshd, startSshd } from './sshd.ts'

// The system's ssh: where it comes in by itself, and what only it can do. What both ways do alike: transport.test.ts.

const skipped = lacks("the system's ssh as a way to hosts", 'root', 'sshd', 'ssh', 'unshare')
interface Outcome {
  readonly outcome: string
  readonly notices: readonly string[]
}
const reach = async (
  target: Target,
  more: { keys?: ReturnType<typeof createKeyStore>; program?: string } = {},
): Promise<Outcome> => {
  const notices: string[] = []
  const notice = (text: string): void => void notices.push(text)
  const transport = createTransport({ connectLimit: [6, 30], notice, random: () => 0, ...more })
  const opened = await transport.open({ ...target, sshOptions: ['-F', 'none'] }, signal)
  if (opened.kind === 'unreachable') return { outcome: opened.reason, notices }
  const { end, out } = await runOn(opened.connection, 'echo in')
  opened.connection.close()
  expect(end).toEqual(ended(0))
  return { outcome: out.trim(), notices }
}
/** Processes whose command line names this. */
const processes = (needle: string): readonly string[] =>
  readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'latin1')
      return line.includes(needle) && Number(pid) !== process.pid ? [line.replaceAll('\0', ' ')] : []
    } catch {
      return []
    }
  })

describe.skipIf(skipped)('ssh2 cannot: the system’s ssh does, and it is said once', () => {
  let sshd: Sshd
  let authority: string
  beforeAll(async () => {
    sshd = await startSshd({ config: ['TrustedUserCAKeys /dev/null'] })
    authority = makeKey(sshd.dir, 'authority')
  })
  afterAll(() => sshd.stop())
  const certified = (name: string): string => {
    const key = makeKey(sshd.dir, name)
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', name, '-n', 'root', `${key}.pub`])
    return key
  }
  const trusting = (): void =>
    appendFileSync(join(sshd.dir, 'authorized_keys'), `cert-authority ${readFileSync(`${authority}.pub`, 'utf8')}`)

  test('a certificate beside a key, or a named one', async () => {
    trusting()
    const key = certified('beside')
    const notices = [`rs1 is reached by the system's ssh: the certificate ${key}-cert.pub`]
    expect(await reach({ ...sshd.target, identityFiles: [key] })).toEqual({ outcome: 'in', notices })
    const named = { identityFiles: [key], certificateFiles: [`${key}-cert.pub`] }
    expect((await reach({ ...sshd.target, ...named })).outcome).toBe('in')
  })

  test('a certificate that an agent holds', async () => {
    const key = certified('held')
    const agent = join(sshd.dir, 'agent')
    const child = spawn('ssh-agent', ['-D', '-a', agent], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout, 'data')
    execFileSync('ssh-add', ['-q', key], { env: { ...process.env, SSH_AUTH_SOCK: agent }, stdio: 'ignore' })
    const { outcome, notices } = await reach({ ...sshd.target, identityFiles: [], agent })
    expect(outcome).toBe('in')
    expect(notices).toEqual([expect.stringContaining('the certificate "held" of the agent')])
    const gone = once(child, 'exit')
    child.kill()
    await gone
  })

  test('a host certificate', async () => {
    const own = makeKey(sshd.dir, 'host-ca')
    const hostKey = makeKey(sshd.dir, 'certified-host')
    execFileSync('ssh-keygen', ['-q', '-s', own, '-I', 'h', '-h', '-n', '127.0.0.1', `${hostKey}.pub`])
    const server = await startSshd({ config: [`HostKey ${hostKey}`, `HostCertificate ${hostKey}-cert.pub`] })
    const known = join(sshd.dir, 'known-authority')
    writeFileSync(known, `@cert-authority 127.0.0.1,[127.0.0.1]:* ${readFileSync(`${own}.pub`, 'utf8')}`)
    const { outcome, notices } = await reach({ ...server.target, knownHosts: [known] })
    expect({ outcome, notices }).toEqual({
      outcome: 'in',
      notices: ["rs1 is reached by the system's ssh: known_hosts has a certificate authority for it"],
    })
    await server.stop()
  })

  test('a host with post-quantum key exchange only', async () => {
    const server = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
    const { outcome, notices } = await reach(server.target)
    expect(outcome).toBe('in')
    expect(notices).toEqual(["rs1 is reached by the system's ssh: it has no key exchange algorithm of ssh2's"])
    await server.stop()
  })

  test('behind a jump host, by the user’s own ssh config: a run says why, once', async () => {
    trusting()
    const jump = await startSshd()
    const key = certified('behind')
    const folder = join(sshd.dir, 'project')
    mkdirSync(folder)
    const known = `UserKnownHostsFile ${jump.target.knownHosts[0]} ${sshd.target.knownHosts[0]}`
    const own = (port: number, file: string): string =>
      `HostName 127.0.0.1\nPort ${port}\nIdentityFile ${file}\n${known}\n`
    const config = `Host jump\n${own(jump.port, jump.target.identityFiles[0] ?? '')}Host rs*\n${own(sshd.port, key)}ProxyJump jump\n`
    writeFileSync(join(folder, 'config'), config)
    writeFileSync(join(folder, 'hosts'), 'rs1\n')
    writeFileSync(join(folder, 'id.yml'), '- hosts: rs1\n  tasks:\n    - command: id -un\n')
    const argv = ['run', 'id.yml', '-i', 'hosts', '-u', 'root', '--ssh-config', 'config', '--output', 'ndjson']
    const { ended } = startRun(argv, { cwd: folder, env: { XDG_STATE_HOME: folder } })
    const { code, events, stderr } = await ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const notices = events.flatMap((event) => (event.type === 'notice' ? [event.text] : []))
    expect(notices).toEqual([`rs1 is reached by the system's ssh: the certificate ${key}-cert.pub`])
    await jump.stop()
  })

  test('and there is no ssh: that is named', async () => {
    const server = await startSshd({ config: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'] })
    const { outcome } = await reach(server.target, { program: '/nowhere/ssh' })
    expect(outcome).toContain("the system's ssh cannot be started (/nowhere/ssh")
    await server.stop()
  })
})

describe.skipIf(skipped)('ansible_connection: openssh', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = by(
      'openssh',
      await startSshd({ users: [{ name: 'ops', password: 'r1ght' }], config: ['PasswordAuthentication yes'] }),
    )
  })
  afterAll(() => sshd.stop())

  test.each<[string, (port: number) => Partial<Target>, RegExp]>([
    ['a refused port', (port) => ({ port }), /^connection refused \(127\.0\.0\.1:\d+\)$/],
    ['an unknown name', () => ({ address: 'rs1.invalid' }), /^no such host name \(rs1\.invalid\)$/],
    ['no key', () => ({ identityFiles: [] }), /accepts no key: .*\(it takes publickey,password\)$/],
    [
      'an unknown host key',
      () => ({ knownHosts: ['/dev/null'] }),
      /^host key of rs1 \(ssh-ed25519 SHA256:\S+\) is not in \/dev\/null$/,
    ],
  ])('%s is told in our words', async (_, said, reason) => {
    expect((await reach({ ...sshd.target, ...said(await freePort()) })).outcome).toMatch(reason)
  })

  test('a changed host key is told with both fingerprints', async () => {
    const known = join(sshd.dir, 'changed')
    const other = readFileSync(`${makeKey(sshd.dir, 'other')}.pub`, 'utf8')
    writeFileSync(known, `[127.0.0.1]:${sshd.port} ${other}`)
    const { outcome } = await reach({ ...sshd.target, knownHosts: [known] })
    expect(outcome).toMatch(
      /^host key has changed: rs1 shows ssh-ed25519 SHA256:\S+, known is ssh-ed25519 SHA256:\S+ \(.*changed:1\)$/,
    )
  })

  test('a password goes in by a pipe: it stands in no argument, environment or file', async () => {
    const target: Target = { ...sshd.target, user: 'ops', identityFiles: [], password: new Secret('r1ght') }
    const transport = createTransport({ connectLimit: [6, 30] })
    const opening = transport.open(target, signal)
    const seen = new Set<string>()
    let isOpen = false
    void opening.then(() => {
      isOpen = true
    })
    while (!isOpen) {
      for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
        for (const file of ['cmdline', 'environ'])
          try {
            if (readFileSync(`/proc/${pid}/${file}`, 'latin1').includes('r1ght')) seen.add(`${pid} ${file}`)
          } catch {}
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    const opened = await opening
    expect(opened.kind).toBe('open')
    expect([...seen]).toEqual([])
    if (opened.kind === 'open') opened.connection.close()
    const wrong = await reach({ ...target, password: new Secret('wr0ng') })
    expect(wrong.outcome).toBe(`wrong login password for ops@127.0.0.1:${sshd.port}`)
  })

  test('a passphrase that was asked for before the run', async () => {
    const key = makeKey(sshd.dir, 'locked', 'ed25519', 'pass phrase')
    appendFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${key}.pub`))
    const target: Target = { ...sshd.target, identityFiles: [key] }
    const keys = createKeyStore()
    expect((await reach(target)).outcome).toMatch(/accepts no key/)
    await unlockKeys({ targets: [target], keys, named: undefined, ask: async () => 'pass phrase' })
    expect((await reach(target, { keys })).outcome).toBe('in')
  })

  const newer = isThere(debian13) || process.env.CI === 'true'
  if (!newer) tellLeftOut('the OpenSSH client of Debian 13: its root file system is not in the cache; CI=true makes it')
  test.skipIf(!newer || lacks('the OpenSSH client of Debian 13', 'mmdebstrap'))(
    'a newer client says other things, none of which are the host’s',
    async () => {
      const rootfs = prepareDebian13(debian13)
      const program = join(sshd.dir, 'ssh')
      const libraries = readdirSync(`${rootfs}/usr/lib`).find((name) => name.endsWith('-linux-gnu')) ?? ''
      const folder = `${rootfs}/usr/lib/${libraries}`
      const loader = readdirSync(folder).find((name) => name.startsWith('ld-linux-')) ?? ''
      const start = `exec ${folder}/${loader} --library-path ${folder} ${rootfs}/usr/bin/ssh "$@"`
      writeFileSync(program, `#!/bin/sh\n${start}\n`, { mode: 0o700 })
      expect((await reach(sshd.target, { program })).outcome).toBe('in')
      const { outcome } = await reach({ ...sshd.target, knownHosts: ['/dev/null'] }, { program })
      expect(outcome).toMatch(/^host key of rs1 \(ssh-ed25519 SHA256:\S+\) is not in \/dev\/null$/)
    },
  )

  test('no process is left, whatever way ipvs-play ends', async () => {
    const folder = join(sshd.dir, 'project')
    const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
    execFileSync('mkdir', ['-p', folder])
    const host = `rs1 ansible_connection=openssh ansible_host=127.0.0.1 ansible_port=${sshd.port} ansible_user=root`
    const args = `-o UserKnownHostsFile=${sshd.target.knownHosts[0]} -i ${sshd.target.identityFiles[0]}`
    writeFileSync(join(folder, 'hosts'), `${host} ansible_ssh_common_args='${args}'\n`)
    writeFileSync(
      join(folder, 'wait.yml'),
      `- hosts: rs1\n  tasks:\n    - command: touch ${folder}/begun\n    - command: sleep 1\n`,
    )
    const env = { ...process.env, XDG_STATE_HOME: folder }
    for (const end of ['SIGINT', 'SIGTERM', 'SIGHUP', 'twice', 'SIGKILL', undefined] as const) {
      const argv = [cli, 'run', 'wait.yml', '-i', 'hosts', '--output', 'ndjson', '-vv']
      const run = spawn(process.execPath, argv, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] })
      const exited = once(run, 'exit')
      let said = ''
      run.stdout.on('data', (chunk) => {
        said += chunk
        // The first task is through: the second is on its way.
        if (end === undefined || run.killed || !/"task-finished"/.test(said)) return
        run.kill(end === 'twice' ? 'SIGINT' : end)
        if (end === 'twice') run.kill('SIGTERM')
      })
      const [code] = await exited
      expect(code).toBe(end === undefined ? 0 : end === 'SIGKILL' ? null : 130)
      await expect.poll(() => processes(`HostName=127.0.0.1\0-o\0Port=${sshd.port}`), { timeout: 20_000 }).toEqual([])
    }
  })
})
