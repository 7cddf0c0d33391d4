import fc from 'fast-check'

const value = fc.constantFrom(true, true, false, 0, 1, '', 'a', null)
const expression = fc.record({ source: fc.constantFrom('a', 'b is defined'), value })
const text = fc.constantFrom('fine', 'not fine')

export const args = fc.record(
  {
    that: fc.oneof(expression, fc.array(expression, { minLength: 1, maxLength: 3 })),
    fail_msg: text,
    success_msg: text,
    quiet: fc.boolean(),
  },
  { requiredKeys: ['that'] },
)

export const outputs = fc.constant(new Map())
