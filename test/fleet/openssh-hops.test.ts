import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { command } from './fleet.ts'
import { lacks } from './needs.ts'
import { freePort, makeKey, type Sshd, startSshd } from './sshd.ts'

// By the system's ssh, over two jump hosts: somebody in between at each of the three is found, and told with its hop.

const skipped = lacks("jump hosts by the system's ssh", 'root', 'sshd', 'ssh', 'unshare')
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
const NAMES = ['outer', 'inner', 'rs1'] as const

describe.skipIf(skipped)('somebody in between, with another key', () => {
  let sshds: readonly Sshd[]
  let folder: string
  let stranger: string
  beforeAll(async () => {
    sshds = await Promise.all(NAMES.map(() => startSshd()))
    folder = join((sshds[0] as Sshd).dir, 'project')
    mkdirSync(folder)
    writeFileSync(join(folder, 'yes'), '#!/bin/sh\necho yes\n', { mode: 0o700 })
    stranger = readFileSync(`${makeKey(folder, 'stranger')}.pub`, 'utf8')
    writeFileSync(join(folder, 'hosts'), 'rs1 ansible_connection=openssh ansible_user=root\n')
    const blocks = NAMES.map((name, at) => {
      const { port, target } = sshds[at] as Sshd
      const jump = at === 0 ? '' : `\n  ProxyJump ${NAMES[at - 1]}`
      return `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n  User root\n  IdentityFile ${target.identityFiles[0]}${jump}`
    })
    const known = ['  UserKnownHostsFile known', '  GlobalKnownHostsFile none']
    writeFileSync(join(folder, 'config'), [...blocks, 'Host *', ...known, ''].join('\n'))
  })
  afterAll(() => Promise.all(sshds.map((sshd) => sshd.stop())))

  /** What known_hosts has of each: its key, another one, none, or that its key is revoked. */
  type Known = 'other' | 'none' | 'revoked'
  const ping = async (known: { readonly [name in (typeof NAMES)[number]]?: Known }) => {
    const lines = NAMES.map((name, at) => {
      const { dir, port } = sshds[at] as Sshd
      const own = readFileSync(join(dir, 'known_hosts'), 'utf8')
      if (known[name] === 'none') return ''
      if (known[name] === 'revoked') return `@revoked ${own}`
      return known[name] === 'other' ? `[127.0.0.1]:${port} ${stranger}` : own
    })
    writeFileSync(join(folder, 'known'), lines.join(''))
    const argv = ['ping', 'rs1', '-i', 'hosts', '--ssh-config', 'config', '--output', 'json']
    // A desktop whose dialogue would say yes: nobody is asked.
    const env = { XDG_STATE_HOME: folder, DISPLAY: ':0', SSH_ASKPASS: join(folder, 'yes') }
    const { stdout } = await command([process.execPath, cli, ...argv], { cwd: folder, env })
    return (JSON.parse(stdout) as { hosts: readonly unknown[] }).hosts[0]
  }
  /** Type and fingerprint. */
  const keyOf = (file: string): string =>
    `ssh-ed25519 ${execFileSync('ssh-keygen', ['-lf', file]).toString().split(' ')[1]}`
  const PATHS = ['jump host inner: jump host outer: ', 'jump host inner: ', '']

  /** One host that would answer, but whose /etc is this machine's. */
  const REACHED = '/etc is read-only'

  test('nobody is: it is reached', async () => {
    expect(await ping({})).toMatchObject({ reason: REACHED })
  })

  test.each([0, 1, 2])('at hop %i', async (at) => {
    const name = NAMES[at] ?? 'rs1'
    const shown = keyOf(`${sshds[at]?.dir}/host_ed25519.pub`)
    const known = `${keyOf(`${folder}/stranger.pub`)} (known:${at + 1})`
    const address = `[127.0.0.1]:${sshds[at]?.port}`
    expect(await ping({ [name]: 'other' })).toMatchObject({
      reason: `${PATHS[at]}host key has changed: ${name} shows ${shown}, known is ${known}`,
      hint: `somebody may be in between; if the host was installed anew: ipvs-play trust --replace rs1, or ssh-keygen -R '${address}' -f known`,
    })
    expect(await ping({ [name]: 'none' })).toMatchObject({
      reason: `${PATHS[at]}host key of ${name} (${shown}) is not in known`,
      hint: expect.stringContaining('ipvs-play trust rs1'),
    })
    expect(await ping({ [name]: 'revoked' })).toMatchObject({
      reason: `${PATHS[at]}host key of ${name} (${shown}) is marked as revoked`,
    })
  })

  test('a jump host that does not let in, or is not there, is told as such', async () => {
    const [outer] = sshds
    const port = await freePort()
    const config = readFileSync(join(folder, 'config'), 'utf8')
    writeFileSync(join(folder, 'config'), config.replace(`Port ${outer?.port}`, `Port ${port}`))
    expect(await ping({})).toMatchObject({
      reason: `${PATHS[0]}connection refused (127.0.0.1:${port})`,
    })
    writeFileSync(
      join(folder, 'config'),
      config.replace(/(?<=Host inner\n(?: .*\n)*?) {2}IdentityFile .*/, `  IdentityFile ${folder}/stranger`),
    )
    expect(await ping({})).toMatchObject({
      reason: expect.stringMatching(/^jump host inner: root@127\.0\.0\.1:\d+ accepts no key: offered: .*stranger/),
    })
    writeFileSync(join(folder, 'config'), config)
  })
})
