import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Command, CommandResult } from '../../src/model/task-type.ts'
import { type Ask, readScript } from '../../src/remote/read-script.ts'
import { nonce, onlyTools, runScript, type Surroundings, scratch, shells } from './shells.ts'

const sh = (line: string): Command => ['sh', '-c', line]

test('the script that goes to every host is small', () => {
  expect(readScript({ nonce, asks: [{ command: ['true'] }] }).length).toBeLessThan(1100)
})

test('a name that could leave its place is our own bug', () => {
  expect(() => readScript({ nonce: 'a b', asks: [] })).toThrow('nonce')
  expect(() => readScript({ nonce, asks: [{ command: ['env'], environment: { 'A;reboot': '' } }] })).toThrow('variable')
})

describe.each(shells)('%s', (_name, shell) => {
  const place = scratch()
  const read = async (asks: readonly Ask[], around: Surroundings = {}, limit?: number): Promise<CommandResult[]> => {
    const script = readScript({ nonce, asks, ...(limit === undefined ? {} : { limit }) })
    const { frames } = await runScript(shell, script, { place, ...around })
    expect(frames.at(-1)).toEqual({ kind: 'done' })
    return frames.slice(0, -1).map((frame, index) => {
      if (frame.kind !== 'read') throw new Error(`not a reading: ${frame.kind}`)
      expect(frame.index).toBe(index)
      return frame.result
    })
  }
  const out = async (line: string, around?: Surroundings) => (await read([{ command: sh(line) }], around))[0]?.stdout

  test('exit code, stdout and stderr, each its own', async () => {
    expect(
      await read([
        { command: sh('echo out; echo err >&2; exit 3') },
        { command: ['true'] },
        { command: sh('printf "no newline"') },
        { command: sh('printf "\\n\\ntwo\\n\\n"') },
        { command: sh('echo "1 2 3" >&2; kill -9 $$') },
      ]),
    ).toEqual([
      { exitCode: 3, stdout: 'out\n', stderr: 'err' },
      { exitCode: 0, stdout: '', stderr: '' },
      { exitCode: 0, stdout: 'no newline', stderr: '' },
      { exitCode: 0, stdout: '\n\ntwo\n\n', stderr: '' },
      { exitCode: 137, stdout: '', stderr: '1 2 3' },
    ])
  })

  test('a command that is not there is 127 and says so', async () => {
    const [result] = await read([{ command: ['no-such-command'] }])
    expect(result).toMatchObject({ exitCode: 127, stdout: '' })
    expect(result?.stderr).toContain('no-such-command')
  })

  test('arguments reach the command as they are', async () => {
    const words = [`it's`, '$HOME', '*', 'a  b', '', '\n', '-n', '%s\\n']
    const [result] = await read([{ command: ['printf', '%s|', ...words] }])
    expect(result?.stdout).toBe(words.map((word) => `${word}|`).join(''))
  })

  test('no child reads the script', async () => {
    const results = await read([
      { command: ['cat'] },
      { command: sh('read line; echo "$line"') },
      { command: ['echo', 'still here'] },
    ])
    expect(results.map(({ stdout }) => stdout)).toEqual(['', '\n', 'still here\n'])
  })

  test('any bytes but NUL come through', async () => {
    const text = fc
      .uint8Array({ minLength: 500, maxLength: 2000 })
      .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0)))
    await fc.assert(
      fc.asyncProperty(text, text, async (first, second) => {
        place.file('first', first)
        place.file('second', second)
        const [result] = await read([{ command: sh('cat first; cat second >&2') }])
        expect(result?.stdout).toBe(first.toString())
        expect(result?.stderr).toBe(second.toString().replace(/\n+$/, ''))
      }),
      { numRuns: 8 },
    )
  })

  test('a megabyte comes through', async () => {
    const text = 'net.ipv4.conf.eth0.arp_ignore = 1\n'.repeat(30_000)
    place.file('big', text)
    expect(await out('cat big')).toBe(text)
  })

  test('the environment of one ask is its own', async () => {
    const show = sh('echo "$WHERE $LC_ALL"')
    const results = await read([
      { command: show, environment: { WHERE: `it's $here` } },
      { command: show, environment: { LC_ALL: 'de_DE.UTF-8' } },
      { command: show },
    ])
    expect(results.map(({ stdout }) => stdout)).toEqual([`it's $here C\n`, ' de_DE.UTF-8\n', ' C\n'])
  })

  test('/sbin is looked in, after what the PATH says', async () => {
    expect(await out('echo $PATH', { env: { PATH: '/usr/bin:/bin' } })).toBe('/usr/bin:/bin:/usr/sbin:/sbin\n')
    expect(await out('echo $PATH', { env: { PATH: '/sbin:/usr/bin:/bin:/usr/sbin' } })).toBe(
      '/sbin:/usr/bin:/bin:/usr/sbin\n',
    )
  })

  test('blanks and patterns in the environment of the login change nothing', async () => {
    expect(await out('echo "a b"', { env: { IFS: 'a', CDPATH: '/', LC_ALL: 'C.UTF-8' } })).toBe('a b\n')
  })

  const timedOut = [124, 137, 143]
  test('a command over its limit is ended on the host', async () => {
    const [slow, next] = await read([{ command: ['sleep', '60'] }, { command: ['echo', 'next'] }], {}, 1)
    expect(timedOut).toContain(slow?.exitCode)
    expect(next?.stdout).toBe('next\n')
  })

  test('without `timeout` the shell watches', async () => {
    const PATH = onlyTools(place, 'no-timeout', ['sh', 'sleep', 'echo', 'cat'])
    const asks: Ask[] = [{ command: ['sleep', '60'] }, { command: sh('cat; echo out; echo err >&2; exit 3') }]
    const [slow, next] = await read(asks, { env: { PATH } }, 1)
    expect(timedOut).toContain(slow?.exitCode)
    expect(next).toEqual({ exitCode: 3, stdout: 'out\n', stderr: 'err' })
  })
})
