import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { CommandResult } from '../../src/model/task-type.ts'
import { type FileReading, file, files, textOf } from '../../src/readings/file.ts'
import { lacks } from '../fleet/needs.ts'
import { seed } from '../part.ts'

// Starting processes takes its time on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

let at: string
beforeAll(() => {
  at = mkdtempSync(join(tmpdir(), 'file-reading-'))
})
afterAll(() => rmSync(at, { recursive: true }))

const busybox = lacks('file readings under busybox', 'busybox') ? [] : ['busybox sh']
const shells = ['sh', 'dash', 'bash --posix', ...busybox].map((shell) => shell.split(' '))

/** Reads with this shell in the place of sh. */
const read = (shell: readonly string[], paths: readonly string[], environment: object = {}): FileReading[] => {
  const readings = files(paths)
  const [, ...words] = readings[0]?.source.command ?? []
  const [program = '', ...before] = shell
  const { stdout, stderr, status } = spawnSync(program, [...before, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  })
  expect(stderr).toBe('')
  return readings.map((reading) => reading.parse({ stdout, stderr, exitCode: status ?? 1 }))
}
/** Said at once: a matcher takes its time over 64 KiB. */
const holds = (value: FileReading | undefined, bytes: Uint8Array) =>
  value?.kind === 'file' && value.bytes !== undefined && Buffer.from(bytes).equals(value.bytes)
const hash = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

describe.each(shells)('with %s %s', (...words) => {
  const shell = words.filter((word): word is string => typeof word === 'string')

  test('every kind of thing, several at once', () => {
    const dir = mkdtempSync(join(at, 'kinds-'))
    const path = (name: string) => join(dir, name)
    writeFileSync(path('text'), 'one\ntwo\n')
    chmodSync(path('text'), 0o4751)
    writeFileSync(path('empty'), '')
    writeFileSync(path("odd $name' *\\"), Buffer.from([0, 255, 10, 0]))
    writeFileSync(path('large'), 'x'.repeat(70_000))
    symlinkSync('../away $HOME', path('link'))
    mkdirSync(path('dir'))
    spawnSync('sh', ['-c', 'mkfifo "$1"', 'sh', path('fifo')])
    const names = ['text', 'empty', 'absent', "odd $name' *\\", 'large', 'link', 'dir', 'fifo', 'no/such/file', 'text']
    const [text, empty, absent, odd, large, link, folder, fifo, orphan, again] = read(shell, names.map(path))
    const { username, uid, gid } = userInfo()
    const mine = { kind: 'file', owner: username, uid, gid }
    expect(text).toMatchObject({
      ...mine,
      mode: '4751',
      size: 8,
      sha256: hash('one\ntwo\n'),
      bytes: Buffer.from('one\ntwo\n'),
    })
    expect(empty).toMatchObject({ ...mine, size: 0, sha256: hash(''), bytes: Buffer.from('') })
    expect(absent).toEqual({ kind: 'absent' })
    expect(odd).toMatchObject({ ...mine, size: 4, bytes: Buffer.from([0, 255, 10, 0]) })
    expect(large).toMatchObject({ ...mine, size: 70_000, sha256: hash('x'.repeat(70_000)) })
    expect(large).not.toHaveProperty('bytes')
    expect(link).toEqual({ kind: 'link', to: '../away $HOME' })
    expect(folder).toEqual({ kind: 'other', what: 'directory' })
    expect(fifo).toEqual({ kind: 'other', what: 'special file' })
    expect(orphan).toEqual({ kind: 'absent', parent: 'missing' })
    expect(again).toEqual(text)
  })

  test('a file of the full size is read whole, also where there is no base64', () => {
    const content = Buffer.from(Uint8Array.from({ length: 65_536 }, (_, index) => (index * 7) % 256))
    const path = join(at, 'full')
    writeFileSync(path, content)
    expect(holds(read(shell, [path])[0], content)).toBe(true)
    const bin = mkdtempSync(join(at, 'bin-'))
    for (const tool of ['stat', 'od', 'readlink', 'tr']) symlinkSync(`/usr/bin/${tool}`, join(bin, tool))
    const [program = '', ...rest] = shell
    const absolute = spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { encoding: 'utf8' }).stdout.trim()
    // busybox runs its own base64 whatever PATH says, which is as good
    expect(holds(read([absolute, ...rest], [path], { PATH: bin })[0], content)).toBe(true)
  })
})

test('any bytes come back as they are', () => {
  // One reading of many files: what costs is the start of a process.
  const contents = fc.sample(fc.uint8Array({ maxLength: 300 }), { seed, numRuns: 8 })
  const paths = contents.map((bytes, index) => {
    const path = join(at, `bytes${index}`)
    writeFileSync(path, bytes)
    return path
  })
  const values = read(['sh'], paths)
  for (const [index, bytes] of contents.entries())
    expect(values[index]).toMatchObject({ size: bytes.length, sha256: hash(bytes), bytes: Buffer.from(bytes) })
})

const result = (stdout: string, exitCode = 0): CommandResult => ({ stdout, stderr: '', exitCode })

test.each([
  ['', 'unreadable'],
  ['sh: not found\n', 'unreadable'],
  ['@0 ', 'unreadable'],
  ['@0 unreadable\n', 'unreadable'],
  ['@0 absent\n', 'absent'],
  ['@0 nonsense\n', 'unreadable'],
  ['@1 absent\n', 'unreadable'],
])('output %j is read without an exception', (stdout, kind) => {
  expect(file('/etc/x').parse(result(stdout)).kind).toBe(kind)
})

test('a number without a name has only its number', () => {
  const value = file('/x').parse(result(`@0 file 0 600 4711 4712 UNKNOWN UNKNOWN\n`))
  expect(value).toEqual({
    kind: 'file',
    sha256: hash(''),
    size: 0,
    mode: '0600',
    uid: 4711,
    gid: 4712,
    bytes: Buffer.from(''),
  })
})

test('equal paths are equal readings, whichever way they are asked for', () => {
  expect(files(['/a', '/b']).map(({ key }) => key)).toEqual(['file:/a', 'file:/b'])
  expect(file('/b').key).toBe('file:/b')
  expect(new Set(files(['/a', '/b']).map(({ source }) => source.key)).size).toBe(1)
})

test('the test on the host asks for what is known, and for nothing where nothing can be asked', () => {
  const { test: of } = file('/a')
  expect(of({ kind: 'absent', parent: 'missing' })).toEqual([{ kind: 'file', path: '/a', is: { kind: 'absent' } }])
  expect(of({ kind: 'link', to: 'b' })).toEqual([{ kind: 'file', path: '/a', is: { kind: 'link', to: 'b' } }])
  expect(of({ kind: 'unreadable' })).toEqual([])
  const known = { sha256: 'x', mode: '0644', owner: 'root', group: undefined }
  expect(of({ kind: 'file', size: 1, uid: 0, gid: 7, bytes: Buffer.from('a'), ...known })).toEqual([
    { kind: 'file', path: '/a', is: { kind: 'file', sha256: 'x', mode: '0644', owner: 'root', group: '7' } },
  ])
})

test('bytes that are not text are not taken for text', () => {
  expect(textOf(Buffer.from('grüß\n'))).toBe('grüß\n')
  expect(textOf(Buffer.from('\ufeffa'))).toBe('\ufeffa')
  expect(textOf(Buffer.from([0xe9, 0x20]))).toBeUndefined()
  expect(textOf(Buffer.from('a\0b'))).toBeUndefined()
})
