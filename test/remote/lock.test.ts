import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { pickUpScript, type WriteTask, writeScript } from '../../src/remote/write-script.ts'
import { nonce, onlyTools, run, runScript, type Surroundings, scratch, shells, start } from './shells.ts'

const owner = `ann@desk, run ${run}`
const other = 'bob@laptop, run 20261124T041300Z-q1q1'
const otherNonce = '00aa11bb22cc33dd44'

const steps = (index: number, ...lines: string[]): WriteTask => ({
  index,
  changes: [{ from: [], steps: lines.map((line) => ({ kind: 'run', command: ['sh', '-c', line] })), proof: [] }],
  opaque: false,
  limit: 60,
})

describe.each(shells)('%s', (_name, shell) => {
  const place = scratch()
  const withoutFlock = onlyTools(place, 'no-flock', [
    ...['sh', 'cat', 'chmod', 'dd', 'echo', 'find', 'id', 'mkdir', 'rm', 'rmdir', 'sleep', 'timeout', 'wc'],
  ])
  beforeEach(() => rmSync(place.roots.run, { recursive: true, force: true }))

  const request = { nonce, run, owner, lockWait: 0, tasks: [steps(0)], atEnd: [], roots: place.roots }
  const pickUp = (wait: number, around: Surroundings = {}) =>
    runScript(shell, pickUpScript({ nonce, run, wait, roots: place.roots }), { place, ...around })

  /** A script that is in its first step until `go` resolves. */
  const held = async (around: Surroundings) => {
    const [arrived, gate] = [place.fifo(), place.fifo()]
    const tasks = [steps(0, `echo >'${arrived}'; read line <'${gate}'; echo "$line"`), steps(1, 'echo second')]
    const running = start(shell, writeScript({ ...request, tasks }), { place, ...around })
    await readFile(arrived)
    return { running, go: () => writeFile(gate, 'on\n') }
  }

  describe.each([
    ['flock', {}],
    ['a directory', { env: { PATH: withoutFlock } }],
  ])('locked by %s', (how, around) => {
    test('one waits for the other, and is told whose turn it is', async () => {
      const first = await held(around)
      const second = start(shell, writeScript({ ...request, owner: other, nonce: otherNonce, lockWait: 30 }), {
        place,
        nonce: otherNonce,
        ...around,
      })
      expect(await second.frame('waiting')).toEqual({ kind: 'waiting', owner })
      await first.go()
      expect((await first.running.ended).frames.at(-1)).toEqual({ kind: 'done' })
      expect((await second.ended).frames.map(({ kind }) => kind)).toEqual(['waiting', 'begin', 'end', 'done'])
    })

    test('who will not wait leaves without a change', async () => {
      const first = await held(around)
      const script = writeScript({ ...request, owner: other, nonce: otherNonce, tasks: [steps(0, 'touch not-mine')] })
      const second = await runScript(shell, script, { place, nonce: otherNonce, ...around })
      expect(second.frames).toEqual([
        { kind: 'waiting', owner },
        { kind: 'locked', owner },
      ])
      expect(existsSync(join(place.path, 'not-mine'))).toBe(false)
      await first.go()
      await first.running.ended
      expect((await runScript(shell, writeScript(request), { place, ...around })).frames.at(-1)).toEqual({
        kind: 'done',
      })
    })

    test('a killed owner is seen at once', async () => {
      const first = await held(around)
      process.kill(first.running.pid, 'SIGKILL')
      await first.go()
      await first.running.ended
      const script = writeScript({ ...request, nonce: otherNonce })
      const second = await runScript(shell, script, { place, nonce: otherNonce, ...around })
      expect(second.frames.map(({ kind }) => kind)).toEqual(['begin', 'end', 'done'])
    })

    if (how !== 'flock') {
      const leave = (text: string | undefined) => {
        mkdirSync(join(place.roots.run, 'held'), { recursive: true, mode: 0o700 })
        if (text !== undefined) writeFileSync(join(place.roots.run, 'held/owner'), text)
      }
      const ownProcess = () =>
        `${process.pid} ${readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ')[19]}`
      const bootId = () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      const kinds = async (lockWait: number) =>
        (await runScript(shell, writeScript({ ...request, lockWait }), { place, ...around })).frames.map(
          ({ kind }) => kind,
        )

      test('alive is the same process of the same boot', async () => {
        leave(`${ownProcess()} ${bootId()} ${other}\n`)
        expect(await kinds(0)).toEqual(['waiting', 'locked'])
        leave(`${ownProcess()} 0000-another-boot ${other}\n`)
        expect(await kinds(0)).toEqual(['begin', 'end', 'done'])
        leave(`${process.pid} 1 ${bootId()} ${other}\n`)
        expect(await kinds(0)).toEqual(['begin', 'end', 'done'])
      })

      test('a lock without a name is taken when it is seen a second time', async () => {
        leave(undefined)
        expect(await kinds(0)).toEqual(['waiting', 'locked'])
        expect(await kinds(5)).toEqual(['waiting', 'begin', 'end', 'done'])
        expect(existsSync(join(place.roots.run, 'held'))).toBe(false)
      })
    }
  })

  // busybox takes its own `sleep`, whatever PATH says.
  test.skipIf(_name === 'busybox')('the wait is time, not rounds: slow rounds are fewer', async () => {
    const first = await held({})
    const naps = join(place.path, 'naps')
    const slow = place.file('slow/sleep', `#!/bin/sh\necho >>'${naps}'\nPATH=/usr/bin:/bin exec sleep 3\n`, 0o755)
    const env = { PATH: `${dirname(slow)}:${process.env.PATH}` }
    const script = writeScript({ ...request, owner: other, nonce: otherNonce, lockWait: 3 })
    const { frames } = await runScript(shell, script, { place, nonce: otherNonce, env })
    expect(frames.at(-1)?.kind).toBe('locked')
    expect(readFileSync(naps, 'utf8').length).toBeLessThan(3)
    await first.go()
    await first.running.ended
  })

  test('a lost connection and its signals stop nothing; the journal has it all', async () => {
    const { running, go } = await held({})
    running.hangUp()
    for (const signal of ['SIGHUP', 'SIGPIPE', 'SIGTERM'] as const) process.kill(running.pid, signal)
    const waiting = start(shell, pickUpScript({ nonce, run, wait: 50, roots: place.roots }), { place })
    await go()
    expect((await running.ended).status).toBe(0)
    expect((await waiting.ended).frames).toEqual([
      { kind: 'begin', index: 0 },
      { kind: 'end', index: 0, end: { kind: 'done', results: [{ exitCode: 0, stdout: 'on\n', stderr: '' }] } },
      { kind: 'begin', index: 1 },
      { kind: 'end', index: 1, end: { kind: 'done', results: [{ exitCode: 0, stdout: 'second\n', stderr: '' }] } },
      { kind: 'done' },
    ])
  })

  test('picking up says when there is nothing, and when it is not over', async () => {
    const nothing = await pickUp(1)
    expect(nothing.frames).toEqual([{ kind: 'notice', text: 'the host has no journal of that script' }])
    const { running, go } = await held({})
    expect((await pickUp(0)).frames).toEqual([
      { kind: 'notice', text: 'the script on the host is still running' },
      { kind: 'begin', index: 0 },
    ])
    await go()
    await running.ended
    expect((await pickUp(0)).frames.at(-1)).toEqual({ kind: 'done' })
  })

  test('what the channel heard is what the journal has', async () => {
    const tasks = [steps(0, 'printf "a\\nb"; echo err >&2'), steps(1, 'exit 9')]
    const heard = await runScript(shell, writeScript({ ...request, tasks }), { place })
    expect((await pickUp(0)).frames).toEqual(heard.frames)
  })

  test('journals of other days go', async () => {
    await runScript(shell, writeScript({ ...request, nonce: otherNonce }), { place, nonce: otherNonce })
    const old = join(place.roots.run, `${run}-${otherNonce}.frames`)
    const yesterday = Date.now() / 1000 - 2 * 86_400
    utimesSync(old, yesterday, yesterday)
    await runScript(shell, writeScript(request), { place })
    expect(existsSync(old)).toBe(false)
    expect(existsSync(join(place.roots.run, `${run}-${nonce}.frames`))).toBe(true)
  })

  test('a runtime directory that is not ours is not used', async () => {
    spawnSync('ln', ['-s', place.path, place.roots.run])
    const { frames } = await runScript(shell, writeScript(request), { place })
    expect(frames.map(({ kind }) => kind)).toEqual(['notice', 'begin', 'end', 'done'])
    expect(existsSync(join(place.path, 'lock'))).toBe(false)
  })
})

