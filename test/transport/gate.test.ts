import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createGate } from '../../src/transport/gate.ts'

/** Attempts that end when told to, and how many of them run. */
const attempts = () => {
  const running = new Map<string, number>()
  const open: (() => void)[] = []
  const start = (hop: string) => (): Promise<void> => {
    running.set(hop, (running.get(hop) ?? 0) + 1)
    return new Promise((resolve) => {
      open.push(() => {
        running.set(hop, (running.get(hop) ?? 0) - 1)
        resolve()
      })
    })
  }
  const endOne = async (): Promise<void> => {
    open.shift()?.()
    await turn()
  }
  return { running, start, endOne }
}

describe('a gate', () => {
  test('holds the limit of a hop and that of all', async () => {
    const { running, start, endOne } = attempts()
    const gate = createGate(2, 3)
    const all = ['a', 'a', 'a', 'b', 'b', 'c'].map((hop) => gate.pass(hop, start(hop)))
    await turn()
    expect([running.get('a'), running.get('b'), running.get('c')]).toEqual([2, 1, undefined])
    for (let left = all.length; left > 0; left--) {
      await endOne()
      expect(running.get('a')).toBeLessThanOrEqual(2)
      expect([...running.values()].reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3)
    }
    await Promise.all(all)
  })

  test('a hop that dropped a connection gets half as many, and never none', async () => {
    const { running, start, endOne } = attempts()
    const gate = createGate(4, 30)
    for (const _ of [1, 2, 3, 4]) gate.slowDown('a')
    const all = [1, 2, 3].map(() => gate.pass('a', start('a')))
    const other = gate.pass('b', start('b'))
    await turn()
    expect([running.get('a'), running.get('b')]).toEqual([1, 1])
    for (const _ of [1, 2, 3, 4]) await endOne()
    await Promise.all([...all, other])
  })
})
