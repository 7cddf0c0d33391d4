import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet } from './fleet.ts'
import { lacks } from './needs.ts'

const skipped = lacks('wait-for and pause on hosts', 'root', 'ip', 'unshare', 'sshd')

describe.skipIf(skipped)('on a real host', () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await bringUp({ directors: 1, realservers: 1 })
  })
  afterAll(() => fleet?.down())

  const play = (name: string, tasks: string) => fleet.write(name, `- hosts: realserver\n  tasks:\n${tasks}`)
  const sshd = '{port: 22}'

  test.each([
    [sshd, 'ok'],
    ['{port: 22, host: "{{ ansible_host }}"}', 'ok'],
    ['{port: 81, state: stopped}', 'ok'],
    ['{port: 81, state: drained}', 'ok'],
    ['{path: /etc/passwd, search_regex: "^root:"}', 'ok'],
    ['{path: /nowhere, state: absent}', 'ok'],
    ['{url: "file:///etc/passwd"}', 'ok'],
    ['{command: test -d /etc}', 'ok'],
    ['{port: 81, timeout: 1}', 'failed'],
    ['{port: 22, state: stopped, timeout: 1}', 'failed'],
    ['{port: 22, state: drained, timeout: 1}', 'failed'],
    ['{path: /etc/passwd, search_regex: "^nobody at all:", timeout: 1}', 'failed'],
    ['{url: "http://127.0.0.1:81/", timeout: 1}', 'failed'],
  ])('wait-for %s is %s, and check knows what holds now', async (args, status) => {
    const book = play('wait.yml', `    - wait-for: ${args}\n`)
    const foretold = await fleet.run(book, '--check')
    expect(foretold.statuses('rs1')).toEqual([status === 'ok' ? 'ok' : 'unknown'])
    expect((await fleet.run(book)).statuses('rs1')).toEqual([status])
  })

  test.each(['bash', 'python3', 'perl', 'busybox'])('%s is enough to try a port', async (tool) => {
    const hidden = `mkdir -p /tmp/bin; for t in sh env cat sleep timeout grep ${tool}; do p=$(command -v $t) && ln -sf "$p" /tmp/bin/$t; done`
    await fleet.exec('rs1', `rm -rf /tmp/bin; ${hidden}`)
    const look = '    - wait-for: {port: 22, timeout: 2}\n      environment: {PATH: /tmp/bin}\n'
    expect((await fleet.run(play('tools.yml', look))).statuses('rs1')).toEqual(['ok'])
  })

  test('it waits until what it waits for has come, and tells how long it waited when it does not', async () => {
    const book = play(
      'later.yml',
      `    - shell: rm -f /tmp/ready; (sleep 2; echo yes >/tmp/ready) >/dev/null 2>&1 &
    - wait-for: {path: /tmp/ready, search_regex: 'yes', timeout: 20}
    - wait-for: {path: /tmp/never, timeout: 1}
`,
    )
    const { events, statuses } = await fleet.run(book)
    expect(statuses('rs1')).toEqual(['changed', 'ok', 'failed'])
    expect(events.find((event) => event.type === 'task-finished' && event.status === 'failed')).toMatchObject({
      reason: expect.stringContaining('waited 1 s: /tmp/never is not there'),
    })
  })

  test('what an earlier task would change, check does not call ok', async () => {
    const book = play(
      'behind.yml',
      '    - copy: {dest: /etc/some, content: "a"}\n    - wait-for: {port: 22}\n    - pause: {seconds: 0.1}\n',
    )
    expect((await fleet.run(book, '--check')).statuses('rs1')).toEqual(['would-change', 'unknown', 'ok'])
    expect((await fleet.run(book)).statuses('rs1')).toEqual(['changed', 'ok', 'ok'])
  })

  test('an interruption ends a pause', async () => {
    const running = fleet.start(play('pause.yml', '    - command: "true"\n    - pause: {seconds: 600}\n    - fail:\n'))
    await running.event((event) => event.type === 'task-finished' && event.status === 'changed')
    running.child.kill('SIGINT')
    const { code, statuses } = await running.ended
    expect(code).toBe(130)
    expect(statuses('rs1')).toEqual(['changed', 'ok', 'not-run'])
  })
})
