import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bringUp, type Fleet, playbooks } from './fleet.ts'
import {
  commandsSent,
  fingerprint,
  lastOf,
  playWith,
  pristine,
  taskOf,
  tasksOf,
  verboseSshd,
  vipsOnLo,
  waitFor,
  wrongWithServer,
} from './host-scripts.ts'
import { lacks } from './needs.ts'

const site = join(playbooks, 'site.yml')
const remove = join(playbooks, 'remove.yml')

let fleet: Fleet
const skipped = lacks('runs on real sshd', 'root', 'ip', 'unshare', 'sshd')
beforeAll(async () => {
  if (!skipped) fleet = await bringUp({ realservers: 2, server: 'openssh', more: verboseSshd })
})
afterAll(() => fleet?.down())

const hosts = ['lb1', 'rs1', 'rs2']
const counts = () => Promise.all(hosts.map((host) => commandsSent(fleet, host)))
const since = (before: readonly number[], after: readonly number[]) => after.map((n, at) => n - (before[at] ?? 0))
const statuses = (ended: Awaited<ReturnType<Fleet['run']>>, host: string) => [...ended.statuses(host)]

describe.skipIf(skipped)('what a run sends', () => {
  test('a check and a converged run are one command, a changing run is two', async () => {
    const start = await counts()
    expect((await fleet.run(site, '--check')).code).toBe(0)
    const checked = await counts()
    expect(since(start, checked)).toEqual([1, 1, 1])
    const first = await fleet.run(site)
    expect(first.code, first.stdout).toBe(0)
    const changed = await counts()
    expect(since(checked, changed)).toEqual([2, 2, 2])
    const before = await Promise.all(hosts.map((host) => fleet.exec(host, fingerprint)))
    const second = await fleet.run(site)
    expect(second.code).toBe(0)
    for (const host of hosts) expect(new Set(second.statuses(host))).toEqual(new Set(['ok']))
    expect(since(changed, await counts())).toEqual([1, 1, 1])
    const after = await Promise.all(hosts.map((host) => fleet.exec(host, fingerprint)))
    expect(after.map(({ stdout }) => stdout)).toEqual(before.map(({ stdout }) => stdout))
    expect((await fleet.exec('rs1', wrongWithServer)).stdout).toBe('')
  })

  test('a converged host needs nothing that can be written', async () => {
    const lock = `for d in /etc /run /root; do mount --bind $d $d && mount -o remount,bind,ro $d || exit 1; done
mount -o remount,bind,ro /proc/sys/net && ! echo 1 2>/dev/null >/proc/sys/net/ipv4/ip_forward && ! touch /etc/x 2>/dev/null`
    const unlock = 'umount /etc /run /root; mount -o remount,bind,rw /proc/sys/net'
    for (const host of hosts) expect((await fleet.exec(host, lock)).code).toBe(0)
    try {
      const converged = await fleet.run(site)
      expect(converged.code, converged.stdout).toBe(0)
      for (const host of hosts) expect(new Set(converged.statuses(host))).toEqual(new Set(['ok']))
      const check = await fleet.run(remove, '--check')
      expect(check.code, check.stdout).toBe(0)
      for (const host of hosts) expect(new Set(check.statuses(host))).toEqual(new Set(['would-change']))
    } finally {
      for (const host of hosts) await fleet.exec(host, unlock)
    }
  })
})

