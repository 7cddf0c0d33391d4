import { spawn, spawnSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Step, Test } from '../../src/model/task-type.ts'
import type { TaskEnd } from '../../src/remote/frames.ts'
import { readScript } from '../../src/remote/read-script.ts'
import { type KeyedTest, writeScript } from '../../src/remote/write-script.ts'
import { nonce, run, runScript, scratch, shells } from '../remote/shells.ts'

const vip = '192.0.2.100'
const add: Step = { kind: 'run', command: ['ip', 'addr', 'add', `${vip}/32`, 'dev', 'lo', 'scope', 'host'] }
const set = (path: string, value: string): Step => ({ kind: 'set', path: `net/ipv4/${path}`, value })
const keyed = (...tests: Test[]): KeyedTest[] => tests.map((test) => ({ key: test.kind, test }))

// Each script meets a kernel of its own: a network namespace with a dotted interface, and a /run and /proc/sys for it.
describe.each(shells)('%s on a real kernel', (_name, shell) => {
  const place = scratch()
  let holder: ReturnType<typeof spawn>
  let inside: readonly string[] = []
  const command = (...words: string[]) => {
    const [enter = '', ...rest] = [...inside, ...words]
    return spawnSync(enter, rest, { encoding: 'utf8' })
  }
  const conf = (name: string) => command('cat', `/proc/sys/net/ipv4/conf/${name}`).stdout.trim()

  beforeAll(async () => {
    const setUp = `mount -t tmpfs tmpfs /run && ip link set lo up && ip link add eth0.100 type veth peer name w.1 &&
      ip addr add 198.51.100.1/24 dev eth0.100 && ip link set eth0.100 up && echo ready && exec cat`
    holder = spawn('unshare', ['--net', '--mount', '--propagation', 'private', 'sh', '-c', setUp])
    await new Promise((resolve, reject) => {
      holder.stdout?.once('data', resolve)
      holder.once('close', () => reject(new Error('no namespace')))
    })
    inside = ['nsenter', '-t', `${holder.pid}`, '--net', '--mount', '--']
    for (const name of ['all', 'default', 'lo', 'eth0.100', 'w.1'])
      for (const key of ['arp_ignore', 'arp_announce'])
        command('sh', '-c', `echo 0 >'/proc/sys/net/ipv4/conf/${name}/${key}'`)
  })
  // Its stdin closes: the last process of the namespaces ends, and they with it.
  afterAll(() => new Promise((resolve) => holder.once('close', resolve).stdin?.end()))

  const write = async (
    steps: readonly Step[],
    more: { from?: KeyedTest[]; proof?: KeyedTest[]; opaque?: boolean } = {},
  ) => {
    const { frames } = await runScript(
      [...inside, ...shell],
      writeScript({
        nonce,
        run,
        owner: 'me',
        lockWait: 0,
        tasks: [
          {
            index: 0,
            changes: [{ from: more.from ?? [], steps, proof: more.proof ?? [] }],
            opaque: more.opaque ?? false,
            limit: 20,
          },
        ],
        atEnd: [],
      }),
      { place },
    )
    return frames.flatMap((frame): TaskEnd[] => (frame.kind === 'end' ? [frame.end] : []))[0]
  }

  test('the VIP waits for its guards, on every interface', async () => {
    const none: Test = { kind: 'addresses', device: 'lo', are: ['127.0.0.1/8 host', '::1/128'] }
    const held: Test = { kind: 'addresses', device: 'lo', are: ['::1/128', `${vip}/32 host`, '127.0.0.1/8 host'] }
    const guarded = { ...add, requires: [{ kind: 'guarded' } as const] }
    const value = (path: string, ...is: string[]): Test => ({ kind: 'value', path: `net/ipv4/${path}`, is })

    const refused = await write([guarded], { from: keyed(none) })
    expect(refused).toMatchObject({ kind: 'refused', step: 0, test: 0 })
    expect(refused?.kind === 'refused' ? refused.found : '').toContain('eth0.100 arp_ignore 0')

    expect(
      await write([set('conf/all/arp_ignore', '1'), set('conf/eth0.100/arp_announce', '2')], {
        from: keyed(value('conf/all/arp_ignore', '0')),
        proof: keyed(value('conf/all/arp_ignore', '1'), value('conf/eth0.100/arp_announce', '2')),
      }),
    ).toMatchObject({ kind: 'done' })
    expect(await write([guarded])).toMatchObject({ kind: 'refused', found: 'w.1 arp_announce 0' })
    expect(await write([set('conf/w.1/arp_announce', '3'), guarded])).toMatchObject({
      kind: 'refused',
      step: 1,
      found: 'w.1 arp_announce 3',
    })
    expect(
      await write([set('conf/w.1/arp_announce', '2'), guarded], { from: keyed(none), proof: keyed(held) }),
    ).toMatchObject({ kind: 'done' })
    expect(command('ip', '-o', '-4', 'addr', 'show', 'dev', 'lo').stdout).toContain(`${vip}/32 scope host`)
    expect(await write([], { from: keyed(none) })).toMatchObject({ kind: 'moved', key: 'addresses' })
    expect(
      await write([], { proof: keyed({ kind: 'addresses', device: 'eth0.100', are: ['198.51.100.1/24 global'] }) }),
    ).toMatchObject({
      kind: 'done',
    })
    expect(await write([], { proof: keyed({ kind: 'addresses', device: 'gone0', are: [] }) })).toMatchObject({
      kind: 'done',
    })
  })

  test('an opaque step that opens a guard under the VIP is broken at once', async () => {
    const opens: Step = { kind: 'run', command: ['sh', '-c', 'echo 0 >/proc/sys/net/ipv4/conf/all/arp_ignore'] }
    const end = await write([opens, add], { opaque: true })
    expect(end).toMatchObject({ kind: 'broken' })
    expect(end?.kind === 'broken' ? end.found : '').toContain(`${vip}/32 on lo while`)
    expect(await write([set('conf/all/arp_ignore', '1')])).toMatchObject({ kind: 'done' })
  })

  test('what the kernel refuses is said in its words; what it changes silently does not take', async () => {
    const failed = await write([set('conf/all/arp_ignore', 'one')])
    expect(failed).toMatchObject({ kind: 'failed', result: { stderr: expect.stringContaining('Invalid argument') } })
    const rmem = 'tcp_rmem'
    expect(
      await write([set(rmem, '4096 131072 6291456')], {
        proof: keyed({ kind: 'value', path: `net/ipv4/${rmem}`, is: ['4096 131072 6291456'] }),
      }),
    ).toMatchObject({ kind: 'done' })
    // More digits than one: a shell that reads byte by byte would see the first only.
    expect(
      await write([set('conf/w.1/arp_ignore', '16')], {
        proof: keyed({ kind: 'value', path: 'net/ipv4/conf/w.1/arp_ignore', is: ['1'] }),
      }),
    ).toMatchObject({ kind: 'did-not-take', found: '16' })
    expect(await write([{ ...add, requires: [{ kind: 'guarded' }] }])).toMatchObject({
      kind: 'refused',
      found: 'w.1 arp_ignore 16',
    })
    expect(conf('w.1/arp_ignore')).toBe('16')
  })

  test('a read-only /proc/sys is named', async () => {
    expect(command('mount', '-o', 'bind,ro', '/proc/sys', '/proc/sys').status).toBe(0)
    const end = await write([set('conf/all/arp_ignore', '2')])
    command('umount', '/proc/sys')
    expect(end).toMatchObject({ kind: 'failed', result: { stderr: expect.stringMatching(/read-only/i) } })
    expect(conf('all/arp_ignore')).toBe('1')
  })

  test('a full disk leaves no temporary file', async () => {
    command('sh', '-c', 'mkdir /run/small && mount -t tmpfs -o size=64k tmpfs /run/small && echo old >/run/small/x')
    const end = await write([{ kind: 'put', path: '/run/small/x', content: Buffer.alloc(200_000, 'x') }])
    expect(end).toMatchObject({ kind: 'failed' })
    expect(command('sh', '-c', 'ls -A /run/small; cat /run/small/x').stdout).toBe('x\nold\n')
    command('umount', '/run/small')
  })

  test('reading leaves nothing', async () => {
    const before = command('ls', '-A', '/run').stdout
    const asks = [{ command: ['ip', '-o', 'addr', 'show'] as const }]
    const { frames } = await runScript([...inside, ...shell], readScript({ nonce, asks }), { place })
    expect(frames).toMatchObject([
      { kind: 'read', result: { exitCode: 0, stdout: expect.stringContaining('eth0.100') } },
      { kind: 'done' },
    ])
    expect(command('ls', '-A', '/run').stdout).toBe(before)
  })
})
