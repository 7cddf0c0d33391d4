import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Opened, Target } from '../../src/model/connection.ts'
import { Secret } from '../../src/secret.ts'
import { createKeyStore } from '../../src/transport/keys.ts'
import { unlockKeys } from '../../src/transport/passphrases.ts'
import { createTransport } from '../../src/transport/transports.ts'
import { startRun } from './fleet.ts'
import { lacks } from './needs.ts'
import { makeKey, type Sshd, startSshd } from './sshd.ts'

// How a login comes about, against a real sshd: keys, agents, passwords.

const signal = new AbortController().signal
const create = (keys = createKeyStore()) => createTransport({ connectLimit: [6, 30], keys })
/** What came of it, in one word or the reason. */
const opening = async (target: Target, transport = create()): Promise<string> =>
  told(await transport.open(target, signal))
const told = (opened: Opened): string => {
  if (opened.kind === 'unreachable') return opened.reason
  opened.connection.close()
  return 'in'
}
const skipped = lacks('logins', 'root', 'sshd', 'unshare')

/** A real agent that holds these keys. */
const startAgent = async (socket: string, keys: readonly string[], ...options: readonly string[]) => {
  const agent: ChildProcess = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] })
  await once(agent.stdout as NonNullable<ChildProcess['stdout']>, 'data')
  for (const key of keys)
    execFileSync('ssh-add', ['-q', ...options, key], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
      stdio: 'ignore',
    })
  return async (): Promise<void> => {
    const gone = once(agent, 'exit')
    agent.kill()
    await gone
  }
}

