import fc from 'fast-check'

const aim = fc.constantFrom(
  { port: 80 },
  { port: 80, state: 'drained' },
  { path: '/a', search_regex: 'b' },
  { url: 'http://a/' },
  { command: 'a b' },
)
const rest = fc.record({ timeout: fc.nat(9), delay: fc.nat(9), msg: fc.constant('no') }, { requiredKeys: [] })

export const args = fc.tuple(aim, rest).map(([what, how]) => ({ ...what, ...how }))
export const outputs = fc.constant(new Map())