describe.each(shells)('half a script on %s', (_name, shell) => {
  test('does nothing, wherever it is cut', async () => {
    const place = scratch()
    place.file('sys/net/x', '0\n')
    const script = writeScript({
      nonce,
      run,
      owner,
      lockWait: 0,
      tasks: [
        {
          ...steps(0, 'touch trace'),
          changes: [
            {
              from: [],
              steps: [
                { kind: 'run', command: ['touch', 'trace'] },
                { kind: 'set', path: 'net/x', value: '1' },
                { kind: 'put', path: join(place.path, 'trace2'), content: Buffer.from('x') },
              ],
              proof: [],
            },
          ],
        },
      ],
      atEnd: [],
      roots: place.roots,
    })
    const file = place.file('script', script)
    // Every byte takes minutes: CI does that. Otherwise every 211th, and each near both ends.
    const stride = process.env.CI === 'true' ? 1 : 211
    const lengths = Array.from({ length: script.length - 2 }, (_, length) => length).filter(
      (length) => length % stride === 0 || length < 8 || length > script.length - 25,
    )
    const driver = `for n in ${lengths.join(' ')}; do head -c $n '${file}' | "$@" -s -- '' >/dev/null 2>&1
      [ ! -e trace ] && [ ! -e trace2 ] && [ ! -e run/ipvs-play ] && read x <sys/net/x && [ "$x" = 0 ] || { echo "did something at $n"; exit; }; done; echo nothing`
    const child = spawn('sh', ['-c', driver, 'sh', ...shell], { cwd: place.path, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
    })
    await new Promise((resolve) => child.on('close', resolve))
    expect(said).toBe('nothing\n')
    const whole = await runScript(shell, script, { place })
    expect(whole.frames.at(-1)).toEqual({ kind: 'done' })
    expect(await readFile(join(place.path, 'sys/net/x'), 'utf8')).toBe('1\n')
    expect(existsSync(join(place.path, 'trace2'))).toBe(true)
  }, 600_000)
})
