import fc from 'fast-check'

export const args = fc.oneof(fc.constantFrom('a.yml', ''), fc.record({ file: fc.constantFrom('a.yml', 'b.yml') }))

export const outputs = fc.constant(new Map())
