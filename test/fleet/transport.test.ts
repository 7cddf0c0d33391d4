import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Identity, Target } from '../../src/model/connection.ts'
import { part } from '../part.ts'
import {
  BECOME,
  by,
  connect,
  create,
  ended,
  open,
  PLAIN,
  runOn,
  runOnce,
  signal,
  WAYS,
  withPassword,
} from './over-ssh.ts'
import { freePort, type KeyType, makeKey, type Sshd, startSshd } from './sshd.ts'

/** Behind the channel all is the same code for both. */
const thorough = WAYS.slice(0, part('refusals of sudo, login shells: ways of SSH', WAYS.length, 1))

describe.each(WAYS)('a connection by %s', (way) => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = by(way, await startSshd({ users: [{ name: 'closed', shell: '/usr/sbin/nologin' }] }))
  })
  afterAll(() => sshd.stop())

  test('runs scripts one after the other, and gives each the SSH session', async () => {
    const connection = await connect(sshd.target)
    expect(await runOn(connection, 'echo "$1"; echo oops >&2; exit 3')).toEqual({
      end: ended(3, 'oops\n'),
      out: expect.stringMatching(/^127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+\n$/),
    })
    expect(await runOn(connection, 'kill -KILL $$')).toEqual({ end: ended(way === 'ssh' ? 137 : 255), out: '' })
    expect(await runOn(connection, 'echo again')).toEqual({ end: ended(0), out: 'again\n' })
    connection.close()
  })

  test('runs several scripts at once', async () => {
    const connection = await connect(sshd.target)
    const outs = await Promise.all(['a', 'b', 'c'].map((word) => runOn(connection, `echo ${word}`)))
    expect(outs.map(({ out }) => out)).toEqual(['a\n', 'b\n', 'c\n'])
    connection.close()
  })

  test('carries a script and output that are larger than a window', async () => {
    const filler = `: ${'x'.repeat(76)}\n`.repeat(14_000)
    const { end, out } = await runOnce(sshd.target, `{\n${filler}yes 0123456789abcde | head -c 5000000\nexit 7\n}\n`)
    expect(end).toEqual(ended(7))
    expect(out.length).toBe(5_000_000)
  })

  test('keeps the start of a flood on stderr', async () => {
    const { end } = await runOnce(sshd.target, 'yes | head -c 300000 >&2')
    expect(end).toMatchObject({ kind: 'ended', exitCode: 0, stderr: expect.stringMatching(/^(y\n){32768}$/) })
  })

  test('that is cut while a script runs is lost, and then refuses', async () => {
    const connection = await connect(sshd.target)
    let out = ''
    const onOutput = (chunk: Buffer): void => {
      out += chunk
      process.kill(Number(out), 'SIGKILL') // the sshd that serves this connection
    }
    const script = '{ echo $PPID; sleep 3 >/dev/null 2>&1; echo no; exit\n}\n'
    const end = await connection.execute({ identity: PLAIN, script, limit: 60, onOutput })
    expect(end).toEqual({ kind: 'lost', reason: 'the host closed the connection' })
    expect(out).toMatch(/^\d+\n$/)
    expect(await runOn(connection, 'echo no')).toEqual({
      end: { kind: 'refused', reason: 'no channel on rs1: the host closed the connection', gone: true },
      out: '',
    })
    connection.close()
  })

  test('gives up a script after its limit', async () => {
    const connection = await connect(sshd.target)
    const end = await connection.execute({ identity: PLAIN, script: 'sleep 3', limit: 0.3, onOutput: () => {} })
    expect(end).toEqual({ kind: 'lost', reason: 'no end after 0.3 s' })
    expect((await runOn(connection, 'echo still here')).out).toBe('still here\n')
    connection.close()
  })

  test('lets a bug in the reader of the output come out', async () => {
    const connection = await connect(sshd.target)
    const onOutput = () => {
      throw new Error('our bug')
    }
    await expect(connection.execute({ identity: PLAIN, script: 'echo x', limit: 60, onOutput })).rejects.toThrow(
      'our bug',
    )
    connection.close()
  })

  test('to an account without a shell ends without having run anything', async () => {
    const { end, out } = await runOnce({ ...sshd.target, user: 'closed' }, 'echo ran')
    expect(end).toEqual(ended(1))
    expect(out).toMatch(/not available/)
  })

  test('becomes nobody when it is the wished user already', async () => {
    expect(await runOnce(sshd.target, 'id -un; ps -o comm= -p $PPID', BECOME)).toEqual({
      end: ended(0),
      out: 'root\nsshd\n',
    })
  })
})

