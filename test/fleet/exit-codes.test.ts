import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bringUp, command, type Fleet, playbooks } from './fleet.ts'
import { lastOf, playWith, pristine, vipsOnLo, waitFor, wrongWithServer } from './host-scripts.ts'
import { lacks } from './needs.ts'

const skipped = lacks('exit codes, halts and signals', 'root', 'ip', 'unshare', 'sshd')
const site = join(playbooks, 'site.yml')
const cli = join(import.meta.dirname, '../../dist/ipvs-play.js')
const servers = ['rs1', 'rs2', 'rs3', 'rs4', 'rs5']
/** [1, 25%, 100%] of them. */
const quarters = [['rs1'], ['rs2'], ['rs3', 'rs4', 'rs5']]

let fleet: Fleet
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ directors: 1, realservers: servers.length, server: 'openssh' })
})
afterAll(() => fleet?.down())

const exec = async (host: string, script: string): Promise<string> => {
  const { code, stdout, stderr } = await fleet.exec(host, script)
  if (code !== 0) throw new Error(`${host}: exit ${code}: ${stdout}${stderr}`)
  return stdout
}
const reset = () =>
  Promise.all(['lb1', ...servers].map((host) => exec(host, `${pristine}\nrm -f /tmp/go /tmp/at-work`)))
const readOnly = (host: string) => exec(host, 'mount -o remount,bind,ro /proc/sys/net')
const writable = (host: string) => exec(host, 'mount -o remount,bind,rw /proc/sys/net')
/** The command that a run ends with, as words. */
const resume = (command: string | undefined): string[] => {
  const [program, run, ...words] = (command ?? '').split(' ')
  expect([program, run]).toEqual(['ipvs-play', 'run'])
  return words
}
const batches = (ended: Awaited<ReturnType<Fleet['run']>>) =>
  ended.events.flatMap((event) => (event.type === 'batch-started' ? [event.hosts] : []))

