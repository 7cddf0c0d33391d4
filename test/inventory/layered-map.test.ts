import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layerOver } from '../../src/inventory/layered-map.ts'

test('a layered map answers every question as a merged copy would', () => {
  const map = fc.array(fc.tuple(fc.constantFrom<string>('a', 'b', 'c', 'd'), fc.option(fc.nat(), { nil: undefined })))
  fc.assert(
    fc.property(map, map, (lower, upper) => {
      const layered = layerOver(new Map(lower), new Map(upper))
      const merged = new Map([...new Map(lower), ...new Map(upper)])
      expect(new Map(layered)).toEqual(merged)
      expect(layered.size).toBe(merged.size)
      expect([...layered.keys()].sort()).toEqual([...merged.keys()].sort())
      expect([...layered.values()]).toEqual([...layered.keys()].map((key) => merged.get(key)))
      const visited = new Map<string, number | undefined>()
      layered.forEach((value, key) => {
        visited.set(key, value)
      })
      expect(visited).toEqual(merged)
      for (const key of ['a', 'b', 'c', 'd', 'e']) {
        expect(layered.get(key)).toBe(merged.get(key))
        expect(layered.has(key)).toBe(merged.has(key))
      }
    }),
  )
})