describe('a host that cannot be reached', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd({ users: [{ name: 'alice' }] })
  })
  afterAll(() => sshd.stop())

  test('nobody listens', async () => {
    const port = await freePort()
    expect(await open({ ...sshd.target, port })).toEqual({
      kind: 'unreachable',
      reason: `connection refused (127.0.0.1:${port})`,
    })
  })

  test('the name does not exist', async () => {
    expect(await open({ ...sshd.target, address: 'rs1.invalid' })).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(/name/),
    })
  })

  test.each([
    ['says nothing', '', /^timed out after 0\.5 s: connected, but no SSH handshake/],
    ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', /does not speak SSH, it says: HTTP\/1\.1 400/],
  ])('a server that %s', async (_, words, reason) => {
    const server = createServer((socket) => {
      socket.on('error', () => {})
      if (words !== '') socket.end(words)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    expect(await open({ ...sshd.target, port, timeout: 0.5 })).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(reason),
    })
    server.close()
  })

  test('the run is interrupted', async () => {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const controller = new AbortController()
    server.once('connection', () => controller.abort())
    const opened = await create().open({ ...sshd.target, port }, controller.signal)
    expect(opened).toMatchObject({ kind: 'unreachable', reason: expect.stringMatching(/interrupted/) })
    server.close()
  })

  test('no key is accepted', async () => {
    const stranger = makeKey(sshd.dir, 'stranger')
    const locked = makeKey(sshd.dir, 'locked', 'ed25519', 'passphrase')
    const fingerprint = execFileSync('ssh-keygen', ['-lf', `${stranger}.pub`])
      .toString()
      .split(' ')[1]
    expect(await open({ ...sshd.target, identityFiles: [stranger, locked, '/no/such/key'] })).toEqual({
      kind: 'unreachable',
      reason: `root@127.0.0.1:${sshd.port} accepts no key: offered: ${stranger} (ssh-ed25519 ${fingerprint}); not usable: ${locked} (encrypted: its passphrase was not given, and no agent holds it), /no/such/key (no such file)`,
      hint: expect.stringContaining('authorized_keys'),
    })
    expect(await open({ ...sshd.target, identityFiles: [] })).toMatchObject({
      reason: expect.stringContaining('there was none to offer'),
      hint: expect.stringContaining('--private-key'),
    })
  })

  test('the second key is tried when the first is not accepted', async () => {
    const stranger = makeKey(sshd.dir, 'stranger2')
    const connection = await connect({ ...sshd.target, identityFiles: [stranger, ...sshd.target.identityFiles] })
    connection.close()
  })

  test('no common algorithm, not even for the system’s ssh', async () => {
    const old = await startSshd({ config: ['KexAlgorithms diffie-hellman-group1-sha1'] })
    expect(await open({ ...old.target, sshOptions: ['-F', 'none'] })).toMatchObject({
      kind: 'unreachable',
      reason: expect.stringMatching(/^no common key exchange method .*: it offers diffie-hellman-group1-sha1/),
    })
    await old.stop()
  })
})