describe.skipIf(skipped)('exit codes', () => {
  beforeEach(reset)

  test('0, and 3 for what is pending in check mode', async () => {
    const [host] = servers
    expect((await fleet.run(site, '-l', `${host}`, '--check')).code).toBe(0)
    const pending = await fleet.run(site, '-l', `${host}`, '--check', '--detailed-exitcode')
    expect(pending.code, pending.stdout).toBe(3)
    expect((await fleet.run(site, '-l', `${host}`, '--detailed-exitcode')).code).toBe(0)
    expect((await fleet.run(site, '-l', `${host}`, '-C', '--detailed-exitcode')).code).toBe(0)
    const unknown = fleet.write('unknown.yml', '- hosts: rs1\n  tasks:\n    - command: "true"\n')
    expect((await fleet.run(unknown, '-C', '--detailed-exitcode')).code).toBe(3)
  })

  test('1 when our own journal is lost in the run: nothing more is sent, and it is said which file', async () => {
    const play = fleet.write(
      'journal.yml',
      `- hosts: rs1\n  tasks:\n    - command: "sh -c '${waitFor('/tmp/go')}'"\n    - sysctl: {net.ipv4.conf.all.arp_ignore: 1}\n`,
    )
    const running = fleet.start(play)
    await running.event(({ type }) => type === 'task-started')
    rmSync(join(fleet.folder, 'state'), { recursive: true })
    await exec('rs1', 'touch /tmp/go')
    const ended = await running.ended
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(ended.stderr).toMatch(/journal\.ndjson/)
    expect(await exec('rs1', 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
  })

  test('2 when a task fails, 4 when a host is unreachable, 2 before 4', async () => {
    const fails = '- hosts: realserver\n  tasks:\n    - command: "test -e /proc/sys/net/ipv4/$H"\n'
    const play = playWith(fleet, 'mixed', fails.replace('$H', 'nothing'), { rs2: { ansible_port: 1 } })
    const both = await fleet.run(play, '-l', 'rs1,rs2')
    expect([both.code, lastOf(both, 'run-finished')?.reasons]).toEqual([2, [2, 4]])
    const dead = await fleet.run(play, '-l', 'rs2')
    expect([dead.code, lastOf(dead, 'run-finished')?.reasons]).toEqual([4, [4]])
  })
})

describe.skipIf(skipped)('a mistake of the operator', () => {
  test.each([
    ['an unknown option', ['--no-such-option']],
    ['no such playbook', ['nothing.yml']],
    ['a limit that fits nobody', ['SITE', '-l', 'nobody']],
    ['a number that is none', ['SITE', '-f', 'many']],
    ['a password file that is not there', ['SITE', '-b', '--become-password-file', 'nothing']],
    ['a JUnit report that cannot be written', ['SITE', '--junit', 'no/such/folder/report.xml']],
    ['a list as events', ['SITE', '--list-hosts']],
    ['tasks as events', ['SITE', '--list-tasks']],
    ['an undefined variable', ['UNDEFINED']],
    ['extra variables that are none', ['SITE', '-e', '{broken']],
  ])('5 for %s, before any host is contacted', async (_, words) => {
    const undefinedVariable = fleet.write(
      'undefined.yml',
      '- hosts: rs1\n  tasks:\n    - debug: {msg: "{{ no_such }}"}\n',
    )
    const args = words.map((word) => ({ SITE: site, UNDEFINED: undefinedVariable })[word] ?? word)
    const ended = await fleet.run(...args)
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    expect(ended.events).toEqual([])
    expect(ended.stderr).not.toMatch(/internal error/)
    expect(ended.stderr).not.toBe('')
  })

  test('5 when the state folder cannot be written', async () => {
    const file = fleet.write('file', '')
    const refused = await command([process.execPath, cli, 'run', site, '-i', fleet.inventory, '-l', 'rs1'], {
      env: { XDG_STATE_HOME: file },
    })
    expect(refused.code).toBe(5)
    expect(refused.stderr).toMatch(/XDG_STATE_HOME/)
  })
})

describe.skipIf(skipped)('a rollout', () => {
  beforeEach(reset)

  test('halts after the batch that fails, names who is left, and goes on when asked', async () => {
    await readOnly('rs1')
    let ended: Awaited<ReturnType<Fleet['run']>>
    try {
      ended = await fleet.run(site)
    } finally {
      await writable('rs1')
    }
    expect(ended.code, ended.stdout).toBe(6)
    expect(batches(ended)).toEqual([['rs1']])
    expect(lastOf(ended, 'rollout-halted')).toMatchObject({
      why: '1 host failed (rs1), max_fail is 0',
      hosts_left: servers,
    })
    const finished = lastOf(ended, 'run-finished')
    expect(finished?.reasons).toEqual([6, 2])
    expect(ended.statuses('rs1')).toEqual(['failed', 'not-run', 'not-run'])
    for (const host of servers.slice(1)) {
      expect(ended.statuses(host)).toEqual([])
      expect(await exec(host, 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
    }
    const again = await fleet.run(...resume(finished?.resume))
    expect(again.code, again.stdout).toBe(0)
    expect(batches(again)).toEqual(quarters)
    for (const host of servers) expect(await exec(host, wrongWithServer)).toBe('')
  })

  test('goes one, a quarter, the rest; who has nothing to do is in no batch', async () => {
    expect((await fleet.run(site, '-l', 'rs3')).code).toBe(0)
    const ended = await fleet.run(site)
    expect(ended.code, ended.stdout).toBe(0)
    expect(batches(ended)).toEqual([['rs1'], ['rs2'], ['rs4', 'rs5']])
    expect(ended.statuses('rs3')).toEqual(['ok', 'ok', 'ok'])
    expect(ended.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        text: '4 of 5 hosts to change, in 3 batches of 1, 1, 2; halts after the batch with failure 1',
      }),
    )
  })

  const guards = 'sysctl: {net.ipv4.conf.all.arp_ignore: 1, net.ipv4.conf.all.arp_announce: 2}'

  test('a play on several real servers that names no serial goes carefully, and says so', async () => {
    const ended = await fleet.run(fleet.write('careful.yml', `- hosts: realserver\n  tasks:\n    - ${guards}\n`))
    expect(ended.code, ended.stdout).toBe(0)
    expect(batches(ended)).toEqual(quarters)
    expect(ended.events).toContainEqual(
      expect.objectContaining({
        type: 'notice',
        text: expect.stringMatching(/^5 real servers would change .*\[1, 25%, 100%\]/),
      }),
    )
  })

  test('also where guards stand behind a command, which is all that the first round holds', async () => {
    const text = `- hosts: realserver\n  tasks:\n    - command: "true"\n    - ${guards}\n`
    const ended = await fleet.run(fleet.write('behind.yml', text))
    expect(ended.code, ended.stdout).toBe(0)
    expect(batches(ended)).toEqual(quarters)
  })

  test('max_fail lets that many fail; one more is the last', async () => {
    const play = (maxFail: number) =>
      fleet.write(
        'max-fail.yml',
        `- hosts: realserver\n  serial: 1\n  max_fail: ${maxFail}\n  tasks:\n    - ${guards}\n- hosts: director\n  tasks:\n    - debug:\n`,
      )
    for (const host of ['rs1', 'rs3']) await readOnly(host)
    try {
      const halted = await fleet.run(play(1))
      expect([halted.code, batches(halted)], halted.stdout).toEqual([6, [['rs1'], ['rs2'], ['rs3']]])
      expect(lastOf(halted, 'rollout-halted')).toMatchObject({ hosts_left: ['rs1', 'rs3', 'rs4', 'rs5', 'lb1'] })
      const through = await fleet.run(play(2))
      expect(through.code, through.stdout).toBe(2)
      expect(batches(through).flat()).toEqual(['rs1', 'rs3', 'rs4', 'rs5'])
      expect(through.statuses('lb1')).toEqual(['ok'])
    } finally {
      for (const host of ['rs1', 'rs3']) await writable(host)
    }
  })

  test('more dead hosts than max_unreachable: nothing is written on anybody', async () => {
    const text = `- hosts: realserver\n  serial: 2\n  max_unreachable: 0\n  tasks:\n    - ${guards}\n`
    const ended = await fleet.run(playWith(fleet, 'dead', text, { rs4: { ansible_port: 1 } }))
    expect(ended.code, ended.stdout).toBe(6)
    expect(lastOf(ended, 'run-finished')?.reasons).toEqual([6, 4])
    expect(lastOf(ended, 'rollout-halted')).toMatchObject({
      why: '1 host unreachable (rs4), max_unreachable is 0',
      hosts_left: servers,
    })
    for (const host of servers) expect(await exec(host, 'cat /proc/sys/net/ipv4/conf/all/arp_ignore')).toBe('0\n')
  })
})

describe.skipIf(skipped)('a signal', () => {
  beforeEach(reset)
  /** One host at a time; each is at work until it is told to go on. */
  const play = () =>
    fleet.write(
      'signals.yml',
      `- hosts: realserver
  serial: 1
  tasks:
    - {name: Works, command: "sh -c 'touch /tmp/at-work; ${waitFor('/tmp/go')}; touch /var/worked'"}
    - {name: Guards, sysctl: {net.ipv4.conf.all.arp_ignore: 1}}
`,
    )
  const started = async () => {
    const running = fleet.start(play(), '-l', 'rs1,rs2')
    await running.event(({ type }) => type === 'task-started')
    return running
  }
  const locked = (host: string) => fleet.exec(host, 'cat /run/ipvs-play/lock')

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: the round is finished, no other begins, 130',
    async (signal) => {
      await exec('rs1', 'rm -f /var/worked')
      const running = await started()
      running.child.kill(signal)
      await running.event(({ type }) => type === 'interrupted')
      await exec('rs1', 'touch /tmp/go')
      const ended = await running.ended
      expect(ended.code, ended.stdout).toBe(130)
      expect(lastOf(ended, 'interrupted')).toMatchObject({ signal })
      expect(ended.statuses('rs1')).toEqual(['changed', 'not-run'])
      expect(ended.statuses('rs2')).toEqual([])
      const finished = lastOf(ended, 'run-finished')
      expect(finished).toMatchObject({ reasons: [130], resume: expect.stringMatching(/--limit rs1,rs2$/) })
      expect((await locked('rs1')).stdout).toBe('')
      expect((await locked('rs2')).stdout).toBe('')
      await exec('rs2', 'touch /tmp/go')
      const again = await fleet.run(...resume(finished?.resume))
      expect(again.code, again.stdout).toBe(0)
    },
  )

  test('nothing is sent any more, also by a host that was still being read', async () => {
    const reading = fleet.write(
      'reading.yml',
      `- hosts: rs1\n  tasks:\n    - command: {cmd: touch /var/after, onlyif: "sh -c 'touch /tmp/read; ${waitFor('/tmp/go')}'"}\n`,
    )
    await exec('rs1', 'rm -f /var/after /tmp/read /tmp/go')
    const running = fleet.start(reading)
    await exec('rs1', waitFor('/tmp/read'))
    running.child.kill('SIGINT')
    await running.event(({ type }) => type === 'interrupted')
    await exec('rs1', 'touch /tmp/go')
    const ended = await running.ended
    expect(ended.code, ended.stdout).toBe(130)
    expect(ended.statuses('rs1')).toEqual(['not-run'])
    expect(await exec('rs1', 'ls /var/after 2>&1 || true')).toMatch(/No such file/)
  })

  test('a handler that was notified and has not run is told, and its host is one to go on with', async () => {
    const notified = fleet.write(
      'notified.yml',
      `- hosts: rs1
  tasks:
    - {name: Conf, copy: {dest: /var/conf, content: "one\\n"}, notify: Restart}
    - {name: Works, command: "sh -c '${waitFor('/tmp/go')}'"}
  handlers:
    - {name: Restart, command: touch /var/restarted}
`,
    )
    await exec('rs1', 'rm -f /var/conf /var/restarted /tmp/go')
    const running = fleet.start(notified)
    await running.event((event) => event.type === 'task-started' && event.task === 'Works')
    running.child.kill('SIGINT')
    await running.event(({ type }) => type === 'interrupted')
    await exec('rs1', 'touch /tmp/go')
    const ended = await running.ended
    expect(ended.code, ended.stdout).toBe(130)
    expect(ended.statuses('rs1')).toEqual(['changed', 'changed', 'not-run'])
    expect(ended.stdout).toContain('handler \\"Restart\\" is still due')
    expect(lastOf(ended, 'run-finished')).toMatchObject({ resume: expect.stringMatching(/--limit rs1$/) })
  })

  test('a second one quits at once; the host finishes its round by itself', async () => {
    await exec('rs1', 'rm -f /var/worked')
    const running = await started()
    running.child.kill('SIGINT')
    await running.event(({ type }) => type === 'interrupted')
    running.child.kill('SIGINT')
    const ended = await running.ended
    expect(ended.code).toBe(130)
    expect(ended.stderr).toMatch(/run again to finish/)
    const kept = readFileSync(join(fleet.folder, 'state/ipvs-play/runs/last/events.ndjson'), 'utf8')
    expect(kept).toContain('"interrupted"')
    await exec('rs1', `touch /tmp/go; ${waitFor('/var/worked')}`)
    await exec('rs2', 'touch /tmp/go')
    const again = await fleet.run(play(), '-l', 'rs1,rs2')
    expect(again.code, again.stdout).toBe(0)
    expect(again.statuses('rs1')).toEqual(['changed', 'changed'])
  })

  test('stdout is closed: as a signal', async () => {
    const words = ['run', play(), '-i', fleet.inventory, '-l', 'rs1,rs2', '--output', 'ndjson']
    const codeFile = join(fleet.folder, 'code')
    // `sed` ends with the event that says that rs1 is at work; what comes later finds nobody.
    const script = `{ "$@"; echo $? >'${codeFile}'; } | sed '/"task-started"/q'`
    const shell = command(['sh', '-c', script, 'sh', process.execPath, cli, ...words], {
      env: { XDG_STATE_HOME: join(fleet.folder, 'state') },
    })
    await exec('rs1', waitFor('/tmp/at-work'))
    await exec('rs1', 'touch /tmp/go')
    await shell
    expect(readFileSync(codeFile, 'utf8')).toBe('130\n')
    expect(await exec('rs1', vipsOnLo)).toBe('')
    expect((await locked('rs1')).stdout).toBe('')
  })
})
