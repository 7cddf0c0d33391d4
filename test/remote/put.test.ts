import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/model/task-type.ts'
import type { Frame } from '../../src/remote/frames.ts'
import { writeScript } from '../../src/remote/write-script.ts'
import { nonce, onlyTools, run, runScript, type Surroundings, scratch, shells } from './shells.ts'

type Put = Extract<Step, { kind: 'put' }>
const asRoot = process.getuid?.() === 0

describe.each(shells)('%s', (_name, shell) => {
  const place = scratch()
  const write = async (steps: readonly Step[], around: Surroundings = {}): Promise<Frame | undefined> => {
    const tasks = [{ index: 0, changes: [{ from: [], steps, proof: [] }], opaque: false, limit: 10 }]
    const script = writeScript({ nonce, run, owner: 'me', lockWait: 0, tasks, atEnd: [], roots: place.roots })
    const { frames } = await runScript(shell, script, { place, ...around })
    return frames.find(({ kind }) => kind === 'end')
  }
  const put = async (
    path: string,
    content: string | Uint8Array,
    more: Partial<Put> = {},
    around: Surroundings = {},
  ) => {
    const step: Put = { kind: 'put', path: join(place.path, path), content: Buffer.from(content), ...more }
    const frame = await write([step], around)
    if (frame?.kind !== 'end') return undefined
    return frame.end.kind === 'failed' ? frame.end.result.stderr : frame.end.kind
  }
  const directory = (name: string): string => {
    mkdirSync(join(place.path, name))
    return name
  }
  const modeOf = (path: string) => statSync(join(place.path, path)).mode & 0o7777

  test('any bytes, exactly', async () => {
    const dir = directory('bytes')
    const contents = fc.sample(
      fc.oneof(
        fc.uint8Array({ maxLength: 300 }),
        fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      ),
      { numRuns: 6, seed: 7 },
    )
    const special = [
      '',
      '\n',
      'no newline',
      `it's\r\n%s\\n\\0`,
      '\0',
      '\ufeffmark',
      '-n',
      '😀'.repeat(5000),
      'x😀'.repeat(3000),
    ]
    const all = [
      ...contents,
      ...special.map((text) => Buffer.from(text)),
      Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
    ]
    const steps = all.map((content, index): Step => ({ kind: 'put', path: join(place.path, dir, `${index}`), content }))
    expect(await write(steps)).toMatchObject({ end: { kind: 'done' } })
    for (const [index, content] of all.entries())
      expect(readFileSync(join(place.path, dir, `${index}`)).equals(content), `content ${index}`).toBe(true)
    expect(readdirSync(join(place.path, dir))).toHaveLength(all.length)
  })

  test('much text, and much of anything', async () => {
    const dir = directory('big')
    const text = Buffer.from('it is a line of a configuration\n'.repeat(10_000))
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7919) >> 4))
    expect(await put(`${dir}/text`, text)).toBe('done')
    expect(await put(`${dir}/bytes`, bytes)).toBe('done')
    expect(readFileSync(join(place.path, dir, 'text')).equals(text)).toBe(true)
    expect(readFileSync(join(place.path, dir, 'bytes')).equals(bytes)).toBe(true)
  })

  test('a new file is 0644 or as wished; an old one keeps its mode and owner', async () => {
    const dir = directory('modes')
    expect(await put(`${dir}/new`, 'x')).toBe('done')
    expect(modeOf(`${dir}/new`)).toBe(0o644)
    expect(await put(`${dir}/wished`, 'x', { mode: '0600' })).toBe('done')
    expect(modeOf(`${dir}/wished`)).toBe(0o600)
    place.file(`${dir}/old`, 'old', 0o4750)
    if (asRoot) {
      chownSync(join(place.path, dir, 'old'), 65534, 65534)
      chmodSync(join(place.path, dir, 'old'), 0o4750)
    }
    expect(await put(`${dir}/old`, 'new')).toBe('done')
    expect(place.read(`${dir}/old`)).toBe('new')
    expect(modeOf(`${dir}/old`)).toBe(0o4750)
    if (asRoot) expect(statSync(join(place.path, dir, 'old'))).toMatchObject({ uid: 65534, gid: 65534 })
  })

  test.runIf(asRoot)('owner and group as wished', async () => {
    const dir = directory('owners')
    expect(await put(`${dir}/x`, 'x', { owner: 'nobody' })).toBe('done')
    expect(statSync(join(place.path, dir, 'x'))).toMatchObject({ uid: 65534, gid: 0 })
    expect(await put(`${dir}/x`, 'x', { owner: '0', group: '65534' })).toBe('done')
    expect(statSync(join(place.path, dir, 'x'))).toMatchObject({ uid: 0, gid: 65534 })
    expect(await put(`${dir}/y`, 'y', { owner: 'no-such-user' })).toContain('no-such-user')
    expect(readdirSync(join(place.path, dir))).toEqual(['x'])
  })

  test('a link is followed within its directory only', async () => {
    const dir = directory('links')
    place.file(`${dir}/target`, 'old')
    symlinkSync('target', join(place.path, dir, 'inside'))
    expect(await put(`${dir}/inside`, 'new')).toBe('done')
    expect(place.read(`${dir}/target`)).toBe('new')
    expect(readlinkSync(join(place.path, dir, 'inside'))).toBe('target')
    place.file('outside', 'safe')
    symlinkSync('../outside', join(place.path, dir, 'out'))
    symlinkSync('/dev/null', join(place.path, dir, 'masked'))
    symlinkSync('loop', join(place.path, dir, 'loop'))
    expect(await put(`${dir}/out`, 'x')).toContain('outside, out of its directory')
    expect(await put(`${dir}/masked`, 'x')).toContain('/dev/null, out of its directory')
    expect(await put(`${dir}/loop`, 'x')).toContain('out of its directory')
    expect(place.read('outside')).toBe('safe')
    symlinkSync('../big', join(place.path, dir, 'away'))
    mkdirSync(join(place.path, dir, 'real'))
    symlinkSync('real', join(place.path, dir, 'near'))
    expect(await put(`${dir}/away/file`, 'x')).toContain('out of its directory')
    expect(await put(`${dir}/near/file`, 'x')).toBe('done')
    expect(readdirSync(join(place.path, dir)).filter((name) => name.startsWith('.'))).toEqual([])
  })

  test('what is no place for a file', async () => {
    const dir = directory('places')
    mkdirSync(join(place.path, dir, 'directory'))
    spawnSync('mkfifo', [join(place.path, dir, 'fifo')])
    expect(await put(`${dir}/directory`, 'x')).toContain('is a directory')
    expect(await put(`${dir}/fifo`, 'x')).toContain('is a special file')
    expect(await put(`${dir}/missing/file`, 'x')).toContain('no such directory')
    expect(await put(`${dir}/../${dir}/odd $(name)'`, 'x')).toBe('done')
    expect(readdirSync(join(place.path, dir)).sort()).toEqual(['directory', 'fifo', `odd $(name)'`])
  })

  test('what is validated is the new file, under its temporary name', async () => {
    const dir = directory(`val id's`)
    const validate = { validate: 'grep -q good %s || { echo "bad: $(cat %s)"; exit 3; }' }
    expect(await put(`${dir}/x`, 'good', validate)).toBe('done')
    expect(await put(`${dir}/x`, 'worse', validate)).toBe('validation failed: bad: worse')
    const plain = directory('plain')
    expect(await put(`${plain}/x`, 'good', { validate: `grep -q good '%s'` })).toBe('done')
    expect(await put(`${plain}/x`, 'worse', { validate: `cat; grep -q good '%s'` })).toContain('validation failed')
    expect(place.read(`${dir}/x`)).toBe('good')
    expect([...readdirSync(join(place.path, dir)), ...readdirSync(join(place.path, plain))]).toEqual(['x', 'x'])
  })

  test.runIf(asRoot)('a full disk leaves the old file and no other', async () => {
    const dir = directory('full')
    place.file(`${dir}-content`, 'x')
    // A file size limit is the disk that ends in the middle of a file; SIGXFSZ is ignored as ENOSPC would be met.
    const limited = ['bash', '-c', `trap '' XFSZ; ulimit -f 1; exec "$@"`, 'bash', ...shell]
    place.file(`${dir}/x`, 'old')
    const step: Put = { kind: 'put', path: join(place.path, dir, 'x'), content: Buffer.alloc(100_000, 'x') }
    const tasks = [{ index: 0, changes: [{ from: [], steps: [step], proof: [] }], opaque: false, limit: 10 }]
    const script = writeScript({ nonce, run, owner: 'me', lockWait: 0, tasks, atEnd: [], roots: place.roots })
    const { frames } = await runScript(limited, script, { place })
    expect(frames.at(-1)).toMatchObject({ kind: 'end', end: { kind: 'failed' } })
    expect(readdirSync(join(place.path, dir))).toEqual(['x'])
    expect(place.read(`${dir}/x`)).toBe('old')
  })

  test('bytes need no tool for decoding', async () => {
    const dir = directory('few')
    const PATH = onlyTools(place, 'put-tools', ['id', 'mkdir', 'chmod', 'find', 'rm', 'mv', 'stat', 'chown', 'flock'])
    expect(await put(`${dir}/x`, Buffer.from([0, 1, 254, 255, 10]), {}, { env: { PATH } })).toBe('done')
    expect([...readFileSync(join(place.path, dir, 'x'))]).toEqual([0, 1, 254, 255, 10])
    expect(existsSync(join(place.path, dir, `.x.${nonce}`))).toBe(false)
  })
})