describe('host keys', () => {
  let sshd: Sshd
  let other: Sshd
  beforeAll(async () => {
    sshd = await startSshd({ hostKeys: ['ed25519', 'rsa', 'ecdsa'] })
    other = await startSshd()
  })
  afterAll(async () => {
    await sshd.stop()
    await other.stop()
  })
  const publicKey = (type: KeyType): string => readFileSync(join(sshd.dir, `host_${type}.pub`), 'utf8')
  const knowing = (name: string, lines: string): Target => {
    const file = join(sshd.dir, name)
    writeFileSync(file, lines)
    return { ...sshd.target, knownHosts: [file] }
  }

  test.each(['ed25519', 'rsa', 'ecdsa'] as const)('only the %s key is known: that one is asked for', async (type) => {
    const connection = await connect(knowing(`only_${type}`, `[127.0.0.1]:${sshd.port} ${publicKey(type)}`))
    connection.close()
  })

  test('a hashed file', async () => {
    const target = knowing('hashed', `[127.0.0.1]:${sshd.port} ${publicKey('ecdsa')}`)
    execFileSync('ssh-keygen', ['-q', '-H', '-f', target.knownHosts[0] ?? ''], { stdio: 'ignore' })
    const connection = await connect(target)
    connection.close()
  })

  test('unknown, changed and revoked keys are refused before any login', async () => {
    const theirs = readFileSync(join(other.dir, 'host_ed25519.pub'), 'utf8')
    const name = `[127.0.0.1]:${sshd.port}`
    const shown = execFileSync('ssh-keygen', ['-lf', join(sshd.dir, 'host_ed25519')])
      .toString()
      .split(' ')[1]
    expect(await open(knowing('none', ''))).toEqual({
      kind: 'unreachable',
      reason: `host key of rs1 (ssh-ed25519 ${shown}) is not in ${sshd.dir}/none`,
      hint: expect.stringContaining('ipvs-play trust rs1'),
    })
    for (const hostKey of ['strict', 'accept-new'] as const) {
      expect(await open({ ...knowing('changed', `${name} ${theirs}`), hostKey })).toMatchObject({
        kind: 'unreachable',
        reason: expect.stringMatching(
          /^host key has changed: rs1 shows ssh-ed25519 SHA256:\S+, known is ssh-ed25519 SHA256:/,
        ),
      })
      const revoked = knowing('revoked', `@revoked * ${publicKey('ed25519')}`)
      expect(await open({ ...revoked, hostKey })).toMatchObject({ reason: expect.stringMatching(/marked as revoked/) })
    }
    expect(readFileSync(join(sshd.dir, 'none'), 'utf8')).toBe('')
  })

  test('accept-new writes the key once, and is strict from then on', async () => {
    const file = join(sshd.dir, 'new/known_hosts')
    const target: Target = { ...sshd.target, knownHosts: [file], hostKey: 'accept-new' }
    const transport = create()
    const opened = await Promise.all([1, 2, 3, 4].map(() => transport.open(target, signal)))
    for (const one of opened) {
      expect(one.kind).toBe('open')
      if (one.kind === 'open') one.connection.close()
    }
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).toBe(
      `[127.0.0.1]:${sshd.port} ${publicKey('ed25519').split(' ').slice(0, 2).join(' ')}\n`,
    )
    const found = execFileSync('ssh-keygen', ['-F', `[127.0.0.1]:${sshd.port}`, '-f', file]).toString()
    expect(found).toContain('found: line 1')
    const connection = await connect({ ...target, hostKey: 'strict' })
    connection.close()
    appendFileSync(file, `[127.0.0.1]:${other.port} ${publicKey('ed25519')}`)
    expect(await open({ ...other.target, knownHosts: [file], hostKey: 'accept-new' })).toMatchObject({
      reason: expect.stringMatching(/has changed/),
    })
  })
})

test.each([1, 3, 10])('a host that allows %d sessions at once: the others wait for their turn', async (most) => {
  const sshd = await startSshd({ config: [`MaxSessions ${most}`] })
  const connection = await connect(sshd.target)
  const words = Array.from({ length: 12 }, (_, index) => `${index}\n`)
  const outs = await Promise.all(words.map((word) => runOn(connection, `sleep 0.1; echo ${word}`)))
  expect(outs.map(({ out }) => out)).toEqual(words)
  connection.close()
  await sshd.stop()
})

test('a host that allows no session at all says so', async () => {
  const sshd = await startSshd({ config: ['MaxSessions 0'] })
  const outs = await connect(sshd.target).then((connection) =>
    Promise.all([1, 2].map(() => runOn(connection, 'echo no'))).finally(() => connection.close()),
  )
  for (const { end } of outs)
    expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/^no channel on rs1: /) })
  await sshd.stop()
})

