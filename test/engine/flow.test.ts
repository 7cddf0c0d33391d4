import { describe, expect, test } from 'vitest'
import { type Flow, fail, isRescued, settle, upcoming } from '../../src/engine/flow.ts'
import { comparePositions, type Entry } from '../../src/engine/queue.ts'
import type { Block, Region } from '../../src/model/schedule.ts'

const at = { file: 'p.yml', line: 1, column: 1 }
const blocks = new Map<string, Block>()
const blockOf = (name: string): Block => {
  const block = blocks.get(name) ?? { at, rescues: true }
  blocks.set(name, block)
  return block
}

/** `A` is in the block part of A, `Ar` in its rescue, `Aa` in its always; outermost first, by dots. */
const entry = (words: string): Entry => ({
  kind: 'flush',
  handled: new Set(),
  position: [],
  path: words
    .split('.')
    .filter((word) => word !== '')
    .map((word): Region => {
      const part = word.endsWith('r') ? 'rescue' : word.endsWith('a') ? 'always' : 'block'
      return { block: blockOf(word[0] ?? ''), part }
    }),
})

const flowOf = (queue: string): Flow => ({
  queue: queue.split(' ').map((word) => entry(word === '-' ? '' : word)),
  cursor: 0,
  rescuing: new Set(),
  mayFail: new Map(),
  pending: [],
})

/** The entries (by index) that a host comes to when those in `failing` fail; `!` at the end when the host fails. */
const way = (queue: string, failing: readonly number[]): string => {
  const flow = flowOf(queue)
  const seen: (number | string)[] = []
  for (;;) {
    if (settle(flow) !== undefined) return [...seen, '!'].join(' ')
    if (flow.queue[flow.cursor] === undefined) return seen.join(' ')
    seen.push(flow.cursor)
    if (!failing.includes(flow.cursor)) flow.cursor++
    else if (!fail(flow, 'x')) return [...seen, '!'].join(' ')
  }
}

describe('the way of a host through blocks', () => {
  test.each([
    ['- - -', [], '0 1 2'],
    ['- - -', [1], '0 1 !'],
    ['A A Ar Aa -', [], '0 1 3 4'],
    ['A A Ar Aa -', [0], '0 2 3 4'],
    ['A A Ar Aa -', [1, 2], '0 1 2 3 !'],
    ['A A Aa -', [0], '0 2 !'],
    ['A A Aa -', [0, 2], '0 2 !'],
    ['A Ar', [0], '0 1'],
    // Nested: the inner rescue fails, its always runs, then the outer rescue.
    ['A.B A.Br A.Ba A Ar Aa -', [0, 1], '0 1 2 4 5 6'],
    ['A.B A.Ba A Ar Aa -', [0], '0 1 3 4 5'],
    ['A.B A.Ba A Aa -', [0], '0 1 3 !'],
    ['A Ar.B Ar.Br Ar -', [0, 1], '0 1 2 3 4'],
    ['A Ar.B Ar.Br Ar -', [], '0 4'],
    // A block in an always, and an always of the last block of all.
    ['A Aa.B Aa.Br Aa -', [0, 1], '0 1 2 3 !'],
    ['A Aa', [0], '0 1 !'],
  ] as const)('%s with failures at %j: %s', (queue, failing, expected) => {
    expect(way(queue, failing)).toBe(expected)
  })

  test('what is planned ahead ends where a failure goes on outwards', () => {
    const flow = flowOf('A Aa Aa -')
    fail(flow, 'x')
    expect(upcoming(flow, flow.queue, 1)).toBe(1)
    expect(upcoming(flow, flow.queue, 2)).toBe(2)
    expect(upcoming(flow, flow.queue, 3)).toBeUndefined()
  })

  test('a failure is rescued by any block around it', () => {
    expect(isRescued(flowOf('A Ar'))).toBe(true)
    expect(isRescued(flowOf('A.B A.Ba Ar'))).toBe(true)
    expect(isRescued(flowOf('A Aa'))).toBe(false)
    expect(isRescued({ ...flowOf('A Ar Aa'), cursor: 1 })).toBe(false)
  })
})

test('positions: what is put in stays between its neighbours', () => {
  const order = [[0], [0, 0], [0, 0, 1], [0, 1], [0, Number.POSITIVE_INFINITY], [1], [10]]
  for (const [one, a] of order.entries())
    for (const [other, b] of order.entries()) expect(comparePositions(a, b)).toBe(Math.sign(one - other))
})
