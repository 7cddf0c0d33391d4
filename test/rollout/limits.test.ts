import { describe, expect, test } from 'vitest'
import type { HostState } from '../../src/engine/walk-state.ts'
import type { Touched } from '../../src/model/event.ts'
import type { Play } from '../../src/model/schedule.ts'
import { arithmetic, limitsOf, lossesOf, overLimit } from '../../src/rollout/limits.ts'

const play = (limits: Partial<Pick<Play, 'maxFail' | 'maxUnreachable'>>): Play => ({
  number: 1,
  name: 'p',
  at: { file: 'site.yml', line: 1, column: 1 },
  hosts: [],
  tasks: [],
  flushes: [],
  strategy: 'host_pinned',
  handlers: [],
  vars: [],
  ...limits,
})
const host = (name: string, condition: HostState['condition'], touched: Touched = 'no'): HostState => ({
  name,
  groups: [],
  condition,
  touched,
  wouldChange: false,
  lasting: [],
  results: new Map(),
})

describe('limits of a play', () => {
  test.each([
    ['none named: no failure, any number dead', {}, 10, { maxFail: 0, maxUnreachable: Number.POSITIVE_INFINITY }],
    ['max_fail counts for the dead too', { maxFail: { count: 2 } }, 10, { maxFail: 2, maxUnreachable: 2 }],
    [
      'unless they have their own',
      { maxFail: { count: 2 }, maxUnreachable: { count: 5 } },
      10,
      { maxFail: 2, maxUnreachable: 5 },
    ],
    ['only the dead named', { maxUnreachable: { count: 1 } }, 10, { maxFail: 0, maxUnreachable: 1 }],
    ['percentages are of the hosts, rounded down', { maxFail: { percent: 15 } }, 10, { maxFail: 1, maxUnreachable: 1 }],
  ])('%s', (_, named, total, expected) => {
    expect(limitsOf(play(named), total)).toEqual(expected)
  })

  test('a host that vanished after it was touched counts as failed, one that never answered as dead', () => {
    const losses = lossesOf([
      host('a', 'well'),
      host('b', 'failed', 'yes'),
      host('c', 'unreachable', 'unknown'),
      host('d', 'unreachable'),
      host('e', 'stopped'),
      host('f', 'locked'),
    ])
    expect(losses).toEqual({ failed: ['b', 'c', 'f'], dead: ['d'] })
  })

  test('the batch that reaches one more than the limit is the last', () => {
    const limits = { maxFail: 1, maxUnreachable: 0 }
    expect(overLimit({ failed: ['a'], dead: [] }, limits)).toBeUndefined()
    expect(overLimit({ failed: ['a', 'b'], dead: [] }, limits)).toBe('2 hosts failed (a, b), max_fail is 1')
    expect(overLimit({ failed: [], dead: ['c'] }, limits)).toBe('1 host unreachable (c), max_unreachable is 0')
  })

  test('the arithmetic is said before the first batch', () => {
    const losses = { failed: [], dead: ['rs7'] }
    const batches = [[host('a', 'well')], [host('b', 'well'), host('c', 'well')]]
    expect(arithmetic(10, losses, { maxFail: 0, maxUnreachable: Number.POSITIVE_INFINITY }, batches)).toBe(
      '3 of 10 hosts to change, in 2 batches of 1, 2, 1 unreachable (rs7); halts after the batch with failure 1',
    )
    expect(arithmetic(1, { failed: [], dead: [] }, { maxFail: 2, maxUnreachable: 2 }, [[host('a', 'well')]])).toBe(
      '1 of 1 host to change, in one batch; halts after the batch with failure 3 or unreachable host 3',
    )
  })
})
