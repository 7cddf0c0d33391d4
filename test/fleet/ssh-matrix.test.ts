import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { part, seed, tellLeftOut } from '../part.ts'
import { lacks } from './needs.ts'
import { type Case, cases } from './ssh-cases.ts'
import { type Server, type ServerName, servers, startServer } from './ssh-servers.ts'
import { alice, createWorld, passphrase, type World } from './ssh-world.ts'

const skipped = lacks(
  'the SSH matrix, OpenSSH as the judge',
  'root',
  'unshare',
  'ip',
  'sshd',
  'ssh',
  'perl',
  'dropbear',
)
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

const some = part('SSH matrix: configurations', cases.length, 30)
const chosen =
  fc.sample(fc.shuffledSubarray([...cases], { minLength: some, maxLength: some }), { seed, numRuns: 1 })[0] ?? []

/** The server of the target and those of the hops, by the names in the configuration. */
const serversOf = ({ server, hops = {} }: Case): Readonly<Record<string, ServerName>> => ({ target: server, ...hops })

let world: World
const running = new Map<ServerName, Server>()
beforeAll(async () => {
  if (skipped) return
  world = await createWorld()
  world.write('banner', 'Do not enter\u001b[2J\n', 0o644)
  for (const name of ['id_rsa', 'id_rsa.pub'])
    copyFileSync(world.key(name.replace('id_', '')), join(world.dir, 'root/.ssh', name))
  const names = [...new Set(chosen.flatMap((one) => Object.values(serversOf(one))))].filter(
    (name) => servers[name].from !== 'debian13' || world.debian13 !== undefined,
  )
  await Promise.all(names.map(async (name, at) => running.set(name, await startServer(world, name, at + 1))))
}, 300_000)
afterAll(() => world?.end())

/** Everything that both sides are given. */
interface Prepared {
  readonly dir: string
  readonly env: Record<string, string>
  readonly config: string
  readonly password: string | undefined
}

const prepare = async (one: Case, number: number): Promise<Prepared> => {
  const dir = join(world.dir, `case-${number}`)
  mkdirSync(dir)
  const at = Object.fromEntries(Object.entries(serversOf(one)).map(([name, server]) => [name, running.get(server)]))
  const other = readFileSync(world.key('stranger.pub'), 'utf8').split(' ').slice(0, 2).join(' ')
  const meaning: Record<string, string | undefined> = {
    A: at.target?.address,
    K: join(world.dir, 'keys'),
    D: dir,
    ...at.target?.hostKeys,
    bastion: at.bastion?.address,
    bastion_ed25519: at.bastion?.hostKeys.ed25519,
    second: at.second?.address,
    other,
    CA: readFileSync(world.key('ca.pub'), 'utf8').trim(),
  }
  const fill = (text: string): string =>
    text.replace(/\$(\w+)/g, (token, name: string) => {
      const value = meaning[name]
      if (value === undefined) throw new Error(`${one.name}: ${token} means nothing here`)
      return value
    })
  const everyKey = Object.values(at).flatMap((server) =>
    Object.values(server?.hostKeys ?? {}).map((key) => `${server?.address} ${key}`),
  )
  const write = (name: string, text: string) => world.write(`case-${number}/${name}`, text)
  const knownHosts = write('known_hosts', `${(one.knownHosts?.map(fill) ?? everyKey).join('\n')}\n`)
  if (one.hashed) execFileSync('ssh-keygen', ['-H', '-f', knownHosts], { stdio: 'ignore' })
  copyFileSync(world.key('rsa'), join(dir, `root-${at.target?.address}-22-target-%`))
  for (const [name, text] of Object.entries(one.files ?? {})) write(name, fill(text))
  const lines = [
    ...(one.above ?? []),
    'Host target',
    '  HostName $A',
    ...(one.config ?? []).map((line) => `  ${line}`),
    ...Object.keys(one.hops ?? {}).flatMap((name) => [`Host ${name}`, `  HostName $${name}`]),
    'Host *',
    `  User ${one.user ?? 'root'}`,
    ...(one.keys ?? ['ed25519']).map((name) => `  IdentityFile $K/${name}`),
    '  IdentitiesOnly yes',
    '  UserKnownHostsFile $D/known_hosts',
    '  GlobalKnownHostsFile /dev/null',
    '  StrictHostKeyChecking yes',
    '  ConnectTimeout 6',
  ]
  const config = write('config', `${lines.map(fill).join('\n')}\n`)
  const socket = join(dir, 'agent')
  const env = {
    HOME: join(world.dir, 'root'),
    XDG_STATE_HOME: join(dir, 'state'),
    XDG_CACHE_HOME: join(world.dir, 'cache'),
    SSH_AUTH_SOCK: one.agent === undefined ? '' : socket,
  }
  if (one.agent !== undefined) await startAgent(socket, one.agent, env)
  const password = one.password === 'right' ? alice.password : one.password
  return { dir, env, config, password }
}

