import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Lasting, TaskType } from '../../src/model/task-type.ts'
import copy from '../../src/tasks/copy.ts'
import { scriptPath, vipsPath } from '../../src/tasks/persist/boot-script.ts'
import { starters } from '../../src/tasks/persist/starters.ts'
import persist from '../../src/tasks/persist.ts'
import { type Host, lawful, planned, text, write } from './lawful.ts'
import { lacks } from './needs.ts'

// persist and copy with the scripts that real hosts get, on an /etc and /run of their own.

const createHost = async (): Promise<Host> => {
  const prepare = `exec 3<&0 </dev/null
passwd=$(cat /etc/passwd) group=$(cat /etc/group)
mount -t tmpfs none /etc; mount -t tmpfs none /run; mount -t tmpfs none /usr/local/bin
printf '%s\\n' "$passwd" >/etc/passwd; printf '%s\\n' "$group" >/etc/group
printf '#!/bin/sh\\necho "$*" >>/run/told\\n' >/usr/local/bin/systemctl; chmod 755 /usr/local/bin/systemctl
echo ready; exec cat <&3`
  const holder = spawn('unshare', ['-m', 'sh', '-c', prepare], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(holder.stdout, 'data')
  return {
    script: (input) => {
      const inside = ['-t', String(holder.pid), '-m', '--', '/bin/sh', '-s', '--', '']
      const env = { ...process.env, PATH: `/usr/local/bin:${process.env.PATH}` }
      return spawnSync('nsenter', inside, { input, env }).stdout
    },
    [Symbol.dispose]: () => {
      holder.stdin.end()
    },
  }
}

const lasting: readonly Lasting[] = [
  { kind: 'sysctl', path: 'net/ipv4/conf/all/arp_ignore', value: '1' },
  { kind: 'sysctl', path: 'net/ipv4/conf/eth0.100/arp_announce', value: '2' },
  { kind: 'vip', address: '10.88.0.100/32', scope: 'host' },
]
const paths = ['/etc/sysctl.d/99-zz-ipvs-play.conf', vipsPath, scriptPath]
const inits = [
  { init: 'systemd', running: '/run/systemd/system', starter: starters.systemd, told: 'daemon-reload' },
  { init: 'OpenRC', running: '/run/openrc', starter: starters.openrc, told: '' },
]

describe.skipIf(lacks('persist and copy on a disk', 'root', 'unshare'))('on a disk of its own', () => {
  test.each(inits)('persist on $init: written, merged, undone and taken away', async ({ running, starter, told }) => {
    using host = await createHost()
    text(host, `mkdir -p ${running}`)
    lawful(host, { type: persist as TaskType<unknown>, input: null, lasting })
    expect(text(host, `readlink ${starter.link}; stat -c %a ${starter.path} ${paths.join(' ')}`).split('\n')).toEqual([
      starter.path,
      starter.mode.slice(1),
      '644',
      '644',
      '644',
      '',
    ])
    expect(text(host, 'sort -u /run/told 2>/dev/null').trim()).toBe(told)
    lawful(host, {
      type: persist as TaskType<unknown>,
      input: null,
      lasting: [{ kind: 'sysctl', path: 'net/ipv4/ip_forward', value: '1' }],
    })
    lawful(host, { type: persist as TaskType<unknown>, input: { prune: true }, lasting: lasting.slice(0, 1) })
    expect(text(host, `tail -n +2 ${paths[0]}; ls ${vipsPath} 2>/dev/null`)).toBe('net/ipv4/conf/all/arp_ignore = 1\n')
    lawful(host, { type: persist as TaskType<unknown>, input: { state: 'absent' } })
    expect(text(host, `ls -d /etc/ipvs-play ${paths.join(' ')} ${starter.path} ${starter.link} 2>/dev/null`)).toBe('')
  })

  test('a second writer between reading and writing is seen, and nothing of his is lost', async () => {
    using host = await createHost()
    text(host, 'mkdir -p /run/openrc')
    const { plan, facts } = planned({ type: persist as TaskType<unknown>, input: null, lasting }, host)
    text(host, `mkdir -p /etc/sysctl.d; echo 'vm/swappiness = 1' >${paths[0]}`)
    const ends = write(host, facts, plan.changes).filter(({ kind }) => kind === 'end')
    expect(ends).toMatchObject([{ end: { kind: 'moved', key: `file:${paths[0]}` } }])
    expect(text(host, `cat ${paths[0]}`)).toBe('vm/swappiness = 1\n')
  })

  const copies: readonly { name: string; before: string; input: { readonly [key: string]: Value } }[] = [
    { name: 'a new file', before: '', input: { content: 'a\n', mode: '0600', owner: 'nobody' } },
    {
      name: 'bytes, CR and no last newline',
      before: `printf 'a\\0\\377\\r\\n' >/etc/x; chmod 4711 /etc/x`,
      input: { content: 'grüß\r\n"$`\\ \'' },
    },
    { name: 'the mode alone', before: 'echo a >/etc/x', input: { content: 'a\n', mode: '1777' } },
    {
      name: 'a numeric owner without a name',
      before: 'echo a >/etc/x',
      input: { content: 'a\n', owner: 4711, group: 4712 },
    },
    {
      name: 'owner of a set-user-ID file',
      before: 'echo a >/etc/x; chmod 4755 /etc/x',
      input: { content: 'a\n', owner: 'nobody' },
    },
    {
      name: 'content and mode',
      before: 'echo b >/etc/x; chown 4711:nogroup /etc/x',
      input: { content: 'a\n', mode: '0640' },
    },
    { name: 'an empty file', before: 'echo b >/etc/x', input: { content: '' } },
    {
      name: 'a validation of the new file',
      before: 'echo b >/etc/x',
      input: { content: 'a\n', validate: 'grep -q a %s' },
    },
  ]
  test.each(copies)('copy: $name', async ({ before, input }) => {
    using host = await createHost()
    text(host, before)
    lawful(host, { type: copy as TaskType<unknown>, input: { dest: '/etc/x', ...input } })
    expect(text(host, 'cat /etc/x')).toBe(input.content)
    expect(text(host, 'ls -A /etc')).toBe('group\npasswd\nx\n')
  })

  test('copy: a validation that fails leaves the old file', async () => {
    using host = await createHost()
    text(host, 'echo b >/etc/x')
    const job = { type: copy as TaskType<unknown>, input: { dest: '/etc/x', content: 'a\n', validate: 'grep -q c %s' } }
    const { plan, facts } = planned(job, host)
    const ends = write(host, facts, plan.changes).filter(({ kind }) => kind === 'end')
    expect(ends).toMatchObject([{ end: { kind: 'failed', change: 0 } }])
    expect(text(host, 'cat /etc/x; ls -A /etc')).toBe('b\ngroup\npasswd\nx\n')
  })
})