describe.skipIf(skipped)('an agent', () => {
  let sshd: Sshd
  let key: string
  let strangers: readonly string[]
  beforeAll(async () => {
    sshd = await startSshd()
    key = sshd.target.identityFiles[0] ?? ''
    strangers = Array.from({ length: 6 }, (_, index) => makeKey(sshd.dir, `stranger${index}`))
  })
  afterAll(() => sshd.stop())
  const withAgent = async (name: string, keys: readonly string[], run: (target: Target) => Promise<void>) => {
    const agent = join(sshd.dir, name)
    const stop = await startAgent(agent, keys)
    await run({ ...sshd.target, identityFiles: [], agent }).finally(stop)
  }

  test('offers one key after the other; too many are counted', () =>
    withAgent('many', [...strangers, key], async (target) => {
      const reason = await opening(target)
      expect(reason).toMatch(/accepts no key: too many keys were offered: offered 6: /)
      expect(reason.match(/"stranger\d" of the agent/g)).toHaveLength(6)
      expect(await opening({ ...target, identityFiles: [`${key}.pub`] })).toBe('in')
    }))

  test('has the other half of a key whose public half, or whose locked file, is named; with IdentitiesOnly no other', () =>
    withAgent('half', [strangers[0] ?? '', key], async (target) => {
      const locked = makeKey(sshd.dir, 'locked', 'ed25519', 'pass')
      writeFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${locked}.pub`), { flag: 'a' })
      const [here, only] = [join(sshd.dir, 'here'), { identitiesOnly: true }]
      copyFileSync(`${key}.pub`, `${here}.pub`)
      expect(await opening({ ...target, ...only, identityFiles: [here] })).toBe('in')
      expect(await opening({ ...target, ...only, identityFiles: [`${strangers[1]}.pub`] })).toMatch(
        /there was none to offer; not usable: .*stranger1.pub \(only its public half, and no agent holds the other\)/,
      )
      expect(await opening({ ...target, ...only, identityFiles: [locked] })).toMatch(
        /not usable: .*locked \(encrypted: its passphrase was not given, and no agent holds it\)/,
      )
    }))

  test('that is gone, is no agent, or hangs, is named', async () => {
    const agent = join(sshd.dir, 'gone')
    const target: Target = { ...sshd.target, identityFiles: [], agent, timeout: 1 }
    expect(await opening(target)).toContain(`not usable: the agent at ${agent} (there is no such socket)`)
    const stop = await startAgent(agent, [])
    await stop()
    rmSync(agent, { force: true })
    const silent: Server = createServer((socket) => socket.end('x\xff\xff\xff no agent')).listen(agent)
    await once(silent, 'listening')
    expect(await opening(target)).toMatch(/not usable: the agent at .*gone \(it does not speak the protocol/)
    silent.close()
  })

  test('that asks its user, who does not answer, holds its host for the timeout and no longer', async () => {
    const agent = join(sshd.dir, 'asks')
    const real = join(sshd.dir, 'real')
    const stop = await startAgent(real, [key])
    const { connect } = await import('node:net')
    const held = new Set<{ destroy(): void }>()
    // Lets the list of keys through, and holds what is to be signed.
    const server = createServer((outside) => {
      held.add(outside)
      outside.on('data', (chunk) => {
        if (chunk[4] !== 11) return
        const inside = connect(real)
        inside.pipe(outside)
        inside.write(chunk)
      })
      outside.on('error', () => {})
    }).listen(agent)
    await once(server, 'listening')
    expect(await opening({ ...sshd.target, identityFiles: [], agent, timeout: 1 })).toBe(
      `the SSH agent did not sign with "user_ed25519" of the agent within 1 s (127.0.0.1:${sshd.port})`,
    )
    for (const socket of held) socket.destroy()
    server.close()
    await stop()
  })
})

describe.skipIf(skipped)('keys with a passphrase', () => {
  let sshd: Sshd
  beforeAll(async () => {
    sshd = await startSshd()
  })
  afterAll(() => sshd.stop())
  const asked = async (target: Target, answers: readonly string[], named?: string) => {
    const keys = createKeyStore()
    const questions: string[] = []
    const ask = async (question: string): Promise<string> => {
      questions.push(question)
      return answers[questions.length - 1] ?? ''
    }
    const { refused } = await unlockKeys({ targets: [target, target], keys, named, ask })
    return { questions, refused, outcome: await opening(target, create(keys)) }
  }
  const locked = (name: string, convert: readonly string[], type: 'ed25519' | 'rsa' | 'ecdsa' = 'rsa'): Target => {
    const file = makeKey(sshd.dir, name, type, 'right')
    if (convert.length > 0)
      execFileSync('ssh-keygen', ['-q', '-p', '-P', 'right', '-N', 'right', ...convert, '-f', file])
    writeFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${file}.pub`), { flag: 'a' })
    return { ...sshd.target, identityFiles: [file] }
  }

  test.each([
    ['openssh', [], 'ed25519'],
    ['pem', ['-m', 'PEM'], 'rsa'],
    ['pkcs8', ['-m', 'PKCS8'], 'ecdsa'],
  ] as const)('in the format %s: asked once for all hosts', async (name, convert, type) => {
    const target = locked(name, convert, type)
    const question = `passphrase for ${target.identityFiles[0]}: `
    expect(await asked(target, ['right'])).toEqual({ questions: [question], refused: [], outcome: 'in' })
  })

  test('are asked for three times, and then named', async () => {
    const target = locked('thrice', [], 'ed25519')
    const { questions, refused, outcome } = await asked(target, ['a', 'b', 'c', 'right'])
    expect(questions).toHaveLength(3)
    expect(questions[1]).toMatch(/^wrong; once more: /)
    expect(refused).toEqual(target.identityFiles)
    expect(outcome).toContain('thrice (encrypted: its passphrase was not given')
  })

  test('are not asked for where another way in is there, unless they are meant', async () => {
    const file = locked('id_rsa', []).identityFiles[0] ?? ''
    const target = { ...sshd.target, identityFiles: [...sshd.target.identityFiles, file] }
    expect((await asked(target, ['right'])).questions).toEqual([])
    expect((await asked(target, ['right'], file)).questions).toHaveLength(1)
    const agent = join(sshd.dir, 'agent')
    const stop = await startAgent(agent, sshd.target.identityFiles)
    expect((await asked({ ...target, identityFiles: [file], agent }, ['right'])).questions).toEqual([])
    await stop()
  })

  test('a key as OpenSSL writes it, in PKCS#8', async () => {
    const file = makeKey(sshd.dir, 'plain-pkcs8', 'ecdsa')
    execFileSync('ssh-keygen', ['-q', '-p', '-N', '', '-m', 'PKCS8', '-f', file])
    writeFileSync(join(sshd.dir, 'authorized_keys'), readFileSync(`${file}.pub`), { flag: 'a' })
    expect(await opening({ ...sshd.target, identityFiles: [file] })).toBe('in')
  })
})

