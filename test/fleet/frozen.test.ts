import { readFileSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastOf, taskOf } from './host-scripts.ts'
import { lacks } from './needs.ts'
import { runsOn, varsOf } from './one-sshd.ts'
import { connect, open, runOn } from './over-ssh.ts'
import { type Sshd, startSshd } from './sshd.ts'

const skipped = lacks('frozen hosts and limits', 'root', 'unshare', 'sshd', 'sudo')

/** A way to a server on which it falls silent: nothing of it comes through any more, and nothing is closed. */
const openDoor = async (to: number) => {
  let fromHost = 0
  let opened = 0
  let silentAfter = Number.POSITIVE_INFINITY
  const sockets = new Set<Socket>()
  const server = createServer((runner) => {
    opened++
    const host = connectTo(to, '127.0.0.1')
    for (const [one, other] of [
      [runner, host],
      [host, runner],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {}).on('close', () => other.destroy())
    }
    runner.on('data', (chunk) => void host.write(chunk))
    host.on('data', (chunk) => {
      const room = Math.max(0, silentAfter - fromHost)
      fromHost += chunk.length
      runner.write(chunk.subarray(0, room))
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    /** Counts anew, and lets so many bytes of the server through. */
    silence: (after: number) => {
      fromHost = 0
      silentAfter = after
    },
    heard: () => fromHost,
    opened: () => opened,
    cut: () => {
      for (const socket of sockets) socket.destroy()
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

describe.skipIf(skipped)('a host that falls silent', () => {
  let sshd: Sshd
  let door: Awaited<ReturnType<typeof openDoor>>
  const users = Array.from({ length: 20 }, (_, index) => `user${index}`)
  beforeAll(async () => {
    sshd = await startSshd({
      users: users.map((name) => ({ name, sudo: 'NOPASSWD: ALL' })),
      config: ['MaxStartups 3:30:10'],
    })
    door = await openDoor(sshd.port)
    const file = join(sshd.dir, 'known_hosts')
    const known = readFileSync(file, 'utf8')
    writeFileSync(file, known + known.replace(/:\d+/, `:${door.port}`))
  })
  afterAll(async () => {
    door?.close()
    await sshd?.stop()
  })

  test('anywhere in the handshake or the login: unreachable, and it is said how far it came', async () => {
    const target = { ...sshd.target, port: door.port, timeout: 0.7 }
    door.silence(Number.POSITIVE_INFINITY)
    const connection = await connect({ ...target, timeout: 30 })
    const login = door.heard()
    connection.close()
    const said = new Set<string>()
    for (const share of [0, 0.01, 0.3, 0.6, 0.99]) {
      door.silence(Math.floor(login * share))
      const opened = await open(target)
      const where = /^timed out after 0\.7 s: (.*) \(127\.0\.0\.1:\d+\)$/
      expect(opened).toMatchObject({ kind: 'unreachable', reason: expect.stringMatching(where) })
      if (opened.kind === 'unreachable') said.add(where.exec(opened.reason)?.[1] ?? '')
    }
    expect([...said]).toEqual(['connected, but no SSH handshake', 'the handshake is through, but the login is not'])
  })

  test('in the middle of its output: lost when its keepalives stay unanswered', async () => {
    door.silence(Number.POSITIVE_INFINITY)
    const keepAlive = { interval: 0.2, count: 2 }
    const connection = await connect({ ...sshd.target, port: door.port, keepAlive })
    const running = connection.execute({
      identity: { become: false, becomeUser: 'root' },
      script: 'echo begun; sleep 100471',
      limit: 60,
      onOutput: () => door.silence(0),
    })
    expect(await running).toEqual({ kind: 'lost', reason: 'the host stopped answering' })
    expect((await runOn(connection, 'echo no')).end).toMatchObject({ kind: 'refused', gone: true })
    connection.close()
    const left = await connect(sshd.target)
    await runOn(
      left,
      'for p in /proc/[0-9]*; do [ "$(tr "\\\\0" " " <$p/cmdline 2>/dev/null)" = "sleep 100471 " ] && kill ${p#/proc/}; done',
    )
    left.close()
  })

  test('one of twenty: the others are done while it is waited for, and their logins were not too many at once', async () => {
    door.silence(Number.POSITIVE_INFINITY)
    const hosts = users.map((name, index) => [
      name,
      { ...varsOf(sshd), ansible_user: name, ansible_port: index === 7 ? door.port : sshd.port },
    ])
    const runs = runsOn(Object.fromEntries(hosts))
    const play = `- hosts: all
  gather_facts: false
  tasks:
    - {name: First, command: "sh -c 'sleep 0.5; id -un'"}
    - {name: Second, command: id -un}
`
    const running = runs.start(play, '--timeout', '2')
    try {
      await running.event((event) => event.type === 'task-started' && event.host === 'user7')
      door.silence(0)
      const done = users.filter((name) => name !== 'user7')
      for (const name of done)
        await running.event((event) => event.type === 'task-finished' && event.host === name && event.task === 'Second')
    } finally {
      door.cut()
    }
    const ended = await running.ended
    expect([4, 6], ended.stdout).toContain(ended.code)
    expect(lastOf(ended, 'host-unreachable')).toMatchObject({
      host: 'user7',
      touched: expect.stringMatching(/yes|unknown/),
    })
    for (const name of users.filter((each) => each !== 'user7'))
      expect(ended.statuses(name)).toEqual(['changed', 'changed'])
    runs.remove()
  })

  test('no more logins at once than --connect-limit says', async () => {
    const careful = await startSshd({ users: users.map((name) => ({ name })), config: ['MaxStartups 4:100:4'] })
    const counting = await openDoor(careful.port)
    const file = join(careful.dir, 'known_hosts')
    writeFileSync(file, readFileSync(file, 'utf8').replace(/:\d+/, `:${counting.port}`))
    const runs = runsOn(
      Object.fromEntries(
        users.map((name) => [name, { ...varsOf(careful), ansible_user: name, ansible_port: counting.port }]),
      ),
    )
    const ended = await runs.start('- hosts: all\n  tasks:\n    - command: id\n', '--connect-limit', '2,30').ended
    expect(ended.code, ended.stdout).toBe(0)
    // sshd drops every login beyond the fourth: each that was dropped would have been tried again.
    expect(counting.opened()).toBe(users.length)
    runs.remove()
    counting.close()
    await careful.stop()
  })

  test('the limit of a task is kept on the host, for a child of sudo too, and it is said what it was at', async () => {
    const runs = runsOn({ rs1: { ...varsOf(sshd), ansible_user: 'user1', ansible_become: true } })
    const ended = await runs.start(`- hosts: all
  tasks:
    - {name: Sleeps, command: "sh -c 'echo at work; trap : TERM; sleep 4711 & sleep 4712; sleep 4713'", timeout: 1}
    - {name: Behind, command: id}
`).ended
    expect(ended.code, ended.stdout).toBe(2)
    expect(ended.statuses('rs1')).toEqual(['failed', 'not-run'])
    const { reason, result } = taskOf(ended, 'rs1', 'Sleeps')
    expect(reason).toMatch(/timed out/)
    expect(result).toMatchObject({ stdout: 'at work' })
    const connection = await connect(sshd.target)
    expect((await runOn(connection, 'grep -lae "sleep.471[123]" /proc/[0-9]*/cmdline')).out).toBe('')
    connection.close()
    runs.remove()
  })
})
