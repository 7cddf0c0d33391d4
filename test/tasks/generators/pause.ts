import fc from 'fast-check'

export const args = fc.oneof(fc.record({ seconds: fc.nat(9) }), fc.record({ minutes: fc.nat(9) }))
export const outputs = fc.constant(new Map())