const startAgent = async (socket: string, names: readonly string[], env: Record<string, string>): Promise<void> => {
  await world.run(['ssh-agent', '-a', socket])
  const askpass = world.write('askpass-key', `#!/bin/sh\necho '${passphrase}'\n`, 0o700)
  for (const name of names) {
    const asking = { ...env, SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' }
    const { code, stderr } = await world.run(['ssh-add', '-q', world.key(name)], asking)
    if (code !== 0) throw new Error(`ssh-add ${name}: ${stderr}`)
  }
}

const askSsh = async ({ dir, env, config, password }: Prepared) => {
  const askpass = world.write(`${dir.slice(world.dir.length + 1)}/askpass`, `#!/bin/sh\necho '${password}'\n`, 0o700)
  const how =
    password === undefined
      ? { options: ['-o', 'BatchMode=yes'], more: {} }
      : { options: ['-o', 'NumberOfPasswordPrompts=1'], more: { SSH_ASKPASS: askpass, SSH_ASKPASS_REQUIRE: 'force' } }
  const command = ['ssh', '-F', config, ...how.options, 'target', 'echo through'] as const
  const { stdout, stderr } = await world.run(command, { ...env, ...how.more })
  return { verdict: stdout === 'through\n' ? 'connects' : 'refuses', said: stderr }
}

const askOurs = async ({ dir, env, config, password }: Prepared) => {
  const vars = password === undefined ? '' : `ansible_password='${password}'`
  const inventory = world.write(`${dir.slice(world.dir.length + 1)}/inventory`, `target ${vars}\n`)
  const command = [process.execPath, cli, 'ping', '-i', inventory, '--ssh-config', config, '--output', 'json'] as const
  const { code, stdout, stderr } = await world.run(command, env)
  if (code === 5) return { verdict: 'refuses', said: stderr }
  const { status, reason = '', hint = '' } = JSON.parse(stdout).hosts[0]
  const verdict = status === 'well' || status === 'unfit' ? 'connects' : 'refuses'
  return { verdict, said: `${reason}\n${hint}\n${stderr}` }
}

describe.skipIf(skipped).concurrent('OpenSSH and ipvs-play agree', () => {
  for (const [number, one] of chosen.entries()) {
    test(`${one.name} (${one.server}): ${one.ssh}`, async (context) => {
      if (Object.values(serversOf(one)).some((name) => !running.has(name))) {
        tellLeftOut('SSH matrix: servers of Debian 13 (made with CI=true)')
        context.skip()
      }
      const prepared = await prepare(one, number)
      const [ssh, ours] = await Promise.all([askSsh(prepared), askOurs(prepared)])
      expect(ssh.verdict, `ssh says: ${ssh.said}`).toBe(one.ssh)
      const same = ours.verdict === one.ssh
      expect(same, `ssh: ${ssh.verdict} ${ssh.said}\nours: ${ours.verdict} ${ours.said}`).toBe(
        one.differs === undefined,
      )
      if (one.says !== undefined && ours.verdict === 'refuses') expect(ours.said).toMatch(one.says)
    })
  }
})