describe.skipIf(skipped)('keywords', () => {
  test('an ignored failure lets the host go on; register, when and loop see what happened', async () => {
    const play = fleet.write(
      'keywords.yml',
      `- name: Keywords
  hosts: rs1
  vars: {wish: [1, 2]}
  tasks:
    - {name: Fails, command: "sh -c 'echo out; echo err >&2; exit 3'", register: failing, ignore_errors: true}
    - {name: Sees it, debug: {msg: "{{ failing.rc }} {{ failing.stdout }} {{ failing.stderr }}"}, when: failing.failed}
    - {name: Sees it not, debug: {msg: no}, when: not failing.failed}
    - {name: Each, command: "sh -c 'echo {{ item }}'", loop: "{{ wish }}", register: each}
    - {name: All, debug: {msg: "{{ each.results | map(attribute='stdout') | join('+') }}"}}
    - {name: Environment, command: printenv WORD, environment: {WORD: "two  words 'n' more"}, register: said}
    - {name: Said, debug: {msg: "{{ said.stdout }}"}}
`,
    )
    const ended = await fleet.run(play)
    expect(ended.code, ended.stdout).toBe(0)
    expect(statuses(ended, 'rs1')).toEqual(['failed', 'ok', 'skipped', 'changed', 'ok', 'changed', 'ok'])
    expect(taskOf(ended, 'rs1', 'Fails')).toMatchObject({ ignored: true, result: { rc: 3, failed: true } })
    expect(taskOf(ended, 'rs1', 'Sees it').result).toMatchObject({ msg: '3 out err' })
    expect(taskOf(ended, 'rs1', 'All').result).toMatchObject({ msg: '1+2' })
    expect(taskOf(ended, 'rs1', 'Said').result).toMatchObject({ msg: "two  words 'n' more" })
    const items = ended.events.flatMap((event) =>
      event.type === 'task-finished' && event.item !== undefined ? [[event.item, event.status]] : [],
    )
    expect(items).toEqual([
      [1, 'changed'],
      [2, 'changed'],
    ])
    expect(lastOf(ended, 'run-finished')?.recap.rs1).toMatchObject({ ignored: 1, failed: 0, ok: 3, changed: 2 })
  })

  test('a handler runs once for several changes, and also when a later task failed', async () => {
    const play = fleet.write(
      'handlers.yml',
      `- name: Handlers
  hosts: rs1
  tasks:
    - {name: One, copy: {dest: /etc/one, content: "1"}, notify: reload}
    - {name: Two, copy: {dest: /etc/two, content: "2"}, notify: [reload, other]}
    - {name: Three, copy: {dest: /etc/one, content: "1"}, notify: never}
    - {name: Fails, command: "false"}
    - {name: Behind, copy: {dest: /etc/three, content: "3"}, notify: never}
  handlers:
    - {name: never, command: touch /var/never}
    - {name: reload, command: "sh -c 'echo x >>/var/reloaded'"}
    - {name: other, command: touch /var/other}
`,
    )
    const ended = await fleet.run(play)
    expect(ended.code, ended.stdout).toBe(2)
    expect(tasksOf(ended, 'rs1').map(({ task, status }) => `${task} ${status}`)).toEqual([
      'One changed',
      'Two changed',
      'Three ok',
      'Fails failed',
      'Behind not-run',
      'reload changed',
      'other changed',
    ])
    const left = await fleet.exec('rs1', 'cat /var/reloaded; ls /var/other /var/never /etc/three 2>/dev/null')
    expect(left.stdout).toBe('x\n/var/other\n')
    const [one, two] = tasksOf(ended, 'rs1').filter(({ task }) => /^(reload|other)$/.test(task))
    expect([one?.task_id, two?.task_id]).toEqual(['1.h2', '1.h3'])
  })

  test('tasks without become among those with it act as the user who logged in', async () => {
    const user =
      'useradd -m -s /bin/sh ops && echo ops:x | chpasswd && echo "ops ALL=NOPASSWD: ALL" >/etc/sudoers.d/ops'
    expect((await fleet.exec('rs1', user)).code).toBe(0)
    const play = playWith(
      fleet,
      'become',
      `- name: Two users
  hosts: rs1
  become: true
  tasks:
    - {name: Root, copy: {dest: /etc/by-root, content: r}}
    - {name: Login, copy: {dest: /tmp/by-ops, content: o}, become: false}
    - {name: Root again, copy: {dest: /etc/by-root-2, content: r}}
    - {name: Who, command: id -un, become: false, register: who}
    - {name: Said, debug: {msg: "{{ who.stdout }}"}}
`,
      { rs1: { ansible_user: 'ops' } },
    )
    const ended = await fleet.run(play)
    expect(ended.code, ended.stdout).toBe(0)
    expect(taskOf(ended, 'rs1', 'Said').result).toMatchObject({ msg: 'ops' })
    const owners = await fleet.exec('rs1', 'stat -c %U /etc/by-root /tmp/by-ops /etc/by-root-2')
    expect(owners.stdout).toBe('root\nops\nroot\n')
    const again = await fleet.run(play)
    expect(statuses(again, 'rs1')).toEqual(['ok', 'ok', 'ok', 'changed', 'ok'])
  })

  test.each(['plain', 'json', 'ndjson'])('under no_log the text is nowhere, %s', async (output) => {
    const play = fleet.write(
      'secret.yml',
      `- name: Secrets
  hosts: rs1
  vars: {word: hunter2-top}
  tasks:
    - {name: File, copy: {dest: "/etc/secret-${output}", content: "{{ word }}"}, no_log: true}
    - {name: Command, command: "sh -c 'echo {{ word }}; echo {{ word }} >&2'", no_log: true, register: said}
    - {name: Each, command: "echo {{ item }}", loop: ["{{ word }}"], no_log: true}
    - {name: Told, debug: {msg: "{{ said.stdout | length }}"}}
    - {name: Fails, command: "sh -c 'echo {{ word }} >&2; exit 1'", no_log: true}
`,
    )
    const junit = join(fleet.folder, 'junit.xml')
    const args = ['run', play, '-i', fleet.inventory, '-vvv', '-D', '--junit', junit, '--output', output]
    const ended = await fleet.ipvsPlay(...args)
    expect(ended.code, ended.stdout).toBe(2)
    expect(ended.stdout).toContain('11')
    const texts = [ended.stdout, ended.stderr, readFileSync(junit, 'utf8'), ...traces(join(fleet.folder, 'state'))]
    expect(texts.length).toBeGreaterThan(4)
    expect(texts.filter((text) => text.includes('hunter2'))).toEqual([])
    // On the host it is in the file that was asked for, and in the journal that only its owner can read.
    const left = await fleet.exec('rs1', 'stat -c %a /run/ipvs-play; grep -rl hunter2 /etc /run /var /tmp /root')
    const [mode, ...files] = left.stdout.trimEnd().split('\n')
    expect(mode).toBe('700')
    expect(files.filter((path) => !/^\/etc\/secret-|^\/run\/ipvs-play\/.*\.frames$/.test(path))).toEqual([])
    expect(files).toContain(`/etc/secret-${output}`)
  })

  test('a task that takes too long is ended on the host, and nothing of it is left', async () => {
    const play = fleet.write(
      'long.yml',
      `- name: Long
  hosts: rs1
  tasks:
    - {name: Sleeps, command: "sh -c 'sleep 4321 & sleep 4322'"}
    - {name: Behind, command: "true"}
`,
    )
    const ended = await fleet.run(play, '--task-timeout', '1')
    expect(ended.code, ended.stdout).toBe(2)
    expect(statuses(ended, 'rs1')).toEqual(['failed', 'not-run'])
    expect(taskOf(ended, 'rs1', 'Sleeps').reason).toMatch(/timed out/)
    expect((await fleet.exec('rs1', `grep -lae 'sleep.432[12]' /proc/[0-9]*/cmdline`)).stdout).toBe('')
  })
})

