import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type ServerChannel } from 'ssh2'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CallEnd, Connection, Identity, Target } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { createTransport } from '../../src/transport/transports.ts'
import { aTarget } from './a-target.ts'
import { newKeyPair } from './new-key.ts'

/** What the server does with a command. */
type Serve = (channel: ServerChannel, command: string) => void
const PLAIN: Identity = { become: false, becomeUser: 'root' }
const signal = new AbortController().signal
const host = newKeyPair('ed25519')
const user = newKeyPair('ed25519')

let dir: string
let server: InstanceType<typeof ssh2.Server>
let serve: Serve
let logins = 0
const listeners: Server[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ipvs-play-ssh-'))
  writeFileSync(join(dir, 'key'), user.private)
  server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => {
    logins++
    connection.on('error', () => {})
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (accept) => {
      accept().on('exec', (accepted, _, { command }) => serve(accepted(), command))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server as never, 'listening')
  writeFileSync(join(dir, 'known_hosts'), `* ${host.public}`)
})
afterAll(() => {
  server.close()
  for (const listener of listeners) listener.close()
  rmSync(dir, { recursive: true })
})

const target = (port = (server.address() as AddressInfo).port): Target =>
  aTarget({
    address: '127.0.0.1',
    port,
    identityFiles: [join(dir, 'key')],
    knownHosts: [join(dir, 'known_hosts')],
  })
const create = () => createTransport({ connectLimit: [6, 30], random: () => 0 })
const open = async (): Promise<Connection> => {
  const opened = await create().open(target(), signal)
  if (opened.kind !== 'open') throw new Error(opened.reason)
  return opened.connection
}
const run = async (serving: Serve, identity = PLAIN): Promise<{ end: CallEnd; out: string }> => {
  serve = serving
  const connection = await open()
  let out = ''
  const onOutput = (chunk: Buffer): void => {
    out += chunk
  }
  const end = await connection.execute({ identity, script: 'THE SCRIPT', limit: 20, onOutput })
  connection.close()
  return { end, out }
}
const read = async (channel: ServerChannel): Promise<string> => {
  let text = ''
  channel.on('data', (chunk: Buffer) => {
    text += chunk
  })
  await once(channel, 'end')
  return text
}

describe('one call', () => {
  test('sends the script and the end of stdin at once', async () => {
    const { end, out } = await run(async (channel, command) => {
      channel.write(`${command}|${await read(channel)}`)
      channel.exit(9)
      channel.end()
    })
    expect(end).toEqual({ kind: 'ended', exitCode: 9, stderr: '' })
    expect(out).toMatch(/^exec \/bin\/sh -c 'read -r x && \[ "\$x" = (\w+) \] [^|]+\|\1\nTHE SCRIPT$/)
  })

  test('that ends in the packet that opened it is not lost', async () => {
    const { end } = await run((channel) => {
      channel.stderr.write('not here')
      channel.exit(1)
      channel.end()
    })
    expect(end).toEqual({ kind: 'ended', exitCode: 1, stderr: 'not here' })
  })

  test('whose script something else has read of ran nothing, and says who did', async () => {
    const { end } = await run(async (channel, command) => {
      await read(channel)
      channel.stderr.write(`${/ipvs-play-broken-\w+/.exec(command)?.[0]}\n`)
      channel.exit(0)
      channel.end()
    })
    expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/start-up file of .* on rs1 reads/) })
  })

  test('without an exit code is lost: nobody knows what it did', async () => {
    const { end } = await run((channel) => channel.close())
    expect(end).toEqual({ kind: 'lost', reason: 'the host closed the channel without an exit code' })
  })
})

describe('become', () => {
  const identity: Identity = { become: true, becomeUser: 'root', becomePassword: new Secret('S3cret') }
  const marks = (command: string) => ({
    from: /ipvs-play-from-\w+/.exec(command)?.[0] ?? '',
    prompt: / -p (\S+)/.exec(command)?.[1] ?? '',
    begin: /ipvs-play-begin-\w+/.exec(command)?.[0] ?? '',
  })

  test('nothing is sent until sudo is through', async () => {
    const heard: string[] = []
    const { end, out } = await run((channel, command) => {
      const { from, prompt, begin } = marks(command)
      channel.write('noise')
      channel.stderr.write(`${prompt}, says somebody else\n${from}${prompt}`)
      channel.on('data', (chunk: Buffer) => {
        heard.push(String(chunk))
        if (heard.length === 1) channel.write(`${begin}frame`)
        else {
          channel.exit(0)
          channel.end()
        }
      })
    }, identity)
    expect(heard).toEqual(['S3cret\n', 'THE SCRIPT'])
    expect({ end, out }).toEqual({ end: { kind: 'ended', exitCode: 0, stderr: '' }, out: 'frame' })
  })

  test('a login shell that ends before sudo starts is not sudo', async () => {
    const { end } = await run((channel) => {
      channel.stderr.write('This account is currently not available.\n')
      channel.exit(1)
      channel.end()
    }, identity)
    expect(end).toEqual({
      kind: 'refused',
      reason: 'the host ran no script (exit 1): This account is currently not available.',
      hint: expect.stringMatching(/nologin/),
    })
  })

  test('lost before sudo let through is refused: nothing ran', async () => {
    const { end } = await run((channel) => channel.close(), identity)
    expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/before sudo on rs1 let through/) })
  })
})

describe('a hop that drops connections', () => {
  /** Closes the first `drops` connections, and leads the others to the server. */
  const hop = async (drops: number): Promise<{ port: number; seen(): number }> => {
    let seen = 0
    const listener = createServer((socket) => {
      socket.on('error', () => {})
      if (++seen <= drops) {
        socket.end('Exceeded MaxStartups\r\n')
        return
      }
      const onward = connect((server.address() as AddressInfo).port, '127.0.0.1')
      onward.on('error', () => socket.destroy())
      socket.pipe(onward).pipe(socket)
    }).listen(0, '127.0.0.1')
    listeners.push(listener)
    await once(listener, 'listening')
    return { port: (listener.address() as AddressInfo).port, seen: () => seen }
  }

  test('is tried again', async () => {
    const { port, seen } = await hop(2)
    const opened = await create().open(target(port), signal)
    expect(opened.kind).toBe('open')
    if (opened.kind === 'open') opened.connection.close()
    expect(seen()).toBe(3)
  })

  test('but not for ever', async () => {
    const { port, seen } = await hop(100)
    const transport = createTransport({ connectLimit: [6, 30], retries: 1, random: () => 0 })
    expect(await transport.open(target(port), signal)).toEqual({
      kind: 'unreachable',
      reason: `127.0.0.1:${port} closed the connection before the handshake: Exceeded MaxStartups, 2 times`,
      hint: expect.stringContaining('--connect-limit'),
    })
    expect(seen()).toBe(2)
  })

  test('and a host key that is refused is never tried again', async () => {
    const { port, seen } = await hop(0)
    writeFileSync(join(dir, 'empty'), '')
    const before = logins
    expect(await create().open({ ...target(port), knownHosts: [join(dir, 'empty')] }, signal)).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(/^host key of rs1 \(ssh-ed25519 SHA256:\S+\) is not in/),
    })
    expect([seen(), logins - before]).toEqual([1, 1])
  })
})

test('a run that was interrupted opens nothing', async () => {
  const before = logins
  expect(await create().open(target(), AbortSignal.abort())).toMatchObject({
    reason: expect.stringMatching(/interrupted/),
  })
  expect(logins).toBe(before)
})
