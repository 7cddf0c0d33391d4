import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Step, Test } from '../../src/model/task-type.ts'
import type { Frame, TaskEnd } from '../../src/remote/frames.ts'
import { type KeyedTest, type WriteTask, writeScript } from '../../src/remote/write-script.ts'
import { nonce, onlyTools, run, runScript, type Surroundings, scratch, shells } from './shells.ts'

const busybox = shells.find(([name]) => name === 'busybox')?.[1][0]
const owner = `ann@desk, run ${run}`
const keyed = (...tests: Test[]): KeyedTest[] => tests.map((test) => ({ key: `${test.kind} key`, test }))
const task = (...steps: Step[]): WriteTask => ({
  index: 0,
  changes: [{ from: [], steps, proof: [] }],
  opaque: false,
  limit: 10,
})
const sh = (line: string, more: Partial<Extract<Step, { kind: 'run' }>> = {}): Step => ({
  kind: 'run',
  command: ['sh', '-c', line],
  ...more,
})

test('what would lead out of /proc/sys or of its files is our own bug', () => {
  const write = (step: Step) => () => writeScript({ nonce, run, owner, lockWait: 0, tasks: [task(step)], atEnd: [] })
  for (const path of ['../etc/passwd', 'net/../../x', '/net/ipv4', 'net//ipv4', ''])
    expect(write({ kind: 'set', path, value: '1' })).toThrow('/proc/sys')
  for (const path of ['etc/x', '/etc/', ''])
    expect(write({ kind: 'put', path, content: Buffer.of() })).toThrow('absolute')
  expect(() => writeScript({ nonce, run: '../x', owner, lockWait: 0, tasks: [], atEnd: [] })).toThrow('run')
})