describe.skipIf(skipped)('a password', () => {
  const users = [{ name: 'ops', password: 'r1ght' }]
  const logins: Record<string, readonly string[]> = {
    password: ['PasswordAuthentication yes'],
    'keyboard-interactive': ['UsePAM yes', 'KbdInteractiveAuthentication yes'],
    'a key, then a password': ['PasswordAuthentication yes', 'AuthenticationMethods publickey,password'],
    'a key, then keyboard-interactive': [
      'UsePAM yes',
      'KbdInteractiveAuthentication yes',
      'AuthenticationMethods publickey,keyboard-interactive',
    ],
  }
  test.each(Object.entries(logins))('by %s', async (name, config) => {
    const sshd = await startSshd({ users, config })
    const target: Target = { ...sshd.target, user: 'ops', ...(name.startsWith('a key') ? {} : { identityFiles: [] }) }
    const where = `ops@127.0.0.1:${sshd.port}`
    expect(await opening({ ...target, password: new Secret('r1ght') })).toBe('in')
    expect(await opening({ ...target, password: new Secret('wr0ng') })).toBe(`wrong login password for ${where}`)
    const none = await create().open(target, signal)
    expect(none).toMatchObject({ kind: 'unreachable', hint: expect.stringContaining('-k') })
    await sshd.stop()
  })

  test('that is wrong is tried on one host only; one that is right lets all in, behind any number of keys', async () => {
    const sshd = await startSshd({ users, config: ['PasswordAuthentication yes'] })
    const strangers = Array.from({ length: 7 }, (_, index) => makeKey(sshd.dir, `stranger${index}`))
    const hosts = (password: string): readonly Target[] =>
      [1, 2, 3, 4].map((n) => {
        const secret = new Secret(password)
        return { ...sshd.target, host: `rs${n}`, user: 'ops', identityFiles: strangers, password: secret }
      })
    const outcomes = async (password: string): Promise<readonly string[]> => {
      const transport = create()
      return Promise.all(hosts(password).map((target) => opening(target, transport)))
    }
    expect(await outcomes('r1ght')).toEqual(Array(4).fill('in'))
    const wrong = await outcomes('wr0ng')
    expect(wrong.filter((one) => one.startsWith('wrong login password for ops@'))).toHaveLength(1)
    expect(wrong.filter((one) => /the login password of ops was refused on rs\d$/.test(one))).toHaveLength(3)
    await sshd.stop()
    const strict = await startSshd({ users, config: ['PasswordAuthentication yes', 'MaxAuthTries 2'] })
    const [one = ''] = strangers
    const target: Target = { ...strict.target, user: 'ops', identityFiles: [one], password: new Secret('wr0ng') }
    expect(await opening(target)).toBe(`wrong login password for ops@127.0.0.1:${strict.port}`)
    await strict.stop()
  })

  test('of the inventory, by a template, goes to the host and into no output', async () => {
    const sshd = await startSshd({ users, config: ['PasswordAuthentication yes'] })
    const known = `ansible_ssh_common_args='-o UserKnownHostsFile=${sshd.target.knownHosts[0]}'`
    const host = `rs1 ansible_host=127.0.0.1 ansible_port=${sshd.port} ansible_user=ops ${known}`
    writeFileSync(join(sshd.dir, 'hosts'), `${host} ansible_password='{{ of_ops }}'\n`)
    writeFileSync(
      join(sshd.dir, 'site.yml'),
      '- hosts: rs1\n  tasks:\n    - debug: {msg: "<{{ ansible_password }}>"}\n',
    )
    for (const [password, exit] of [
      ['r1ght', 0],
      ['wr0ng', 4],
    ] as const) {
      const argv = ['run', 'site.yml', '-i', 'hosts', '-e', `of_ops=${password}`, '--output', 'ndjson', '-vvv']
      const { code, stdout, stderr } = await startRun(argv, { cwd: sshd.dir, env: { XDG_STATE_HOME: sshd.dir } }).ended
      expect(code).toBe(exit)
      expect(stdout).toContain(exit === 0 ? '<***>' : `wrong login password for ops@127.0.0.1:${sshd.port}`)
      expect(`${stdout}${stderr}`).not.toContain(password)
      const found = spawnSync('grep', ['-rl', password, join(sshd.dir, 'ipvs-play')], { encoding: 'utf8' })
      expect(found).toMatchObject({ status: 1, stdout: '' })
    }
    await sshd.stop()
  })
})
