import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createFrameReader, type Frame, type TaskEnd } from '../../src/remote/frames.ts'

const nonce = 'a1a1b2c3'

const packet = (
  letter: string,
  numbers: readonly number[],
  first: Buffer | string = '',
  second: Buffer | string = '',
) => {
  const [a, b] = [Buffer.from(first), Buffer.from(second)]
  const five = [0, 1, 2, 3, 4].map((place) => numbers[place] ?? 0).join(' ')
  return Buffer.concat([Buffer.from(`${nonce} ${letter} ${five} ${a.length} ${b.length}\n`), a, b, Buffer.from('\n')])
}

const read = (chunks: readonly Buffer[]): Frame[] => {
  const frames: Frame[] = []
  const reader = createFrameReader(nonce, (frame) => frames.push(frame))
  for (const chunk of chunks) reader.push(chunk)
  reader.end()
  return frames
}

const end = (index: number, ended: TaskEnd): Frame => ({ kind: 'end', index, end: ended })
const result = { exitCode: 3, stdout: 'out\n', stderr: 'err' }

test.each<[string, Buffer, Frame[]]>([
  ['a reading', packet('R', [7, 0, 0, 3], 'out\n', 'err'), [{ kind: 'read', index: 7, result }]],
  ['waiting', packet('W', [], 'ann@desk, run X'), [{ kind: 'waiting', owner: 'ann@desk, run X' }]],
  ['locked', packet('L', [], 'ann@desk, run X'), [{ kind: 'locked', owner: 'ann@desk, run X' }]],
  ['a notice', packet('N', [], 'no lock'), [{ kind: 'notice', text: 'no lock' }]],
  ['the end', packet('Z', []), [{ kind: 'done' }]],
  [
    'a step that failed',
    packet('F', [1, 2, 4, 3, 0], 'out\n', 'err'),
    [end(1, { kind: 'failed', change: 2, step: 4, result, timedOut: false })],
  ],
  [
    'a step over its time',
    packet('F', [1, 2, 4, 3, 1], 'out\n', 'err'),
    [end(1, { kind: 'failed', change: 2, step: 4, result, timedOut: true })],
  ],
  [
    'a refusal',
    packet('X', [1, 2, 3, 4], 'eth0 arp_ignore 0'),
    [end(1, { kind: 'refused', change: 2, step: 3, test: 4, found: 'eth0 arp_ignore 0' })],
  ],
  [
    'a move',
    packet('M', [1, 2], 'addresses:lo', 'none'),
    [end(1, { kind: 'moved', change: 2, key: 'addresses:lo', found: 'none' })],
  ],
  [
    'what did not take',
    packet('D', [1_000_001, -1], 'k', '0'),
    [end(1_000_001, { kind: 'did-not-take', change: -1, key: 'k', found: '0' })],
  ],
  ['a broken invariant', packet('K', [1], 'open'), [end(1, { kind: 'broken', found: 'open' })]],
  ['a letter of another version', packet('Q', [1], 'x'), []],
])('%s', (_what, bytes, frames) => {
  expect(read([bytes])).toEqual(frames)
})

test('results of steps belong to the task that began last', () => {
  const steps = [
    packet('B', [4]),
    packet('S', [4, 0, 0, 0], 'one'),
    packet('S', [4, 1, 0, 0], '', 'two'),
    packet('E', [4]),
  ]
  const next = [packet('B', [5]), packet('E', [5])]
  expect(read([...steps, ...next])).toEqual([
    { kind: 'begin', index: 4 },
    end(4, {
      kind: 'done',
      results: [
        { exitCode: 0, stdout: 'one', stderr: '' },
        { exitCode: 0, stdout: '', stderr: 'two' },
      ],
    }),
    { kind: 'begin', index: 5 },
    end(5, { kind: 'done', results: [] }),
  ])
})

test('bytes that are not UTF-8 are replaced, and counted as bytes', () => {
  const frames = read([packet('R', [0], Buffer.from([0xff, 0xc3, 0xa4, 0x80]), 'ä'), packet('Z', [])])
  expect(frames).toEqual([
    { kind: 'read', index: 0, result: { exitCode: 0, stdout: '\ufffdä\ufffd', stderr: 'ä' } },
    { kind: 'done' },
  ])
})