test.each(['ed25519', 'rsa', 'ecdsa'] as const)('a login with an %s key to a host with such a key', async (type) => {
  const sshd = await startSshd({ hostKeys: [type], userKeys: [type] })
  expect(await runOnce(sshd.target, 'echo in')).toEqual({ end: ended(0), out: 'in\n' })
  await sshd.stop()
})

test('keys of an agent', async () => {
  const sshd = await startSshd()
  const socket = join(sshd.dir, 'agent')
  const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(agent.stdout as NonNullable<ChildProcess['stdout']>, 'data')
  try {
    const target: Target = { ...sshd.target, identityFiles: [], agent: socket }
    expect(await open(target)).toMatchObject({
      reason: expect.stringContaining('accepts no key: there was none to offer'),
    })
    const key = sshd.target.identityFiles[0] ?? ''
    const env = { ...process.env, SSH_AUTH_SOCK: socket }
    execFileSync('ssh-add', ['-q', makeKey(sshd.dir, 'stranger'), key], { stdio: 'ignore', env })
    expect((await runOnce(target, 'echo in')).out).toBe('in\n')
  } finally {
    const gone = once(agent, 'exit')
    agent.kill()
    await gone
    await sshd.stop()
  }
})

test('thirty logins through an sshd that drops half of what comes at once all succeed', async () => {
  const sshd = await startSshd({ config: ['MaxStartups 2:50:4'] })
  const transport = create()
  const outs = await Promise.all(
    Array.from({ length: 30 }, async (_, index) => {
      const opened = await transport.open(sshd.target, signal)
      if (opened.kind !== 'open') return opened.reason
      const { out } = await runOn(opened.connection, `echo ${index}`)
      opened.connection.close()
      return out
    }),
  )
  expect(outs).toEqual(Array.from({ length: 30 }, (_, index) => `${index}\n`))
  await sshd.stop()
})

describe.each(WAYS)('become by %s', (way) => {
  let sshd: Sshd
  let log: string
  const as = (user: string): Target => ({ ...sshd.target, user })
  const SCRIPT = '{ id -un; echo "$1" | wc -w; cat; exit 4\n}\n'
  beforeAll(async () => {
    sshd = by(
      way,
      await startSshd({
        users: [
          { name: 'free', sudo: 'NOPASSWD: ALL' },
          { name: 'asked', password: 'Corr3ct Pw!', sudo: 'ALL' },
          { name: 'stranger', password: 'x' },
          { name: 'tied', password: 'x', sudo: 'ALL' },
          { name: 'single', password: 'x', sudo: 'ALL' },
          { name: 'boxed', password: 'x', sudo: 'ALL' },
          { name: 'limited', password: 'x', sudo: 'NOPASSWD: /usr/bin/id' },
          { name: 'other' },
        ],
        sudoers: [
          'Defaults logfile=/run/ipvs-play-test-sudo.log, timestamp_timeout=0',
          'Defaults:tied requiretty',
          'Defaults:single passwd_tries=1',
          'Defaults:boxed use_pty',
        ],
        before: 'mount -t tmpfs none /run; mkdir /run/sshd; ln -s "$DIR/sudo.log" /run/ipvs-play-test-sudo.log',
      }),
    )
    log = join(sshd.dir, 'sudo.log')
  })
  afterAll(() => sshd.stop())

  test.each<[string, string, Identity, string]>([
    ['nobody asks', 'free', BECOME, 'root'],
    ['nobody asks for the password we have', 'free', withPassword('S3cret'), 'root'],
    ['it asks, and the password is right', 'asked', withPassword('Corr3ct Pw!'), 'root'],
    ['one try only', 'single', withPassword('x'), 'root'],
    ['sudo runs it in a terminal of its own', 'boxed', withPassword('x'), 'root'],
    ['another user than root', 'free', { become: true, becomeUser: 'other' }, 'other'],
  ])('%s: the script runs, whole, and reads no password', async (_, user, identity, who) => {
    expect(await runOnce(as(user), SCRIPT, identity)).toEqual({ end: ended(4), out: `${who}\n4\n` })
  })

  if (!thorough.includes(way)) return // sudo takes two seconds over each wrong password
  test.each<[string, string, Identity, RegExp, true | undefined]>([
    ['a wrong password', 'asked', withPassword('wrong'), /^wrong become password for asked on rs1$/, true],
    ['a wrong password, one try', 'single', withPassword('wrong'), /^wrong become password/, true],
    ['a wrong password, own terminal', 'boxed', withPassword('wrong'), /^wrong become password/, true],
    ['no password to give', 'asked', BECOME, /^sudo on rs1 asks for a password$/, undefined],
    ['not in sudoers', 'stranger', withPassword('x'), /^stranger may not use sudo on rs1$/, undefined],
    ['not for this command', 'limited', withPassword('x'), /^limited may not use sudo on rs1$/, undefined],
    ['requiretty', 'tied', withPassword('x'), /insists on a terminal/, undefined],
    ['an unknown user', 'free', { become: true, becomeUser: 'nosuch' }, /become user is unknown/, undefined],
    ['no user name at all', 'free', { become: true, becomeUser: "x'; id #" }, /is no user name/, undefined],
  ])('%s: refused, and nothing ran', async (_, user, identity, reason, wrongPassword) => {
    const { end, out } = await runOnce(as(user), 'echo ran', identity)
    expect(end).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) })
    expect('wrongPassword' in end && end.wrongPassword).toBe(wrongPassword ?? false)
    expect(out).toBe('')
  })

  test('a wrong password is given once', async () => {
    writeFileSync(log, '')
    await runOnce(as('asked'), 'echo one\necho two\necho three\n', withPassword('wrong'))
    const said = (): string => readFileSync(log, 'utf8').replaceAll(/\s+/g, ' ')
    await expect.poll(said, { timeout: 20_000 }).toMatch(/1 incorrect password attempt/) // sudo writes it after we left
    expect(said()).not.toMatch(/[23] incorrect/)
  })

  test('after a refusal the connection is as good as before', async () => {
    const connection = await connect(as('asked'))
    expect((await runOn(connection, SCRIPT, withPassword('wrong'))).end.kind).toBe('refused')
    expect((await runOn(connection, SCRIPT, withPassword('Corr3ct Pw!'))).out).toBe('root\n4\n')
    connection.close()
  })
})

