import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { aTarget } from '../transport/a-target.ts'
import { command, type RunEnded } from './fleet.ts'
import { lastOf, taskOf, tasksOf } from './host-scripts.ts'
import { lacks } from './needs.ts'
import { type Runs, runsOn, varsOf } from './one-sshd.ts'
import { open } from './over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'
import { openTerminal } from './terminal.ts'

// Who attacks here: a server in place of the host, a host that lies, an inventory that was written by a stranger, a user of
// the host who plants links. docs/security.md names these tests.

const skipped = lacks('attacks', 'root', 'unshare', 'sshd', 'sudo')

describe('a server that is none, or means harm', () => {
  let server: Server | undefined
  let asked = 0
  const sockets = new Set<Socket>()
  afterEach(() => {
    for (const socket of sockets) socket.destroy()
    server?.close()
  })
  /** Says this again and again, as long as anybody takes it. */
  const talks = (greeting: Buffer | string, again?: Buffer): Promise<number> => {
    asked = 0
    server = createServer((socket) => {
      asked++
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
      socket.resume()
      const more = (): void => {
        while (again !== undefined && !socket.destroyed && socket.write(again));
      }
      socket.on('drain', more)
      socket.write(greeting)
      more()
    }).listen(0, '127.0.0.1')
    const listening = server
    return new Promise((resolve) => {
      listening.once('listening', () => resolve((listening.address() as AddressInfo).port))
    })
  }
  const HELLO = 'SSH-2.0-OpenSSH_9.2p1\r\n'
  const packet = (length: number, padding: number, body: Buffer): Buffer => {
    const head = Buffer.alloc(5)
    head.writeUInt32BE(length, 0)
    head[4] = padding
    return Buffer.concat([head, body])
  }
  const kexInit = (lists: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from([20]), Buffer.alloc(16), lists])
    return packet(body.length + 9, 8, Buffer.concat([body, Buffer.alloc(8)]))
  }
  const megabyte = Buffer.alloc(1024 * 1024, 'x')

  test.each<[string, Buffer | string, Buffer | undefined]>([
    ['an endless line', 'x', megabyte],
    ['endless lines', 'hello\r\n', Buffer.from('and more\r\n'.repeat(100_000))],
    ['a version line of a megabyte', `SSH-2.0-${'x'.repeat(1024 * 1024)}\r\n`, undefined],
    ['a packet of 4 GB', Buffer.concat([Buffer.from(HELLO), packet(0xffff_ffff, 4, megabyte)]), megabyte],
    ['a packet of no bytes', Buffer.concat([Buffer.from(HELLO), packet(0, 0, Buffer.alloc(64))]), undefined],
    ['a packet that is all padding', Buffer.concat([Buffer.from(HELLO), packet(12, 255, Buffer.alloc(64))]), undefined],
    ['algorithms that are none', Buffer.concat([Buffer.from(HELLO), kexInit(Buffer.alloc(40, 0xff))]), undefined],
    ['algorithms that are cut', Buffer.concat([Buffer.from(HELLO), kexInit(Buffer.from([0, 0, 0, 9, 65]))]), undefined],
    ['noise for ever', HELLO, Buffer.from(Array.from({ length: 65_536 }, (_, at) => (at * 31) & 0xff))],
  ])('%s: unreachable, and no memory is spent on it', async (_, greeting, again) => {
    const port = await talks(greeting, again)
    const before = process.memoryUsage()
    const opened = await open(aTarget({ address: '127.0.0.1', port, timeout: 2 }))
    const after = process.memoryUsage()
    expect(opened).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('127.0.0.1') })
    expect(asked).toBeGreaterThan(0)
    const grown = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed
    expect(grown).toBeLessThan(64 * megabyte.length)
    // What it said is for people to read, and no terminal acts on it.
    expect(opened.kind === 'unreachable' && opened.reason.length).toBeLessThan(400)
  })
})

