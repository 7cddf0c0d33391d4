import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Share } from '../../src/model/schedule.ts'
import { carefulSerial, cutBatches, shareOf, showSerial } from '../../src/rollout/batches.ts'

const hosts = (n: number) => Array.from({ length: n }, (_, index) => `rs${index + 1}`)
const sizes = (n: number, serial: readonly Share[]) => cutBatches(hosts(n), serial, n).map(({ length }) => length)

describe('batches', () => {
  test.each<[string, number, readonly Share[], number[]]>([
    ['one by one', 3, [{ count: 1 }], [1, 1, 1]],
    ['the last share repeats', 10, [{ count: 1 }, { count: 4 }], [1, 4, 4, 1]],
    ['the careful default', 10, carefulSerial, [1, 2, 7]],
    ['the careful default on four', 4, carefulSerial, [1, 1, 2]],
    ['a percentage is rounded down', 10, [{ percent: 25 }], [2, 2, 2, 2, 2]],
    ['and holds at least one host', 3, [{ percent: 10 }], [1, 1, 1]],
    ['all at once', 5, [{ percent: 100 }], [5]],
    ['more than there are', 2, [{ count: 10 }], [2]],
    ['no hosts', 0, [{ count: 1 }], []],
  ])('%s', (_, n, serial, expected) => {
    expect(sizes(n, serial)).toEqual(expected)
  })

  test('every host is in exactly one batch, in order', () => {
    const share = fc.oneof(
      fc.record({ count: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), fc.array(share, { minLength: 1, maxLength: 4 }), (n, serial) => {
        const batches = cutBatches(hosts(n), serial, n)
        expect(batches.flat()).toEqual(hosts(n))
        expect(batches.every(({ length }) => length > 0)).toBe(true)
      }),
    )
  })

  test('shares of a play', () => {
    expect(shareOf({ percent: 10 }, 25)).toBe(2)
    expect(shareOf({ percent: 1 }, 25)).toBe(0)
    expect(shareOf({ count: 3 }, 2)).toBe(3)
  })

  test('is shown as in a playbook', () => {
    expect(showSerial(carefulSerial)).toBe('[1, 25%, 100%]')
  })
})
