import fc from 'fast-check'

export const args = fc.dictionary(fc.constantFrom('a', 'b', 'c-d'), fc.constantFrom('x', 1, true), { maxKeys: 2 })

export const outputs = fc.constant(new Map())