test('a frame that never comes whole is no frame', () => {
  const whole = packet('R', [0], 'x'.repeat(500))
  for (const length of [1, nonce.length, 20, whole.length - 2]) expect(read([whole.subarray(0, length)])).toEqual([])
})

// Payloads full of markers and of whole frames; noise that holds the nonce, but no header.
const forged = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom(packet('Z', []), packet('R', [9], 'forged'), Buffer.from(`${nonce} R 1 0 0 0`), Buffer.from(nonce)),
)
const payload = fc.array(forged, { maxLength: 4 }).map((parts) => Buffer.concat(parts))
const noise = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: fc.constantFrom('a', '1', 'b', '\n', ' '), maxLength: 12 }).map((text) => Buffer.from(text)),
      fc
        .constantFrom(`${nonce}\n`, `${nonce} R 1 2\n`, `${nonce} R 1 0 0 0 0 -1 5\n`, `${nonce} `, nonce.slice(0, 5))
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 5 },
  )
  .map((parts) => Buffer.concat(parts))

test('noise, forged markers and cuts anywhere change nothing', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(noise, payload, payload), { maxLength: 6 }),
      noise,
      fc.array(fc.nat({ max: 4000 })),
      (frames, tail, cuts) => {
        const packets = frames.map(([before, out, err], index) => [
          before,
          packet('R', [index, 0, 0, index % 256], out, err),
        ])
        const bytes = Buffer.concat([...packets.flat(), tail])
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length]
        const chunks = places.slice(1).map((place, index) => Buffer.from(bytes.subarray(places[index], place)))
        expect(read(chunks)).toEqual(
          frames.map(([, out, err], index) => ({
            kind: 'read',
            index,
            result: { exitCode: index % 256, stdout: out.toString(), stderr: err.toString() },
          })),
        )
      },
    ),
    { numRuns: 300 },
  )
})

test('byte by byte', () => {
  const bytes = Buffer.concat([Buffer.from('motd\n'), packet('R', [0], nonce, 'err'), packet('Z', [])])
  expect(read(Array.from(bytes, (byte) => Buffer.from([byte])))).toEqual([
    { kind: 'read', index: 0, result: { exitCode: 0, stdout: nonce, stderr: 'err' } },
    { kind: 'done' },
  ])
})

describe('a host that says more than anybody can want', () => {
  const filler = Buffer.alloc(1024 * 1024, 'x')
  const flood = (letter: string, megabytes: number, numbers: readonly number[] = []) =>
    Buffer.from(
      `${nonce} ${letter} ${[0, 1, 2, 3, 4].map((place) => numbers[place] ?? 0).join(' ')} ${megabytes * filler.length} 0\n`,
    )

  test('a frame of 200 MB is not kept, and what comes behind it is read', () => {
    const frames: Frame[] = []
    const reader = createFrameReader(nonce, (frame) => frames.push(frame))
    reader.push(flood('R', 200, [4, 0, 0, 3]))
    const before = process.memoryUsage().arrayBuffers
    for (let n = 0; n < 200; n++) reader.push(Buffer.from(filler))
    const kept = process.memoryUsage().arrayBuffers - before
    reader.push(Buffer.concat([Buffer.from('\n'), packet('Z', [])]))
    expect(frames).toEqual([
      { kind: 'read', index: 4, result: { exitCode: 3, stdout: '', stderr: expect.stringMatching(/^\(not kept: /) } },
      { kind: 'done' },
    ])
    expect(kept).toBeLessThan(200 * filler.length)
  })

  test('frames without an end are noise from some point on', () => {
    const frames: Frame[] = []
    const reader = createFrameReader(nonce, (frame) => frames.push(frame))
    const one = packet('R', [1], filler)
    for (let n = 0; n < 100; n++) reader.push(one)
    reader.push(packet('Z', []))
    expect(frames.length).toBeGreaterThan(30)
    expect(frames.length).toBeLessThan(100)
    expect(frames.at(-1)?.kind).toBe('read')
  })
})
