import fc from 'fast-check'

export const args = fc.oneof(fc.constant(null), fc.record({ msg: fc.constantFrom('no', '') }, { requiredKeys: [] }))
export const outputs = fc.constant(new Map())
