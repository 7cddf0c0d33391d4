import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Change, CommandResult, Facts, Lasting, Plan, Reading, Step, TaskType } from '../../src/model/task-type.ts'
import { createFrameReader, type Frame } from '../../src/remote/frames.ts'
import { readScript } from '../../src/remote/read-script.ts'
import { writeScript } from '../../src/remote/write-script.ts'
import copy from '../../src/tasks/copy.ts'
import { scriptPath, vipsPath } from '../../src/tasks/persist/boot-script.ts'
import { starters } from '../../src/tasks/persist/starters.ts'
import persist from '../../src/tasks/persist.ts'
import { lacks } from './needs.ts'

// persist and copy with the scripts that real hosts get, on an /etc and /run of their own.

interface Host {
  script(text: string): Buffer
  [Symbol.dispose](): void
}

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

const nonce = 'nonce0123456789'
const framesOf = (output: Buffer): Frame[] => {
  const frames: Frame[] = []
  const reader = createFrameReader(nonce, (frame) => frames.push(frame))
  reader.push(output)
  reader.end()
  return frames
}

/** What is read now, by source. */
const read = (host: Host, readings: readonly Reading<unknown>[]): Facts => {
  const sources = [...new Map(readings.map(({ source }) => [source.key, source])).values()]
  const results = new Map<string, CommandResult>()
  for (const frame of framesOf(host.script(readScript({ nonce, asks: sources }))))
    if (frame.kind === 'read') results.set(sources[frame.index]?.key ?? '', frame.result)
  return { of: (reading) => reading.parse(results.get(reading.source.key) as CommandResult) }
}

const write = (host: Host, facts: Facts, changes: readonly Change[]): Frame[] => {
  const known = new Map<string, unknown>()
  const keyed = (reading: Reading<unknown>, value: unknown) =>
    reading.test(value).map((asked) => ({ key: reading.key, test: asked }))
  const written = changes.map(({ steps, leaves }) => {
    const from = leaves.flatMap(({ reading }) =>
      keyed(reading, known.has(reading.key) ? known.get(reading.key) : facts.of(reading)),
    )
    for (const { reading, value } of leaves) known.set(reading.key, value)
    return { from, steps, proof: leaves.flatMap(({ reading, value }) => keyed(reading, value)) }
  })
  const task = { index: 0, changes: written, opaque: false, limit: 60 }
  return framesOf(host.script(writeScript({ nonce, run: 'r', owner: 'me', lockWait: 1, tasks: [task], atEnd: [] })))
}

const done = expect.arrayContaining([
  { kind: 'end', index: 0, end: { kind: 'done', results: expect.any(Array) } },
  { kind: 'done' },
])

interface Job {
  readonly type: TaskType<unknown>
  readonly input: Value
  readonly lasting?: readonly Lasting[]
}
const planned = (
  { type, input, lasting = [] }: Job,
  host: Host,
): { plan: Extract<Plan, { kind: 'changes' }>; facts: Facts; readings: readonly Reading<unknown>[] } => {
  const parsed = type.parse(input)
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const readings = type.readings(parsed.args)
  const facts = read(host, readings)
  const plan = type.plan(parsed.args, facts, { host: 'h', groups: [], lasting, files: new Map() })
  if (plan.kind !== 'changes') throw new Error(JSON.stringify(plan))
  return { plan, facts, readings }
}

/** Carries it out, and holds it to the laws: it is proven, converges, and its undo restores everything. */
const lawful = (host: Host, job: Job): void => {
  const { plan, facts, readings } = planned(job, host)
  expect(plan.changes.length).toBeGreaterThan(0)
  // Directories that were missing stay; only our own goes again.
  const state = (of: Facts) => readings.map((reading) => ({ ...(of.of(reading) as object), parent: undefined }))
  const before = state(facts)
  expect(write(host, facts, plan.changes)).toEqual(done)
  const after = read(host, readings)
  expect(planned(job, host).plan.changes).toEqual([])
  const back: Change = {
    what: 'undo',
    from: '',
    to: '',
    steps: [...plan.changes].reverse().flatMap(({ undo }): readonly Step[] => undo),
    undo: [],
    leaves: [],
  }
  expect(write(host, after, [back])).toEqual(done)
  expect(state(read(host, readings))).toEqual(before)
  expect(write(host, read(host, readings), plan.changes)).toEqual(done)
}

const text = (host: Host, command: string): string => host.script(`{ ${command}\nexit; }`).toString()

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
