import { expect, test } from 'vitest'
import { forEachOf } from '../../src/lab/each.ts'

test('at most so many at once, all of them, in order', async () => {
  let now = 0
  let most = 0
  const begun: number[] = []
  await forEachOf([1, 2, 3, 4, 5], 2, async (item) => {
    begun.push(item)
    now++
    most = Math.max(most, now)
    await new Promise(setImmediate)
    now--
  })
  expect(begun).toEqual([1, 2, 3, 4, 5])
  expect(most).toBe(2)
})

test('the first error is thrown when what was begun is done, and nothing more begins', async () => {
  const done: number[] = []
  const work = async (item: number) => {
    if (item === 1) throw new Error('one')
    await new Promise(setImmediate)
    done.push(item)
  }
  await expect(forEachOf([1, 2, 3, 4], 2, work)).rejects.toThrow('one')
  expect(done).toEqual([2])
})
