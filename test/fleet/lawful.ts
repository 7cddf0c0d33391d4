import { expect } from 'vitest'
import type { Value } from '../../src/model/document.ts'
import type { Change, CommandResult, Facts, Lasting, Plan, Reading, Step, TaskType } from '../../src/model/task-type.ts'
import { createFrameReader, type Frame } from '../../src/remote/frames.ts'
import { readScript } from '../../src/remote/read-script.ts'
import { writeScript } from '../../src/remote/write-script.ts'

/** Something that runs the scripts which real hosts get. */
export interface Host {
  script(text: string): Buffer
  [Symbol.dispose](): void
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
export const read = (host: Host, readings: readonly Reading<unknown>[]): Facts => {
  const sources = [...new Map(readings.map(({ source }) => [source.key, source])).values()]
  const results = new Map<string, CommandResult>()
  for (const frame of framesOf(host.script(readScript({ nonce, asks: sources }))))
    if (frame.kind === 'read') results.set(sources[frame.index]?.key ?? '', frame.result)
  return { of: (reading) => reading.parse(results.get(reading.source.key) as CommandResult) }
}

export const write = (host: Host, facts: Facts, changes: readonly Change[]): Frame[] => {
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
export const planned = (
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
export const lawful = (host: Host, job: Job): void => {
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

/** What a command prints there. */
export const text = (host: Host, command: string): string => host.script(`{ ${command}\nexit; }`).toString()
