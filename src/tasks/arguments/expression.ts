import * as v from 'valibot'
import type { Value } from '../../model/document.ts'

/** An expression, as it reaches a task type once the schedule has evaluated it: what was written, and its value. */
export const expression = v.strictObject({
  source: v.string(),
  value: v.custom<Value>((value) => value !== undefined, 'must have a value'),
})
