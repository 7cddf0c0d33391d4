import fc from 'fast-check'
import type { Value } from '../../../src/model/document.ts'

const value = fc.constantFrom<Value[]>('a', 0, null, false, ['a', 1], { b: [] })

export const args = fc.oneof(
  fc.constant(null),
  fc.record({ msg: value }),
  fc.record({ var: fc.record({ source: fc.constantFrom('a', 'b.c'), value }) }),
)

export const outputs = fc.constant(new Map())