describe.skipIf(skipped)('hosts, inventories and users who mean harm', () => {
  let sshd: Sshd
  let runs: Runs
  const place = (name: string) => join(sshd.dir, 'made', name)
  const evil = `\u001b]0;owned\u0007\u001b[2J\u001b[31m\u009b31m\u202e`
  const printed = "printf '\\033]0;owned\\007\\033[2J\\033[31m\\302\\233\\342\\200\\256'"

  beforeAll(async () => {
    sshd = await startSshd({
      users: [{ name: 'rude', sudo: 'NOPASSWD: ALL', shell: '/bin/bash', home: { '.bashrc': `${printed}\n` } }],
      before: 'mount -t tmpfs none /run; mkdir /run/sshd; mkdir -m 1777 "$DIR/made"',
    })
    runs = runsOn({ rs1: varsOf(sshd) })
  })
  afterAll(async () => {
    runs?.remove()
    await sshd?.stop()
  })
  const run = (tasks: string, ...args: readonly string[]): Promise<RunEnded> =>
    runs.start(`- hosts: all\n  tasks:\n${tasks}`, ...args).ended
  const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')

  describe('escape sequences', () => {
    const says = (more: string) => JSON.stringify(['sh', '-c', `${printed}; ${more}`])
    const tasks = `    - {name: Says, command: {argv: ${says('echo')}}, register: said}
    - {name: Told, debug: {msg: "{{ said.stdout }}"}}
    - {name: Named, command: {argv: [echo, "{{ item }}"]}, loop: ["{{ said.stdout }}"]}
    - {name: File, copy: {dest: "$DIR/made/a\\e[2Jb", content: "\\e[2Jx\\n"}}
    - {name: Fails, command: {argv: ${JSON.stringify(['sh', '-c', `(${printed}) >&2; exit 1`])}}}
`
    const play = () => runs.write('rude.yml', `- hosts: all\n  tasks:\n${tasks.replaceAll('$DIR', sshd.dir)}`)
    const words = (...more: readonly string[]) => ['run', play(), '-i', join(runs.folder, 'hosts.json'), '-D', ...more]

    test.each(['plain', 'json', 'ndjson'])('of a host reach no terminal: %s', async (output) => {
      const env = { XDG_STATE_HOME: join(runs.folder, 'state'), NO_COLOR: '1' }
      const { code, stdout, stderr } = await command(
        [process.execPath, cli, ...words('-vv', '-u', 'rude', '-b', '--output', output)],
        { env, cwd: runs.folder },
      )
      expect(code, stdout + stderr).toBe(2)
      expect(stdout).toMatch(/owned/)
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    })

    test.skipIf(lacks('escape sequences on a terminal', 'tmux'))('nor in the live list', async () => {
      const terminal = await openTerminal({ folder: runs.folder, columns: 80, rows: 24, env: {} })
      try {
        await terminal.type(words('-vv', '-u', 'rude', '-b').join(' '))
        const [screen, code] = await terminal.ended()
        expect(code).toBe('[2]')
        expect(screen.join('\n')).toMatch(/\\x1b\]0;owned/)
        expect(await terminal.ask('#{pane_title}')).not.toContain('owned')
      } finally {
        await terminal.close()
      }
    })

    test('of an inventory and of options reach none either', async () => {
      const inventory = runs.write(
        'evil.json',
        JSON.stringify({ all: { hosts: { rs1: { ansible_user: `${evil}x`, ansible_port: evil } } } }),
      )
      const { code, stdout, stderr } = await command([process.execPath, cli, 'run', play(), '-i', inventory])
      expect(code).toBe(5)
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
    })
  })

  test('frames that a command forges, with the right nonce, change nothing', async () => {
    const forge = `for f in /run/ipvs-play/*.frames; do n=\${f%.frames}; n=\${n##*-}
printf '%s E 0 0 0 0 0 0 0\\n\\n%s S 0 0 0 0 0 2 0\\nok\\n%s Z 0 0 0 0 0 0 0\\n\\n' $n $n $n; printf '%s Z 0 0 0 0 0 0 0\\n\\n' $n >&2; done; exit 7`
    runs.write('forge.sh', `#!/bin/sh\n${forge}\n`)
    const ended = await run(`    - {name: Forges, script: forge.sh}
    - {name: Behind, copy: {dest: ${place('behind')}, content: x}}
`)
    expect(ended.code, ended.stdout).toBe(2)
    expect(ended.statuses('rs1')).toEqual(['failed', 'not-run'])
    expect(taskOf(ended, 'rs1', 'Forges').result).toMatchObject({ rc: 7, stdout: expect.stringMatching(/ S 0 0 0/) })
    expect(existsSync(place('behind'))).toBe(false)
  })

  const canary = () => join(runs.folder, 'owned')
  const injections = (): readonly string[] =>
    [
      '$(touch C)',
      '`touch C`',
      "'; touch C; '",
      '"; touch C; "',
      '\ntouch C\n',
      '; touch C #',
      '| touch C',
      '&& touch C',
      '!touch C',
      '-oProxyCommand=touch C',
      '${x:-$(touch C)}',
      '%h$(touch C)',
    ].map((text) => text.replaceAll('C', canary()))

  test('values of tasks are words, whatever is in them', async () => {
    const values = injections()
    const tasks = values.map((value, at) => {
      const text = JSON.stringify(value)
      return `    - {name: Word ${at}, command: {argv: [printf, "%s", ${text}]}, environment: {V: ${text}}}
    - {name: Content ${at}, copy: {dest: ${place(`content-${at}`)}, content: ${text}}}
    - {name: Name ${at}, copy: {dest: ${JSON.stringify(`${place('')}${value.replaceAll('/', '_')}`)}, content: x}}
`
    })
    const ended = await run(tasks.join(''))
    expect(ended.code, ended.stdout).toBe(0)
    for (const [at, value] of values.entries()) {
      expect(taskOf(ended, 'rs1', `Word ${at}`).result).toMatchObject({ stdout: value.trimEnd() })
      expect(readFileSync(place(`content-${at}`), 'utf8')).toBe(value)
      expect(readFileSync(`${place('')}${value.replaceAll('/', '_')}`, 'utf8')).toBe('x')
    }
    expect(existsSync(canary())).toBe(false)
  })

  test('a NUL is refused before anything is sent', async () => {
    for (const [task, words] of [
      ['command: {argv: [printf, "a\\0b"]}', /`argv` holds a NUL byte/],
      ['command: {cmd: echo, onlyif: "a\\0b"}', /`onlyif` holds a NUL byte/],
      [`copy: {dest: "${place('')}a\\0b", content: x}`, /`dest` holds a NUL byte/],
      ['{command: id, environment: {A: "b\\0"}}', /variable `A` holds a NUL byte/],
    ] as const) {
      const ended = await run(`    - ${task}\n`)
      expect([ended.code, ended.events], ended.stderr).toEqual([5, []])
      expect(ended.stderr).toMatch(words)
    }
    const bytes = await run(`    - copy: {dest: ${place('nul')}, content: "a\\0b"}\n`)
    expect(bytes.code, bytes.stdout).toBe(0)
    expect(readFileSync(place('nul'), 'utf8')).toBe('a\0b')
  })

  test.each([
    'ansible_host',
    'ansible_user',
    'ansible_become_user',
    'ansible_ssh_private_key_file',
    'ansible_ssh_common_args',
  ])('%s is never run, here or there', async (name) => {
    const hosts = Object.fromEntries(
      [...injections(), '-x', 'a\u0000b', ''].map((value, at) => [
        `h${at}`,
        {
          ...varsOf(sshd),
          ansible_become: name === 'ansible_become_user',
          ansible_user: name === 'ansible_become_user' ? 'rude' : `user${at}`,
          [name]: value,
        },
      ]),
    )
    const evilRuns = runsOn(hosts)
    try {
      const ended = await evilRuns.start('- hosts: all\n  tasks:\n    - command: id\n', '--timeout', '3').ended
      expect([2, 4, 5], ended.stdout + ended.stderr).toContain(ended.code)
      for (const host of Object.keys(hosts))
        expect(tasksOf(ended, host).map(({ status }) => status)).not.toContain('changed')
      expect(ended.stderr).not.toMatch(/internal error/)
      expect(existsSync(canary())).toBe(false)
    } finally {
      evilRuns.remove()
    }
  })

  describe('links that somebody planted', () => {
    test('in place of the directory for lock and journal: nothing is written behind it', async () => {
      const behind = join(sshd.dir, 'made/behind-run')
      mkdirSync(behind, { mode: 0o777 })
      writeFileSync(join(behind, 'lock'), 'kept')
      const planted = await startSshd({
        before: `mount -t tmpfs none /run; mkdir /run/sshd; ln -s ${behind} /run/ipvs-play`,
      })
      const own = runsOn({ rs1: varsOf(planted) })
      const ended = await own.start(`- hosts: all\n  tasks:\n    - copy: {dest: ${place('past-link')}, content: x}\n`)
        .ended
      expect(ended.code, ended.stdout).toBe(0)
      expect(ended.events).toContainEqual(
        expect.objectContaining({ type: 'warning', text: expect.stringMatching(/not locked/) }),
      )
      expect((await command(['ls', '-A', behind])).stdout).toBe('lock\n')
      expect(readFileSync(join(behind, 'lock'), 'utf8')).toBe('kept')
      own.remove()
      await planted.stop()
    })

    test('in place of a file, out of its directory: refused, and what it points to is as before', async () => {
      const secret = join(sshd.dir, 'secret')
      writeFileSync(secret, 'secret\n')
      symlinkSync(secret, place('link'))
      symlinkSync('/nowhere/at/all', place('dangling'))
      const ended = await run(`    - {name: Out, copy: {dest: ${place('link')}, content: x}, ignore_errors: true}
    - {name: Dangling, copy: {dest: ${place('dangling')}, content: x}, ignore_errors: true}
`)
      expect(ended.statuses('rs1')).toEqual(['failed', 'failed'])
      expect(taskOf(ended, 'rs1', 'Out').reason).toMatch(/link/)
      expect(readFileSync(secret, 'utf8')).toBe('secret\n')
      expect(existsSync('/nowhere')).toBe(false)
    })

    test('in the folder of runs: none is followed to a file that is there', async () => {
      const target = join(runs.folder, 'not-ours')
      writeFileSync(target, 'kept')
      const folder = join(runs.folder, 'state/ipvs-play/runs')
      mkdirSync(folder, { recursive: true })
      await command(['ln', '-sfn', target, join(folder, 'last')])
      const ended = await run('    - {debug: {msg: x}}\n')
      expect(ended.code, ended.stdout).toBe(0)
      expect(readFileSync(target, 'utf8')).toBe('kept')
      expect(lastOf(ended, 'run-started')?.run).toBeDefined()
      expect(readFileSync(join(folder, 'last/events.ndjson'), 'utf8')).toContain('run-finished')
    })
  })
})