test('sudo is not there', async () => {
  const sshd = await startSshd({
    users: [{ name: 'alice' }],
    config: ['SetEnv PATH=/run/only-env'],
    before: 'mount -t tmpfs none /run; mkdir /run/sshd /run/only-env; ln -s /usr/bin/env /run/only-env/env',
  })
  expect((await runOnce({ ...sshd.target, user: 'alice' }, 'echo ran', BECOME)).end).toEqual({
    kind: 'refused',
    reason: 'sudo is not installed on rs1',
    hint: 'install it there, or log in as root',
  })
  await sshd.stop()
})

describe.each(thorough)('login shells by %s', (way) => {
  const SHELLS = ['bash', 'dash', 'zsh', 'fish', 'tcsh', 'busybox']
  const NOISE = 'echo hello from the start-up file'
  let sshd: Sshd
  beforeAll(async () => {
    sshd = by(
      way,
      await startSshd({
        users: SHELLS.map((name) => ({
          name: `u-${name}`,
          shell: name === 'busybox' ? '/run/busybox/sh' : execFileSync('which', [name]).toString().trim(),
          password: 'pw',
          sudo: 'ALL',
          home: { '.bashrc': NOISE, '.zshenv': NOISE, '.tcshrc': NOISE },
        })),
        before: 'mount -t tmpfs none /run; mkdir /run/sshd /run/busybox; ln -s "$(command -v busybox)" /run/busybox/sh',
      }),
    )
  })
  afterAll(() => sshd.stop())

  test.each(SHELLS)('%s', async (shell) => {
    const target = { ...sshd.target, user: `u-${shell}` }
    const script = '{ echo "<$#:$1>"; exit 5\n}\n'
    const words = /<1:127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+>\n$/
    const plain = await runOnce(target, script)
    expect(plain.end).toMatchObject({ kind: 'ended', exitCode: 5 })
    expect(plain.out).toMatch(words)
    const become = await runOnce(target, script, withPassword('pw'))
    expect(become.end).toMatchObject({ kind: 'ended', exitCode: 5 })
    expect(become.out).toMatch(new RegExp(`^${words.source}`))
  })
})
