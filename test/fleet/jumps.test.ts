import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection, Identity, Opened, Target } from '../../src/model/connection.ts'
import { createTransport } from '../../src/transport/transports.ts'
import { lacks } from './needs.ts'
import { freePort, type Sshd, startSshd } from './sshd.ts'

const PLAIN: Identity = { become: false, becomeUser: 'root' }
const signal = new AbortController().signal
const create = () => createTransport({ connectLimit: [6, 30], random: () => 0 })

const connected = async (target: Target, transport = create()): Promise<Connection> => {
  const opened = await transport.open(target, signal)
  if (opened.kind !== 'open') throw new Error(`${opened.reason} ${opened.hint ?? ''}`)
  return opened.connection
}
const run = async (connection: Connection, script: string) => {
  let out = ''
  const onOutput = (chunk: Buffer): void => {
    out += chunk
  }
  const end = await connection.execute({ identity: PLAIN, script, limit: 30, onOutput })
  return { end, out }
}
/** TCP connections of this machine towards a port. */
const connectionsTo = (port: number): number => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  return lines.filter((line) => new RegExp(`^\\s*\\d+: \\S+ \\S+:${hex} 01 `).test(line)).length
}

describe.skipIf(lacks('jump hosts', 'root', 'sshd', 'ssh'))('jump hosts', () => {
  let [outer, inner, host]: Sshd[] = []
  let closedPort: number
  beforeAll(async () => {
    ;[outer, inner, host] = await Promise.all([startSshd(), startSshd(), startSshd()])
    closedPort = await freePort()
  })
  afterAll(async () => {
    await Promise.all([outer, inner, host].map((sshd) => sshd?.stop()))
  })
  const jump = (sshd: Sshd | undefined, name: string, changes: Partial<Target> = {}): Target => ({
    ...(sshd as Sshd).target,
    host: name,
    ...changes,
  })
  const by = (target: Target): Target['via'] => ({ kind: 'jump', target })
  const behind = (changes: Partial<Target> = {}, outerChanges: Partial<Target> = {}): Target => {
    const first = jump(outer, 'outer', outerChanges)
    return jump(host, 'rs1', { via: by(jump(inner, 'inner', { via: by(first) })), ...changes })
  }

  test('a host behind two is reached as if it were near', async () => {
    const connection = await connected(behind())
    expect(await run(connection, 'echo there; exit 3')).toEqual({
      end: { kind: 'ended', exitCode: 3, stderr: '' },
      out: 'there\n',
    })
    expect((await run(connection, 'yes | head -c 3000000')).out).toHaveLength(3_000_000)
    connection.close()
  })

  test('one connection to a jump host serves all hosts behind it, and ends with the last of them', async () => {
    const port = (outer as Sshd).port
    while (connectionsTo(port) > 0) await sleep(20) // the test before
    const via = by(jump(outer, 'outer'))
    const transport = create()
    const targets = ['rs1', 'rs2', 'rs3', 'rs4', 'rs5', 'rs6', 'rs7', 'rs8'].map((name) => jump(host, name, { via }))
    const connections = await Promise.all(targets.map((target) => connected(target, transport)))
    expect(connectionsTo(port)).toBe(1)
    for (const connection of connections) expect((await run(connection, 'echo in')).out).toBe('in\n')
    const [last, ...others] = connections
    for (const connection of others) connection.close()
    expect((await run(last as Connection, 'echo in')).out).toBe('in\n')
    last?.close()
    while (connectionsTo(port) > 0) await sleep(20)
  })

  describe('host keys are checked on every hop, before anybody logs in', () => {
    const stranger = (sshd: Sshd | undefined): readonly string[] => {
      const { dir, port } = sshd as Sshd
      const file = join(dir, 'known_hosts.other')
      writeFileSync(file, readFileSync(join((host as Sshd).dir, 'known_hosts'), 'utf8').replace(/:\d+ /, `:${port} `))
      return [file]
    }
    test('the first', async () => {
      expect(await create().open(behind({}, { knownHosts: stranger(outer) }), signal)).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(
          /^jump host inner: jump host outer: host key has changed: outer shows ssh-ed25519 SHA256:\S+, known is ssh-ed25519 SHA256:/,
        ),
      })
    })
    test('the one in the middle, unknown', async () => {
      const middle = jump(inner, 'inner', { knownHosts: [], via: by(jump(outer, 'outer')) })
      expect(await create().open(jump(host, 'rs1', { via: by(middle) }), signal)).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(/^jump host inner: host key of inner \(ssh-ed25519 SHA256:\S+\) is not in /),
      })
    })
    test('the host itself', async () => {
      expect(await create().open(behind({ knownHosts: [] }), signal)).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(/^host key of rs1 \(ssh-ed25519 SHA256:\S+\) is not in/),
      })
    })
  })

  describe('what fails is told with the hop at which it fails', () => {
    const failing = (target: Target): Promise<Opened> => create().open(target, signal)
    test('a login that the jump host refuses', async () => {
      expect(await failing(behind({}, { identityFiles: [] }))).toMatchObject({
        reason: expect.stringMatching(/^jump host inner: jump host outer: .*accepts no key/),
      })
    })
    test('a jump host that is not there', async () => {
      expect(await failing(behind({}, { port: closedPort }))).toMatchObject({
        reason: `jump host inner: jump host outer: connection refused (127.0.0.1:${closedPort})`,
      })
    })
    test('a host that the last jump host does not reach', async () => {
      expect(await failing(behind({ port: closedPort }))).toEqual({
        kind: 'unreachable',
        reason: `jump host inner does not reach 127.0.0.1:${closedPort}: Connection refused`,
      })
    })
    test('one that forwards nothing', async () => {
      const shut = await startSshd({ config: ['AllowTcpForwarding no'] })
      const outcome = await failing(jump(host, 'rs1', { via: by(jump(shut, 'shut')) }))
      await shut.stop()
      expect(outcome).toMatchObject({
        reason: expect.stringMatching(/^jump host shut does not reach 127\.0\.0\.1:\d+: it does not forward there$/),
        hint: 'its sshd must allow it: AllowTcpForwarding, PermitOpen',
      })
    })
  })

  test('a jump host that dies takes its hosts with it, and they say so', async () => {
    const sockets: Socket[] = []
    const relay = createServer((socket) => {
      const far = connect((outer as Sshd).port, '127.0.0.1')
      for (const one of [socket, far]) one.on('error', () => {})
      sockets.push(socket, far)
      socket.pipe(far).pipe(socket)
    })
    await new Promise<void>((listening) => relay.listen(0, '127.0.0.1', listening))
    const { port } = relay.address() as AddressInfo
    const first = jump(outer, 'outer', { port, hostKeyAlias: `[127.0.0.1]:${(outer as Sshd).port}` })
    const connection = await connected(jump(host, 'rs1', { via: by(first) }))
    const running = run(connection, 'echo begun; exec sleep 60')
    while (sockets.length < 2) await sleep(5)
    expect((await run(connection, 'echo in')).out).toBe('in\n')
    for (const socket of sockets) socket.destroy()
    const { end } = await running
    expect(end).toMatchObject({
      kind: 'lost',
      reason: expect.stringContaining(`the connection to jump host outer (127.0.0.1:${port}) ended`),
    })
    relay.close()
  })

  describe('ProxyCommand', () => {
    const commandFor = ({ dir, port }: Sshd, mark: string): string =>
      [
        `env MARK=${mark} ssh -F none -i ${dir}/user_ed25519 -o UserKnownHostsFile=${dir}/known_hosts`,
        `-p ${port} -W 127.0.0.1:${(host as Sshd).port} root@127.0.0.1`,
      ].join(' ')
    const running = (mark: string): number =>
      readdirSync('/proc').filter((pid) => {
        if (!/^\d+$/.test(pid)) return false
        try {
          return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MARK=${mark}`)
        } catch {
          return false
        }
      }).length

    test('carries the connection, and ends with it', async () => {
      const mark = `m${process.pid}`
      const command = commandFor(outer as Sshd, mark)
      const connection = await connected(jump(host, 'rs1', { via: { kind: 'command', command } }))
      expect((await run(connection, 'echo through')).out).toBe('through\n')
      expect(running(mark)).toBeGreaterThan(0)
      connection.close()
      while (running(mark) > 0) await sleep(20)
    })

    test.each([
      ['echo no way >&2; exit 3', 'ProxyCommand ended with 3: no way'],
      ['/no/such/program', /^ProxyCommand ended with 127: .*\/no\/such\/program/],
    ])('%s', async (command, reason) => {
      const via = { kind: 'command', command: `sh -c '${command}'` } as const
      expect(await create().open(jump(host, 'rs1', { via }), signal)).toEqual({
        kind: 'unreachable',
        reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
      })
    })
  })
})