/** All files below a folder. */
const traces = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))

describe.skipIf(skipped)('a VIP that directors still send traffic for', () => {
  /** The kernel here need not have IPVS: a /proc of its own, with the real one behind it. */
  const table = (lines: string) => `set -e
mkdir -p /run/proc /run/real
mount --rbind /proc /run/real
mount -t tmpfs proc /run/proc
mkdir /run/proc/net /run/proc/sys
mount --rbind /proc/sys /run/proc/sys
for f in self mounts uptime stat meminfo loadavg filesystems; do ln -s /run/real/$f /run/proc/$f; done
cat >/run/proc/net/ip_vs <<END
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
${lines}
END
mount --move /run/proc /proc`
  const noTable = 'umount -R /proc; umount -R /run/real'
  const listing = (weight: number) =>
    `TCP  0A580064:0050 wlc\n  -> 0A580B01:0050      Route   ${weight}      0          0`
  const held = async (host: string) => (await fleet.exec(host, vipsOnLo)).stdout.trim()
  beforeAll(async () => {
    for (const host of hosts) await fleet.exec(host, pristine)
    const ended = await fleet.run(site)
    expect(ended.code, ended.stdout).toBe(0)
  })

  test('stays, in check mode and in a run, also where the director is outside the limit', async () => {
    expect((await fleet.exec('lb1', table(listing(1)))).code).toBe(0)
    try {
      for (const more of [['--check'], []]) {
        const ended = await fleet.run(remove, '-l', 'rs1', ...more)
        expect(ended.code, ended.stdout).toBe(2)
        expect(taskOf(ended, 'rs1', 'Give the VIP back')).toMatchObject({
          status: 'failed',
          reason: '10.88.0.100 stays on rs1: director lb1 lists 10.88.11.1 with weight 1 for tcp 10.88.0.100:80',
          hint: expect.stringContaining('drain'),
        })
        expect(await held('rs1')).toBe('10.88.0.100/32')
      }
    } finally {
      await fleet.exec('lb1', noTable)
    }
  })

  test('stays when a director begins to list it while earlier batches are at work', async () => {
    const play = fleet.write(
      'batches.yml',
      `- hosts: realserver
  serial: 1
  tasks:
    - {name: Give, vip-on-lo: {address: "{{ vip }}", state: absent}}
    - {name: Works, command: "sh -c '${waitFor('/tmp/go')}'"}
`,
    )
    for (const host of ['rs1', 'rs2']) await fleet.exec(host, 'rm -f /tmp/go')
    const running = fleet.start(play)
    await running.event((event) => event.type === 'task-started' && event.task === 'Works')
    expect((await fleet.exec('lb1', table(listing(1).replace('0A580B01', '0A580B02')))).code).toBe(0)
    try {
      await fleet.exec('rs1', 'touch /tmp/go')
      const ended = await running.ended
      expect(ended.code, ended.stdout).toBe(6)
      expect(taskOf(ended, 'rs2', 'Give').reason).toMatch(/director lb1 lists 10\.88\.11\.2 with weight 1/)
      expect(await held('rs1')).toBe('')
      expect(await held('rs2')).toBe('10.88.0.100/32')
    } finally {
      await fleet.exec('lb1', noTable)
    }
    const back = await fleet.run(site)
    expect(back.code, back.stdout).toBe(0)
  })

  test('goes when its weight is 0 there', async () => {
    expect((await fleet.exec('lb1', table(listing(0)))).code).toBe(0)
    try {
      const ended = await fleet.run(remove, '-l', 'rs1')
      expect(ended.code, ended.stdout).toBe(0)
      expect(await held('rs1')).toBe('')
    } finally {
      await fleet.exec('lb1', noTable)
    }
  })

  test('stays when a director cannot be asked, unless the operator forces it', async () => {
    const unreachable = { lb1: { ansible_port: 1 } }
    const play = playWith(fleet, 'forced', readFileSync(remove, 'utf8'), unreachable)
    const check = await fleet.run(play, '-l', 'rs2', '--check')
    expect(check.code, check.stdout).toBe(2)
    const ended = await fleet.run(play, '-l', 'rs2')
    for (const one of [check, ended]) {
      expect(taskOf(one, 'rs2', 'Give the VIP back')).toMatchObject({
        status: 'failed',
        reason: expect.stringMatching(/director lb1 cannot be asked .*connection refused/),
        hint: expect.stringContaining('--force-remove'),
      })
      expect(tasksOf(one, 'rs2').map(({ status }) => status)).toEqual(['failed', 'not-run', 'not-run'])
    }
    expect(await held('rs2')).toBe('10.88.0.100/32')
    const forced = await fleet.run(play, '-l', 'rs2', '--force-remove')
    expect(forced.code, forced.stdout).toBe(0)
    expect(await held('rs2')).toBe('')
  })
})
