import fc from 'fast-check'

export const args = fc.constantFrom('flush_handlers', 'end_host', 'end_play', 'noop')

export const outputs = fc.constant(new Map())