describe.each(shells)('%s', (_name, shell) => {
  const place = scratch()
  beforeEach(() => rmSync(place.roots.run, { recursive: true, force: true }))

  const request = { nonce, run, owner, lockWait: 0, atEnd: [], roots: place.roots }
  const write = async (tasks: readonly WriteTask[], around: Surroundings = {}): Promise<readonly Frame[]> =>
    (await runScript(shell, writeScript({ ...request, tasks }), { place, ...around })).frames
  const endOf = (frames: readonly Frame[]): TaskEnd | undefined =>
    frames.flatMap((frame) => (frame.kind === 'end' ? [frame.end] : []))[0]
  const outcome = async (...steps: Step[]): Promise<TaskEnd | undefined> => endOf(await write([task(...steps)]))

  test('what a private task says is sent, and not kept on the host', async () => {
    const told = async (more: Partial<WriteTask>): Promise<readonly [sent: boolean, kept: boolean]> => {
      const [first, then] = [sh('echo hush'), sh('echo loud >&2; exit 3')]
      const frames = await write([{ ...task(first, then), ...more }])
      const folder = place.roots.run
      const kept = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
      rmSync(folder, { recursive: true })
      expect(kept.join('')).toContain(nonce)
      return [/loud/.test(JSON.stringify(frames)), /hush|loud/.test(kept.join(''))]
    }
    expect(await told({})).toEqual([true, true])
    expect(await told({ private: true })).toEqual([true, false])
  })

  describe('the way through', () => {
    test('a change is tested, carried out and proven, and so are all wishes at the end', async () => {
      place.file('sys/net/x', '0\n')
      const changed: WriteTask = {
        index: 3,
        changes: [
          {
            from: keyed({ kind: 'value', path: 'net/x', is: ['0'] }),
            steps: [{ kind: 'set', path: 'net/x', value: '1' }, sh('cat sys/net/x'), sh('echo two >&2')],
            proof: keyed({ kind: 'value', path: 'net/x', is: ['1', '2'] }),
          },
        ],
        opaque: false,
        limit: 10,
      }
      const script = writeScript({
        ...request,
        tasks: [changed, { ...task(), index: 4 }],
        atEnd: [{ index: 1_000_003, tests: keyed({ kind: 'value', path: 'net/x', is: ['1'] }) }],
      })
      const { frames, status, stderr } = await runScript(shell, script, { place })
      expect(frames).toEqual([
        { kind: 'begin', index: 3 },
        {
          kind: 'end',
          index: 3,
          end: {
            kind: 'done',
            results: [
              { exitCode: 0, stdout: '1\n', stderr: '' },
              { exitCode: 0, stdout: '', stderr: 'two\n' },
            ],
          },
        },
        { kind: 'begin', index: 4 },
        { kind: 'end', index: 4, end: { kind: 'done', results: [] } },
        { kind: 'done' },
      ])
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    })

    test('moved: nothing of the change is done, nor what comes after', async () => {
      place.file('sys/net/x', '5\n')
      const from = keyed({ kind: 'value', path: 'net/x', is: ['0'] })
      const frames = await write([
        { ...task(), changes: [{ from, steps: [sh('touch moved-step')], proof: [] }] },
        { ...task(sh('touch moved-step')), index: 1 },
      ])
      expect(frames).toEqual([
        { kind: 'begin', index: 0 },
        { kind: 'end', index: 0, end: { kind: 'moved', change: 0, key: 'value key', found: '5' } },
      ])
      expect(existsSync(join(place.path, 'moved-step'))).toBe(false)
    })

    test('refused: the step is not done, and which test said so', async () => {
      const missing: Test = { kind: 'value', path: 'net/missing', is: [] }
      const unwilling: Test = { kind: 'succeeds', command: ['sh', '-c', 'echo no >&2; exit 3'] }
      const end = await outcome(sh('true'), { ...sh('touch refused-step'), requires: [missing, unwilling] })
      expect(end).toEqual({ kind: 'refused', change: 0, step: 1, test: 1, found: 'exit 3 no' })
      expect(existsSync(join(place.path, 'refused-step'))).toBe(false)
    })

    test('did not take: by the proof of the change, and by the last look', async () => {
      place.file('sys/net/x', '0\n')
      const wish = keyed({ kind: 'value', path: 'net/x', is: ['1'] })
      const untaken = { key: 'value key', kind: 'did-not-take', found: '0' }
      const proof = await write([
        {
          ...task(),
          changes: [
            { from: [], steps: [], proof: [] },
            { from: [], steps: [], proof: wish },
          ],
        },
      ])
      expect(endOf(proof)).toEqual({ ...untaken, change: 1 })
      const script = writeScript({ ...request, tasks: [task()], atEnd: [{ index: 7, tests: wish }] })
      const { frames } = await runScript(shell, script, { place })
      expect(frames.slice(1)).toEqual([
        { kind: 'end', index: 0, end: { kind: 'done', results: [] } },
        { kind: 'end', index: 7, end: { ...untaken, change: -1 } },
      ])
    })

    test('failed: the exit code, both streams, and nothing after it', async () => {
      const end = await outcome(sh('echo out; echo err >&2; exit 7'), sh('touch after-failure'))
      expect(end).toEqual({
        kind: 'failed',
        change: 0,
        step: 0,
        result: { exitCode: 7, stdout: 'out\n', stderr: 'err\n' },
        timedOut: false,
      })
      expect(existsSync(join(place.path, 'after-failure'))).toBe(false)
    })

    test('nothing but lock and journal stays in the runtime directory, for their owner only', async () => {
      await outcome(sh('echo x'), sh('exit 1'))
      expect(readdirSync(place.roots.run).sort()).toEqual([`${run}-${nonce}.frames`, 'lock'])
      expect(statSync(place.roots.run).mode & 0o777).toBe(0o700)
      expect(statSync(join(place.roots.run, `${run}-${nonce}.frames`)).mode & 0o777).toBe(0o600)
      expect(place.read('run/ipvs-play/lock')).toBe('')
    })
  })

  describe('steps', () => {
    test('a setting: what cannot be written says why', async () => {
      expect(await outcome({ kind: 'set', path: 'net/missing', value: '1' })).toMatchObject({
        kind: 'failed',
        result: { exitCode: 1, stderr: `${place.roots.sys}/net/missing: no such file` },
      })
      place.file('sys/dir/x', '')
      expect(await outcome({ kind: 'set', path: 'dir', value: '1' })).toMatchObject({
        kind: 'failed',
        result: { stderr: expect.stringMatching(/directory/i) },
      })
    })

    test('a command gets its stdin, its directory and its environment; none gets the script', async () => {
      mkdirSync(join(place.path, 'in here'), { recursive: true })
      const words = `it's\n$HOME\n`
      const steps = [sh('cat; pwd', { stdin: words, chdir: join(place.path, 'in here') }), sh('cat; echo "$A$LC_ALL"')]
      const frames = await write([
        { ...task(...steps), environment: { A: `'"` } },
        { ...task(sh('echo "$A"')), index: 1 },
      ])
      expect(
        frames.flatMap((frame) => (frame.kind === 'end' && frame.end.kind === 'done' ? frame.end.results : [])),
      ).toEqual([
        { exitCode: 0, stdout: `${words}${join(place.path, 'in here')}\n`, stderr: '' },
        { exitCode: 0, stdout: `'"C\n`, stderr: '' },
        { exitCode: 0, stdout: '\n', stderr: '' },
      ])
    })

    test('a directory that is not there fails before the command', async () => {
      const end = await outcome(sh('touch chdir-step', { chdir: '/nowhere' }))
      expect(end).toMatchObject({
        kind: 'failed',
        result: { exitCode: 1, stderr: expect.stringContaining('/nowhere') },
      })
      expect(existsSync(join(place.path, 'chdir-step'))).toBe(false)
    })

    test('a command that does not read its stdin, and one that is not there', async () => {
      expect(await outcome(sh('true', { stdin: 'x'.repeat(200_000) }))).toMatchObject({ kind: 'done' })
      const end = await outcome({ kind: 'run', command: ['no-such-command'] })
      expect(end).toMatchObject({ kind: 'failed', result: { exitCode: 127 } })
    })

    test('output is cut at 1 MiB', async () => {
      const end = await outcome(sh('head -c 1048577 /dev/zero | tr "\\000" x; echo err >&2'))
      const [result] = end?.kind === 'done' ? end.results : []
      expect(result?.stdout.length).toBe(1_048_576 + '\n(cut at 1 MiB)\n'.length)
      expect(result?.stdout.endsWith('x\n(cut at 1 MiB)\n')).toBe(true)
      expect(result?.stderr).toBe('err\n')
    })

    test.each([1, 0.5])('over its limit of %d s: ended, and known to be', async (limit) => {
      expect(await outcome(sh('echo begun; sleep 60', { limit }))).toMatchObject({
        kind: 'failed',
        timedOut: true,
        result: { stdout: 'begun\n' },
      })
      expect(await outcome(sh('exit 124'))).toMatchObject({
        kind: 'failed',
        timedOut: false,
        result: { exitCode: 124 },
      })
    })

    test.each([1, 0.5])('over its limit of %d s without `timeout` and flock', async (limit) => {
      const PATH = onlyTools(place, `few-tools-${limit}`, [
        'sh',
        'sleep',
        'id',
        'mkdir',
        'rmdir',
        'chmod',
        'find',
        'rm',
        'cat',
        'dd',
        'wc',
      ])
      const frames = await write([{ ...task(sh('cat; sleep 60', { limit, stdin: 'begun' })), index: 2 }], {
        env: { PATH },
      })
      expect(endOf(frames)).toMatchObject({ kind: 'failed', timedOut: true, result: { stdout: 'begun' } })
    })

    test.skipIf(busybox === undefined)("the watcher of a busybox's `timeout` does not hold the lock", async () => {
      const bin = onlyTools(place, 'busybox-timeout', [
        'flock',
        'id',
        'mkdir',
        'chmod',
        'find',
        'rm',
        'cat',
        'dd',
        'wc',
        'sh',
      ])
      symlinkSync(busybox ?? '', join(bin, 'timeout'))
      symlinkSync('/bin/true', join(bin, 'true'))
      for (let round = 0; round < 2; round++) {
        const frames = await write([task(sh('true'))], { env: { PATH: bin } })
        expect(endOf(frames)).toMatchObject({ kind: 'done' })
      }
    })

    test('a daemon that a step leaves behind holds neither channel nor lock', async () => {
      const daemon = `(trap 'exit' TERM; echo $$ >&2; while :; do sleep 1; done) & echo $!`
      const first = await outcome(sh(daemon))
      const [result] = first?.kind === 'done' ? first.results : []
      try {
        expect(await outcome(sh('true'))).toMatchObject({ kind: 'done' })
      } finally {
        process.kill(Number(result?.stdout))
      }
    })
  })

  test('without a directory of its own output without an end is cut too, and its command is ended', async () => {
    const asRoot = process.getuid?.() === 0
    const long = `head -c 3000000 /dev/zero | tr '\\000' x; echo; echo end`
    const frames = await write([{ ...task(sh(long), sh('yes', { limit: 1 })), limit: 60 }], {
      env: { XDG_RUNTIME_DIR: undefined },
      ...(asRoot ? { uid: 65534 } : {}),
    })
    const [end] = frames.flatMap((frame) => (frame.kind === 'end' ? [frame.end] : []))
    if (end?.kind !== 'failed') throw new Error(JSON.stringify(frames).slice(0, 500))
    expect([end.step, end.timedOut]).toEqual([1, true])
    expect(end.result.stdout.slice(0, 4)).toBe('y\ny\n')
    expect(end.result.stdout.slice(-20)).toMatch(/y\n\(cut here\)$/)
    expect(end.result.stdout.split('\n')).toHaveLength(20_001)
  })

  test('without a directory of its own the script says so, and works all the same', async () => {
    const asRoot = process.getuid?.() === 0
    const daemon = 'sleep 60 & echo $!'
    const frames = await write(
      [task(sh('echo out; printf err >&2'), sh(daemon)), { ...task(sh('printf end; exit 3')), index: 1 }],
      {
        env: { XDG_RUNTIME_DIR: undefined },
        ...(asRoot ? { uid: 65534 } : {}),
      },
    )
    expect(frames[0]).toEqual({ kind: 'notice', text: expect.stringContaining('not locked') })
    const [done, failed] = frames.flatMap((frame) => (frame.kind === 'end' ? [frame.end] : []))
    const results = done?.kind === 'done' ? done.results : []
    expect(results[0]).toEqual({ exitCode: 0, stdout: 'out\nerr', stderr: '' })
    process.kill(Number(results[1]?.stdout))
    expect(failed).toMatchObject({ kind: 'failed', result: { exitCode: 3, stdout: 'end' } })
  })
})
