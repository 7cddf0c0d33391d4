import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/model/event.ts'
import { createTally, exitCode, nothing } from '../../src/reporters/tally.ts'
import { finished, stamp, started } from './events.ts'

const tallyOf = (...events: readonly RunEvent[]) => {
  const tally = createTally()
  for (const event of events) tally.see(event)
  return tally
}
const unreachable = stamp({ type: 'host-unreachable', host: 'rs2', reason: 'refused', touched: 'no' })
const halted = stamp({ type: 'rollout-halted', why: 'one failed', hosts_left: ['rs3'] })
const locked = stamp({ type: 'host-locked', host: 'rs1', owner: 'ops' })
const interrupted = stamp({ type: 'interrupted', signal: 'SIGINT' })

describe('recap', () => {
  test('a loop counts once, its items not at all; an ignored failure is ignored', () => {
    const { recap } = tallyOf(
      started(['rs1', 'rs2']),
      finished('rs1', 'changed', { item: 'a' }),
      finished('rs1', 'changed', { item: 'b' }),
      finished('rs1', 'changed'),
      finished('rs1', 'failed', { ignored: true }),
    )
    expect(recap()).toEqual({ rs1: { ...nothing(), changed: 1, ignored: 1 }, rs2: nothing() })
  })
})

describe('exit code', () => {
  test.each<[string, readonly RunEvent[], boolean, number[]]>([
    ['as wished', [finished('rs1', 'ok')], false, []],
    ['a task failed', [finished('rs1', 'failed')], false, [2]],
    ['an ignored failure is none', [finished('rs1', 'failed', { ignored: true })], false, []],
    ['unreachable', [unreachable], false, [4]],
    ['failed is told before unreachable', [unreachable, finished('rs1', 'failed')], false, [2, 4]],
    ['halted hides what halted it, but lists it', [finished('rs1', 'failed'), halted], false, [6, 2]],
    ['locked', [locked], false, [7]],
    ['interrupted is above all', [finished('rs1', 'failed'), halted, interrupted], false, [130, 6, 2]],
    ['pending only counts when asked for', [finished('rs1', 'would-change')], false, []],
    ['pending', [finished('rs1', 'would-change')], true, [3]],
    ['unknown is pending', [finished('rs1', 'unknown')], true, [3]],
    ['unreachable is told before pending', [finished('rs1', 'would-change'), unreachable], true, [4, 3]],
    [
      'a halt that leaves nobody is none',
      [finished('rs1', 'failed'), stamp({ type: 'rollout-halted', why: 'x', hosts_left: [] })],
      false,
      [2],
    ],
  ])('%s', (_, events, detailed, reasons) => {
    const tally = tallyOf(started(['rs1', 'rs2']), ...events)
    expect(tally.reasons({ detailed })).toEqual(reasons)
    expect(exitCode(tally.reasons({ detailed }))).toBe(reasons[0] ?? 0)
  })
})
